//! The programs of the guides in `docs/`, and their tests.
//!
//! A page shows a program and the first test of it; `pages` compares them with what runs here.

// Clippy's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "programs/folder.rs"]
mod folder;
#[path = "programs/intake.rs"]
#[allow(dead_code, reason = "its `main` has a fixed port, so no test runs it")]
mod intake;
#[path = "programs/nightly_sync.rs"]
mod nightly_sync;
#[path = "programs/orders.rs"]
mod orders;

#[path = "folder.rs"]
mod folder_tests;
#[path = "intake.rs"]
mod intake_tests;
#[path = "nightly_sync.rs"]
mod nightly_sync_tests;
#[path = "orders.rs"]
mod orders_tests;

mod pages;
mod program;
#[path = "../support/program.rs"]
#[allow(
    dead_code,
    reason = "shared by several tests, and not all use all of it"
)]
mod support;
