//! The sandboxes' plumbing, seen from a bare socket.

mod clock;
mod faults;
mod log;
mod queue;
mod server;
mod vendor;
// `cfg(test)` tells clippy that this is test code.
#[cfg(test)]
mod wire;
