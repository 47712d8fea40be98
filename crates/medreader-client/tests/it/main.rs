//! The tests of the client against its documented and inferred behaviour.

// Clippy's exception for tests does not include their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod configuration;
mod folders;
mod operations;
mod prescriptions;
mod sandbox;
mod sessions;
mod spec;
mod support;
mod webhook;
mod whole;
