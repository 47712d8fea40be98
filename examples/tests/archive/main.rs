//! `biologix-archive`, driven from outside: the built program against a server of the tests' own, which shares nothing
//! with the project's client and sandbox.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used)]

mod again;
mod broken_list;
mod centre;
mod exams;
mod first_run;
mod folder;
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
