//! Runs a guide's `main` as a process: this test binary with one test, that calls it.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::support::{Run, clean};
use crate::{folder, nightly_sync, orders};

/// Runs a program in this folder, with these settings.
pub async fn run(program: &str, folder: &Path, settings: &[(&str, &str)]) -> Run {
    let mut command = clean(Command::new(env::current_exe().unwrap()), &[]);
    let test = format!("program::main_of_{program}");
    command.args(["--exact", &test, "--ignored", "--nocapture"]);
    command.envs(settings.iter().copied()).current_dir(folder);
    let run = tokio::task::spawn_blocking(move || Run::of(&mut command));
    run.await.unwrap()
}

#[test]
#[ignore = "it is a program, which `run` runs in a process of its own"]
fn main_of_nightly_sync() {
    nightly_sync::main().unwrap();
}

#[test]
#[ignore = "it is a program, which `run` runs in a process of its own"]
fn main_of_orders() {
    orders::main().unwrap();
}

#[test]
#[ignore = "it is a program, which `run` runs in a process of its own"]
fn main_of_folder() {
    folder::main().unwrap();
}
