//! Runs the program and checks the files that it leaves.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::centre::{Centre, PARTNER, PASSWORD, USERNAME, id, key, pdf};
use crate::program;
pub use crate::program::Run;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_biologix-archive");

/// A command in an environment without Biologix settings.
pub fn clean(command: Command) -> Command {
    let settings = [
        "BIOLOGIX_BASE_URL",
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
        "BIOLOGIX_FOLLOW_REPORTS",
    ];
    program::clean(command, &settings)
}

/// A command with the settings of this centre.
pub fn configured(command: Command, url: &str) -> Command {
    let mut command = clean(command);
    command
        .env("BIOLOGIX_BASE_URL", url)
        .env("BIOLOGIX_USERNAME", USERNAME)
        .env("BIOLOGIX_PASSWORD", PASSWORD)
        .env("BIOLOGIX_PARTNER_ID", PARTNER);
    command
}

/// A folder for an archive.
pub struct Archive {
    folder: TempDir,
}

impl Archive {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The folder of the archive, which the program creates.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn command(&self, centre: &Centre, args: &[&str]) -> Command {
        let mut command = configured(Command::new(PROGRAM), &centre.server.url);
        command.arg("--out").arg(self.path()).args(args);
        command
    }

    pub fn run(&self, centre: &Centre, args: &[&str]) -> Run {
        Run::of(&mut self.command(centre, args))
    }

    /// The lines of a file, empty if it does not exist.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.file(name)).unwrap_or_default();
        assert!(text.is_empty() || text.ends_with('\n'), "{text}");
        text.lines().map(str::to_owned).collect()
    }

    /// The ids in a file of `{"examId":...}` lines.
    pub fn ids(&self, name: &str) -> BTreeSet<String> {
        let lines = self.lines(name);
        let count = lines.len();
        let ids: BTreeSet<_> = lines
            .iter()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                assert_eq!(line.as_object().unwrap().len(), 1, "{line}");
                line["examId"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(ids.len(), count);
        ids
    }

    /// The names in `reports`, including unfinished files.
    pub fn reports(&self) -> BTreeSet<String> {
        match fs::read_dir(self.file("reports")) {
            Ok(entries) => entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect(),
            Err(_) => BTreeSet::new(),
        }
    }

    pub fn report(&self, exam_id: &str) -> Option<Vec<u8>> {
        fs::read(self.file("reports").join(format!("{exam_id}.pdf"))).ok()
    }

    /// The names of unfinished files, in the folder and in `reports`.
    pub fn strays(&self) -> Vec<String> {
        let names = fs::read_dir(self.path()).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .chain(self.reports())
            .filter(|name| name.ends_with(".part"))
            .collect()
    }

    /// Checks that exactly the reports of these exams exist and are complete.
    #[track_caller]
    pub fn has_reports(&self, numbers: impl IntoIterator<Item = u32>) {
        let mut names = BTreeSet::new();
        for number in numbers {
            let report = self.report(&id(number)).unwrap();
            assert!(report == pdf(&key(number)), "report {number} is not whole");
            names.insert(format!("{}.pdf", id(number)));
        }
        assert_eq!(self.reports(), names);
    }
}
