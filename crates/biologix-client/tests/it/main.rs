//! The tests of the client against its documented and observed behaviour.

// Clippy's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;
mod exam_models;
mod exams;
mod mirror;
mod reports;
mod sandbox;
mod sessions;
mod spec;
mod support;
