//! The server behind the sandboxes, tested from a bare socket.

mod clock;
// `cfg(test)` tells clippy that helper functions are test code.
#[cfg(test)]
mod fast_waits;
mod faults;
mod log;
mod queue;
mod server;
#[cfg(test)]
mod vendor;
#[cfg(test)]
mod wire;
