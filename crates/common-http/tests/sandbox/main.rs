//! The server behind the sandboxes, tested from a bare socket.

mod clock;
mod faults;
mod log;
mod queue;
mod server;
// `cfg(test)` tells clippy that this is test code.
#[cfg(test)]
mod wire;
