//! Tests `courier`, the program from outside and its engine against the sandboxes' books.

// Clippy allows `unwrap` in test functions only, not in their helpers.
#![allow(clippy::unwrap_used)]

mod backup;
mod commands;
mod crowd;
mod erp;
mod faults;
#[cfg(unix)]
mod killed;
#[cfg(target_os = "linux")]
mod load;
mod order;
#[cfg(unix)]
mod plug;
mod points;
#[cfg(unix)]
mod privacy;
#[path = "../support/program.rs"]
mod program;
mod run;
mod town;
mod two_workers;
