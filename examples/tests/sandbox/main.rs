//! Tests the built program `sandbox` from outside, and the other programs with its settings.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]
// These tests end programs by signals.
#![cfg(unix)]

mod end;
mod ports;
#[path = "../support/program.rs"]
mod program;
mod programs;
mod serving;
mod settings;
mod webhook;
