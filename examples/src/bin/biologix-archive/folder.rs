//! The archive's folder and the file names in it.

use std::path::{Path, PathBuf};

use common_http::file_name;
use examples::atomic_file;
use examples::failure::Failure;
use examples::lock::FolderLock;

/// The folder, locked for this run.
pub(crate) struct Folder {
    path: PathBuf,
    /// Whether the names `a` and `A` are one file there.
    ignores_case: bool,
    _lock: FolderLock,
}

impl Folder {
    /// Creates the folder if needed, locks it, and removes the unfinished files of killed runs.
    pub(crate) fn open(path: &Path, with_reports: bool) -> Result<Self, Failure> {
        atomic_file::create_folder(path)
            .map_err(|error| Failure::file("the folder cannot be created", &error))?;
        let lock = FolderLock::take(path)?;
        let mut folder = Self {
            path: path.to_owned(),
            ignores_case: false,
            _lock: lock,
        };
        let reports = folder.reports();
        if with_reports {
            atomic_file::create_folder(&reports)
                .map_err(|error| Failure::file("the folder reports cannot be created", &error))?;
        }
        for part in [path, &reports] {
            if part.is_dir() {
                atomic_file::remove_strays(part)
                    .map_err(|error| Failure::file("unfinished files cannot be removed", &error))?;
            }
        }
        folder.ignores_case = atomic_file::ignores_case(path)
            .map_err(|error| Failure::file("the folder cannot be written", &error))?;
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

    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.path.join("checkpoint.json")
    }

    pub(crate) fn refetched(&self) -> PathBuf {
        self.path.join("refetched.jsonl")
    }

    /// The file of an exam's report.
    ///
    /// Where case does not count, small letters are percent-encoded, or two ids could share a file.
    /// The vendor's own ids have none.
    pub(crate) fn report(&self, exam_id: &str) -> PathBuf {
        let mut name = file_name(exam_id);
        if self.ignores_case {
            let encode = |letter: char| match letter {
                'a'..='z' => format!("%{:02X}", u32::from(letter)),
                _ => letter.to_string(),
            };
            name = name.chars().map(encode).collect();
        }
        self.reports().join(format!("{name}.pdf"))
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

    #[test]
    fn ids_that_differ_in_case_have_two_files_everywhere() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(out.path(), true).unwrap();
        let ids = [
            "0000101BB",
            "0000101bb",
            "0000101Bb",
            "%62",
            "b",
            "%2e",
            ".",
        ];
        for ignores_case in [true, false] {
            folder.ignores_case = ignores_case;
            let name = |id: &&str| folder.report(id).file_name().unwrap().to_owned();
            let names: Vec<_> = ids.iter().map(name).collect();
            assert_eq!(names[0], "0000101BB.pdf");
            let lower = |name: &std::ffi::OsString| name.to_ascii_lowercase();
            let distinct: std::collections::HashSet<_> = if ignores_case {
                names.iter().map(lower).collect()
            } else {
                names.iter().cloned().collect()
            };
            assert_eq!(distinct.len(), ids.len(), "{names:?}");
        }
    }
}
