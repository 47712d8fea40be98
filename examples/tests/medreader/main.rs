//! Tests the built program `medreader` from outside.
//!
//! It runs against a fake server that shares no code with the project's client and sandbox, and
//! against the sandbox.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]

mod commands;
mod errors;
#[cfg(unix)]
#[path = "../support/interrupt.rs"]
mod interrupt;
mod privacy;
mod process;
#[cfg(target_os = "linux")]
mod progress;
mod run;
mod sandbox;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "the other programs' tests use the rest")]
mod server;
mod settings;
#[cfg(unix)]
mod stopped;
#[cfg(target_os = "linux")]
#[path = "../support/terminal.rs"]
mod terminal;
mod vendor;
#[cfg(unix)]
mod webhook;
