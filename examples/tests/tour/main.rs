//! Tests the built program `tour` from outside.

// Clippy's leave for tests does not reach their helper functions.
#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
mod colours;
mod failures;
mod operations;
mod privacy;
#[path = "../support/program.rs"]
mod program;
#[cfg(target_os = "linux")]
#[path = "../support/terminal.rs"]
mod terminal;

use std::process::Command;

/// The program with vendor addresses and a proxy in the environment, which it must not use.
fn tour(args: &[&str]) -> Command {
    let mut command = program::clean(Command::new(env!("CARGO_BIN_EXE_tour")), &["NO_COLOR"]);
    for name in [
        "BIOLOGIX_BASE_URL",
        "MEDREADER_BASE_URL",
        "ERP_BASE_URL",
        "GENSOFT_BASE_URL",
        "HTTP_PROXY",
        "http_proxy",
    ] {
        command.env(name, "http://vendor.example.invalid");
    }
    command.args(args);
    command
}
