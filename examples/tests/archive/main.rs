//! Tests the built program `biologix-archive` from outside.
//!
//! It runs against a fake server that shares no code with the project's client and sandbox.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]

mod again;
mod broken_list;
mod centre;
mod changes;
mod exams;
mod first_run;
mod folder;
#[cfg(unix)]
#[path = "../support/interrupt.rs"]
mod interrupt;
mod killed;
mod privacy;
#[path = "../support/program.rs"]
mod program;
mod reports;
mod run;
mod sandbox;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "each program's tests need a part of it")]
mod server;
mod settings;
