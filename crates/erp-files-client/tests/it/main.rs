//! The tests of the client against its documented behaviour and our readings of the rest.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "sandbox")]

mod errors;
mod faults;
mod sandbox;
mod spec;
mod support;
