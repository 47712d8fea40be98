//! Tests of the client against its documented behaviour and our readings of the rest.

// Clippy's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "sandbox")]

mod client;
mod delete;
mod errors;
mod finalize;
mod hosts;
mod initialize;
mod list;
mod names;
mod privacy;
mod sandbox;
mod send_flag;
mod sessions;
mod spec;
mod support;
mod transfer;
mod uploads;
