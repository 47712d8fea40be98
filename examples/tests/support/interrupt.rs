//! Stops a program with a signal, as Ctrl-C or a service manager does.

use std::process::{Child, Command, Output};

/// Sends this signal, for example `INT`, and waits for the end.
#[track_caller]
pub fn interrupted(run: Child, signal: &str) -> Output {
    let mut kill = Command::new("kill");
    kill.args(["-s", signal, &run.id().to_string()]);
    assert!(kill.status().unwrap().success());
    run.wait_with_output().unwrap()
}
