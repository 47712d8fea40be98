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
mod reports;
mod run;
mod sandbox;
#[path = "../support/server.rs"]
mod server;
mod settings;
