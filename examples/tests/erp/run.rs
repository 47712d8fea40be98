//! Runs the program in its own folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::clinic::{CLIENT_ID, CLIENT_SECRET, Clinic};
use crate::program;
pub use crate::program::Run;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_erp-files");
pub const OF: [&str; 4] = ["--patient", "7", "--analysis", "12"];

/// A command in an environment without ERP settings.
pub fn clean(command: Command) -> Command {
    let settings = [
        "ERP_BASE_URL",
        "ERP_ACCESS_TOKEN",
        "ERP_TOKEN_URL",
        "ERP_CLIENT_ID",
        "ERP_CLIENT_SECRET",
        "ERP_SCOPE",
        "ERP_ALLOW_PRIVATE_STORAGE",
    ];
    program::clean(command, &settings)
}

/// A command with the settings of this clinic.
pub fn configured(command: Command, clinic: &Clinic) -> Command {
    let mut command = clean(command);
    let url = &clinic.server.url;
    command
        .env("ERP_BASE_URL", url)
        .env("ERP_TOKEN_URL", format!("{url}/connect/token"))
        .env("ERP_CLIENT_ID", CLIENT_ID)
        .env("ERP_CLIENT_SECRET", CLIENT_SECRET);
    command
}

/// A folder with files to upload, and one for the states of uploads.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A file with this content.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn resume_dir(&self) -> PathBuf {
        self.folder.path().join("resume")
    }

    /// The paths in the folder for states without its own lock, empty if it does not exist.
    pub fn kept(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.resume_dir()) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| !path.ends_with(".lock")).collect()
    }
}

/// A subcommand for this clinic and the analysis of the tests.
pub fn command(clinic: &Clinic, subcommand: &str, args: &[&str]) -> Command {
    let mut command = configured(Command::new(PROGRAM), clinic);
    command.arg(subcommand).args(OF).args(args);
    command
}

pub fn run(clinic: &Clinic, subcommand: &str, args: &[&str]) -> Run {
    Run::of(&mut command(clinic, subcommand, args))
}

/// Uploads files with JSON output.
pub fn upload(clinic: &Clinic, args: &[&str], files: &[PathBuf]) -> Run {
    let mut command = command(clinic, "upload", args);
    Run::of(command.arg("--json").args(files))
}

impl Run {
    /// The only file in the JSON output of an upload.
    #[track_caller]
    pub fn file(&self) -> Value {
        let document = self.json();
        let files = document["files"].as_array().unwrap();
        assert_eq!(files.len(), 1, "{document}");
        files[0].clone()
    }

    /// Checks that the run failed with this error.
    #[track_caller]
    pub fn failed(&self, operation: &str, kind: &str, code: Option<&str>) {
        let error = &self.json()["error"];
        assert_eq!(error["operation"], operation, "{error}");
        assert_eq!(error["kind"], kind, "{error}");
        assert_eq!(error["code"], Value::from(code), "{error}");
    }
}
