//! Tests the built program `gensoft` from outside.
//!
//! It runs against a fake server that shares no code with the project's client and sandbox.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]

mod attendance;
mod connection;
mod failures;
#[cfg(unix)]
#[path = "../support/interrupt.rs"]
mod interrupt;
mod laboratory;
mod privacy;
#[path = "../support/program.rs"]
mod program;
#[cfg(target_os = "linux")]
mod progress;
mod report;
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
#[path = "../support/tls.rs"]
mod tls;
