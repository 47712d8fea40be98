//! Tests the built program `doctor` from outside.
//!
//! It runs against the sandboxes, and against fake servers that share no code with the project.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]

mod accounts;
mod connection;
mod privacy;
#[path = "../support/program.rs"]
mod program;
mod readings;
mod run;
mod sandboxes;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "each program's tests need a part of it")]
mod server;
mod settings;
#[path = "../support/tls.rs"]
mod tls;
mod unknown;
mod webhook;
