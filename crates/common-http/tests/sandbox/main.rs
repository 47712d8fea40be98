//! The sandboxes' plumbing, seen from a bare socket.
#![cfg(feature = "sandbox")]

mod clock;
mod faults;
mod log;
mod queue;
mod server;
// `cfg(test)` tells clippy that this is test code.
#[cfg(test)]
mod wire;
