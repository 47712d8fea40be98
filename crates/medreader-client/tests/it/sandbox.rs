//! The sandbox, tested from a bare socket.
//!
//! It must answer as the vendor's document says, whatever the client makes of it.
#![cfg(feature = "sandbox")]

mod configuration;
mod fast_waits;
mod faults;
mod folders;
mod login;
mod receiver;
mod results;
mod shapes;
mod upload;
mod webhooks;
mod wire;
