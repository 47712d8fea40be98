//! The tests of the client against its documented behaviour and our readings of the rest.

// Clippy allows these in test functions only, not in their helpers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "sandbox")]

mod answers;
mod attendances;
mod auth;
mod client;
mod errors;
mod privacy;
mod readme;
mod reports;
mod sandbox;
mod spec;
mod support;
mod times;
