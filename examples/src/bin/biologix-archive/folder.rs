//! The archive's folder and the file names in it.

use std::fs;
use std::path::{Path, PathBuf};

use common_http::file_name;
use examples::atomic_file;
use examples::failure::Failure;
use examples::lock::FolderLock;

/// The folder, locked for this run.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: FolderLock,
}

impl Folder {
    /// Creates the folder if needed, locks it, and removes the unfinished files of killed runs.
    pub(crate) fn open(path: &Path, with_reports: bool) -> Result<Self, Failure> {
        fs::create_dir_all(path)
            .map_err(|error| Failure::file("the folder cannot be created", &error))?;
        let lock = FolderLock::take(path)?;
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        let reports = folder.reports();
        if with_reports {
            fs::create_dir_all(&reports)
                .map_err(|error| Failure::file("the folder reports cannot be created", &error))?;
        }
        for part in [path, &reports] {
            if part.is_dir() {
                atomic_file::remove_strays(part)
                    .map_err(|error| Failure::file("unfinished files cannot be removed", &error))?;
            }
        }
        Ok(folder)
    }

    pub(crate) fn exams(&self) -> PathBuf {
        self.path.join("exams.jsonl")
    }

    pub(crate) fn rejected(&self) -> PathBuf {
        self.path.join("rejected.jsonl")
    }

    pub(crate) fn missing(&self) -> PathBuf {
        self.path.join("missing.jsonl")
    }

    pub(crate) fn failed(&self) -> PathBuf {
        self.path.join("failed.jsonl")
    }

    /// The file of an exam's report.
    pub(crate) fn report(&self, exam_id: &str) -> PathBuf {
        self.reports().join(format!("{}.pdf", file_name(exam_id)))
    }

    fn reports(&self) -> PathBuf {
        self.path.join("reports")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_becomes_a_file_name_and_never_a_path() {
        let out = tempfile::tempdir().unwrap();
        let folder = Folder::open(out.path(), true).unwrap();
        for (id, name) in [
            ("0000101BB", "0000101BB.pdf"),
            ("a-b_C9", "a-b_C9.pdf"),
            ("../x", "%2E%2E%2Fx.pdf"),
            ("..", "%2E%2E.pdf"),
            ("/etc", "%2Fetc.pdf"),
            ("a b", "a%20b.pdf"),
            ("a%20b", "a%2520b.pdf"),
            ("é", "%C3%A9.pdf"),
            ("a\n\u{0}~", "a%0A%00%7E.pdf"),
        ] {
            assert_eq!(folder.report(id), out.path().join("reports").join(name));
        }
    }
}
