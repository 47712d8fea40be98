//! `medreader`, driven from outside: the built program against a server of the tests' own, which shares nothing with the
//! project's client and sandbox, and against that sandbox.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used)]

mod commands;
mod errors;
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
#[cfg(target_os = "linux")]
#[path = "../support/terminal.rs"]
mod terminal;
mod vendor;
#[cfg(unix)]
mod webhook;
