//! Reports without an end mark: fetched once more, and then taken as they are.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use common_http::{json, looks_like_pdf};
use examples::atomic_file::AtomicFile;
use examples::failure::Failure;

use crate::findings::Named;

/// The exams whose report was fetched once more and came without an end mark again.
pub(crate) struct Refetched {
    path: PathBuf,
    ids: HashSet<String>,
    has_more: bool,
}

impl Refetched {
    pub(crate) fn open(path: PathBuf) -> Result<Self, Failure> {
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|error| Self::failure("read", &error))?,
        };
        let lines = text.split(|byte| *byte == b'\n');
        let ids = lines.filter_map(|line| json::decode::<Named>(line).ok()?.exam_id);
        Ok(Self {
            path,
            ids: ids.collect(),
            has_more: false,
        })
    }

    pub(crate) fn contains(&self, exam_id: &str) -> bool {
        self.ids.contains(exam_id)
    }

    pub(crate) fn note(&mut self, exam_id: &str) {
        self.has_more |= self.ids.insert(exam_id.to_owned());
    }

    /// Writes the file, if there is news.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        if !self.has_more {
            return Ok(());
        }
        let write = || {
            let mut file = AtomicFile::create(&self.path)?;
            for id in &self.ids {
                let exam_id = Some(id.clone());
                writeln!(file, "{}", serde_json::to_string(&Named { exam_id })?)?;
            }
            file.commit()
        };
        write().map_err(|error| Self::failure("written", &error))
    }

    fn failure(verb: &str, error: &io::Error) -> Failure {
        Failure::file(format_args!("refetched.jsonl cannot be {verb}"), error)
    }
}

/// Whether the file is a PDF without `%%EOF` in its last 2 KiB, as one that was cut off.
pub(crate) fn lacks_its_end(path: &Path) -> io::Result<bool> {
    const END: &[u8] = b"%%EOF";
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&mut file).take(1024).read_to_end(&mut start)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(2048)))?;
    let mut end = Vec::new();
    file.take(2048).read_to_end(&mut end)?;
    Ok(looks_like_pdf(&start) && !end.windows(END.len()).any(|part| part == END))
}
