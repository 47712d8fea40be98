//! Runs the program and keeps its output.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::vendor::{EMAIL, PASSWORD, TENANT};

/// A command in an environment without MedReader settings.
pub fn clean(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medreader"));
    for name in [
        "MEDREADER_BASE_URL",
        "MEDREADER_TENANT_ID",
        "MEDREADER_EMAIL",
        "MEDREADER_PASSWORD",
        "MEDREADER_WEBHOOK_USER",
        "MEDREADER_WEBHOOK_PASSWORD",
        "MEDREADER_SET_S3_SECRET_ACCESS_KEY",
        "MEDREADER_SET_WEBHOOK_PASSWORD",
        "ALLOW_PLAIN_HTTP",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A command with the settings of the tests' vendor, at this address.
pub fn configured(url: &str, args: &[&str]) -> Command {
    let mut command = clean(args);
    command
        .env("MEDREADER_BASE_URL", url)
        .env("MEDREADER_TENANT_ID", TENANT)
        .env("MEDREADER_EMAIL", EMAIL)
        .env("MEDREADER_PASSWORD", PASSWORD);
    command
}

/// The exit status and output of a run.
#[derive(Debug)]
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
        assert_eq!(self.stdout.matches('\n').count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    #[track_caller]
    pub fn is(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
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

/// A prescription file in its own folder, whose file name names a person.
pub struct Prescription {
    _folder: TempDir,
    pub path: PathBuf,
}

impl Prescription {
    pub fn new(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("MARKER-NAME.pdf");
        std::fs::write(&path, content).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    pub fn pdf() -> Self {
        Self::new(b"%PDF-1.7 EXAMPLE-CONTENT")
    }

    pub fn as_str(&self) -> &str {
        self.path.to_str().unwrap()
    }
}
