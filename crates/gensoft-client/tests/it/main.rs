//! The tests of the client against its documented behaviour and our readings of the rest.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "sandbox")]

mod attendances;
mod client;
mod errors;
mod privacy;
mod reply;
mod reports;
mod sandbox;
mod sessions;
mod spec;
mod support;
mod times;
