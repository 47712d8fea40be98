//! Runs the program in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::program;
pub use crate::program::Run;

const SETTINGS: [&str; 14] = [
    "COURIER_DATABASE_URL",
    "GENSOFT_BASE_URL",
    "GENSOFT_API_KEY",
    "GENSOFT_AUTH_PREFIX",
    "ERP_BASE_URL",
    "ERP_ACCESS_TOKEN",
    "ERP_TOKEN_URL",
    "ERP_CLIENT_ID",
    "ERP_CLIENT_SECRET",
    "ERP_SCOPE",
    "MEDREADER_BASE_URL",
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
];

/// A folder in which the program runs, with its database.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The address of the database that the program uses by default.
    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path().join("courier.db").display())
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let command = Command::new(env!("CARGO_BIN_EXE_courier"));
        let mut command = program::clean(command, &SETTINGS);
        command.current_dir(self.path()).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// Hands in an order.
    pub fn order(&self, key: &str) -> Run {
        self.file("order.json", r#"{"pedido": "EXEMPLO-MARKER"}"#);
        self.run(&["enqueue", "--key", key, "gensoft-attendance", "order.json"])
    }

    pub fn jobs(&self) -> Vec<Value> {
        let status = self.run(&["status", "--json"]).is(0).json();
        status["jobs"].as_array().unwrap().clone()
    }

    #[track_caller]
    pub fn state(&self, key: &str) -> String {
        let jobs = self.jobs();
        let job = jobs.iter().find(|job| job["key"] == key).unwrap();
        job["state"].as_str().unwrap().to_owned()
    }
}
