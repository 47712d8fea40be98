//! `erp-files`, driven from outside: the built program against an ERP and a storage of the tests' own, which share nothing
//! with the project's client and sandbox.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used)]

mod clinic;
mod conflicts;
mod credentials;
mod failures;
mod files;
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
#[cfg(target_os = "linux")]
#[path = "../support/terminal.rs"]
mod terminal;
mod two_runs;
mod upload;
