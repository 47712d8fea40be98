//! `gensoft`, driven from outside: the built program against a server of the tests' own, which shares nothing with the
//! project's client and sandbox.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used)]

mod attendance;
mod failures;
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
#[cfg(target_os = "linux")]
#[path = "../support/terminal.rs"]
mod terminal;
