//! Tests the built program `erp-files` from outside.
//!
//! It runs against a fake ERP and storage that share no code with the project's client and sandbox.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]

mod clinic;
mod conflicts;
mod credentials;
mod failures;
mod files;
#[cfg(unix)]
#[path = "../support/interrupt.rs"]
mod interrupt;
#[cfg(unix)]
mod killed;
mod privacy;
#[path = "../support/program.rs"]
mod program;
#[cfg(target_os = "linux")]
mod progress;
mod resume;
mod run;
mod sandbox;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "each program's tests need a part of it")]
mod server;
mod settings;
#[cfg(unix)]
mod stopped;
#[cfg(target_os = "linux")]
#[path = "../support/terminal.rs"]
mod terminal;
mod two_runs;
mod upload;
