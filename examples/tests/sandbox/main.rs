//! `sandbox`, driven from outside: the built program, and the others run against it with the settings that it prints.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used)]
// Programs are ended by signals here.
#![cfg(unix)]

mod end;
mod ports;
#[path = "../support/program.rs"]
mod program;
mod programs;
mod serving;
mod settings;
mod webhook;
