//! A file of JSON lines about the latest run; absent if there are none.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use examples::atomic_file::AtomicFile;
use examples::failure::Failure;
use serde::{Deserialize, Serialize};

pub(crate) struct Findings {
    path: PathBuf,
    file: Option<AtomicFile>,
    count: u64,
}

/// An exam, identified by its id only: its key would open the report without a login.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    pub(crate) exam_id: Option<String>,
}

impl Findings {
    /// Starts with no lines, and removes the file of an earlier run.
    pub(crate) fn of(path: PathBuf) -> Result<Self, Failure> {
        let findings = Self {
            path,
            file: None,
            count: 0,
        };
        match fs::remove_file(&findings.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(findings.failure("removed", &error))
            }
            _ => Ok(findings),
        }
    }

    /// Adds a line that names an exam, if it has an id.
    pub(crate) fn exam(&mut self, exam_id: Option<String>) -> Result<(), Failure> {
        let line = serde_json::to_string(&Named { exam_id })
            .map_err(|error| self.failure("written", &error.into()))?;
        self.line(&line)
    }

    /// Adds a line of JSON.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.try_line(line)
            .map_err(|error| self.failure("written", &error))
    }

    fn try_line(&mut self, line: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(AtomicFile::create(&self.path)?),
        };
        writeln!(file, "{line}")?;
        self.count += 1;
        Ok(())
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Gives the file its name, if it has lines.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        match self.file.take() {
            Some(file) => file
                .commit()
                .map_err(|error| self.failure("written", &error)),
            None => Ok(()),
        }
    }

    fn failure(&self, verb: &str, error: &io::Error) -> Failure {
        let name = self.path.file_name().unwrap_or_default().display();
        Failure::file(format_args!("{name} cannot be {verb}"), error)
    }
}
