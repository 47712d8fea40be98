//! The sandbox, seen from a bare socket: what it says must be what the vendor's document and the facts from the
//! field have, whatever the client thinks of it.
#![cfg(feature = "sandbox")]

mod configuration;
mod faults;
mod folders;
mod login;
mod receiver;
mod results;
mod shapes;
mod upload;
mod webhooks;
mod wire;
