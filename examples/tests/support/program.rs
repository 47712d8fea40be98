//! Runs a program of the project and keeps its output.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A command in an environment without these settings.
pub fn clean(mut command: Command, settings: &[&str]) -> Command {
    let of_all = [
        "ALLOW_PLAIN_HTTP",
        "TLS_EXTRA_ROOTS",
        "ANSWER_TIMEOUT_SECS",
        "RUST_LOG",
    ];
    for name in settings.iter().chain(&of_all) {
        command.env_remove(name);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The exit status and output of a run.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Parses stdout, which must be one JSON document on one line.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.stdout.matches('\n').count(), 1, "{}", self.stdout);
        serde_json::from_str(&self.stdout).unwrap()
    }

    #[track_caller]
    pub fn is(self, code: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(self.code, Some(code), "stdout: {stdout}\nstderr: {stderr}");
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
