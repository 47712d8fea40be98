//! `exams.jsonl`: the latest reading of every exam that was ever read.
//!
//! Only each exam's id and its place in a file are kept in memory, so that a centre's whole history
//! fits. The texts of this run go to an unnamed temporary file in the same folder; the new
//! `exams.jsonl` is assembled from that file and the old one. Lines keep their order from run to
//! run; new exams are appended in the order of the list.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::PathBuf;

use biologix_client::ExamKey;
use biologix_client::exams::Exam;
use common_http::{Recorded, json};
use examples::atomic_file::AtomicFile;
use examples::failure::Failure;
use serde::Deserialize;

/// The archive's exams while the list is being read.
pub(crate) struct Ledger {
    path: PathBuf,
    earlier: File,
    readings: BufWriter<File>,
    end: u64,
    lines: Vec<Line>,
    by_id: HashMap<Box<str>, usize>,
    /// Exams that were rejected although a report of theirs can be fetched.
    salvaged: Vec<DoneExam>,
    /// This run may leave out exams that are as they were.
    leaves_out: bool,
    read: u64,
    unreadable_lines: u64,
}

/// A line of the new file: where its text is now.
#[derive(Clone, Copy)]
struct Line {
    /// In the temporary file of this run, and not in the file of the earlier ones.
    is_reading: bool,
    /// Whether the exam is done. Of an earlier one this is known if this run may leave it out.
    is_done: bool,
    offset: u64,
    length: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    exam_id: String,
}

impl Ledger {
    /// Reads the ids and places of the exams of earlier runs, and, if this run may leave some out,
    /// which are done.
    pub(crate) fn open(path: PathBuf, leaves_out: bool) -> Result<Self, Failure> {
        Self::try_open(path, leaves_out)
            .map_err(|error| Failure::file("exams.jsonl cannot be read", &error))
    }

    fn try_open(path: PathBuf, leaves_out: bool) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(&path).to_owned();
        let earlier = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => tempfile::tempfile_in(&folder),
            found => found,
        }?;
        let mut ledger = Self {
            path,
            earlier: earlier.try_clone()?,
            readings: BufWriter::new(tempfile::tempfile_in(&folder)?),
            end: 0,
            lines: Vec::new(),
            by_id: HashMap::new(),
            salvaged: Vec::new(),
            leaves_out,
            read: 0,
            unreadable_lines: 0,
        };
        let mut earlier = BufReader::new(earlier);
        let mut text = Vec::new();
        let mut offset = 0;
        loop {
            text.clear();
            let length = earlier.read_until(b'\n', &mut text)? as u64;
            if length == 0 {
                return Ok(ledger);
            }
            ledger.note_earlier(offset, text.strip_suffix(b"\n").unwrap_or(&text));
            offset += length;
        }
    }

    /// Notes a line of earlier runs. One that is not an exam is kept as it is.
    fn note_earlier(&mut self, offset: u64, text: &[u8]) {
        if text.trim_ascii().is_empty() {
            return;
        }
        let is_done = || json::decode::<Exam>(text).is_ok_and(|exam| exam.is_done());
        let line = Line {
            is_reading: false,
            is_done: self.leaves_out && is_done(),
            offset,
            length: text.len() as u64,
        };
        match identity(text) {
            Some(id) => self.put(&id, line),
            None => {
                self.unreadable_lines += 1;
                self.lines.push(line);
            }
        }
    }

    /// Adds an exam that was read, replacing any earlier reading of it.
    pub(crate) fn add(&mut self, exam: &Recorded<Exam>) -> Result<(), Failure> {
        let text = exam.raw().compact();
        self.readings.write_all(text.as_bytes()).map_err(|error| {
            Failure::file("an exam cannot be saved to the temporary file", &error)
        })?;
        let line = Line {
            is_reading: true,
            is_done: exam.is_done(),
            offset: self.end,
            length: text.len() as u64,
        };
        self.end += line.length;
        self.put(&exam.exam_id, line);
        Ok(())
    }

    /// Adds a rejected exam whose report can be fetched.
    pub(crate) fn salvage(&mut self, exam: DoneExam) {
        self.salvaged.push(exam);
    }

    fn put(&mut self, id: &str, line: Line) {
        let before = match self.by_id.get(id) {
            Some(&index) => self.lines.get_mut(index),
            None => None,
        };
        let was_read = before.as_ref().is_some_and(|before| before.is_reading);
        self.read += u64::from(line.is_reading && !was_read);
        match before {
            Some(before) => *before = line,
            None => {
                self.by_id.insert(id.into(), self.lines.len());
                self.lines.push(line);
            }
        }
    }

    /// How many exams were read in this run.
    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    /// How many lines of earlier runs are not exams.
    pub(crate) fn unreadable_lines(&self) -> u64 {
        self.unreadable_lines
    }

    /// Replaces `exams.jsonl`; returns the exams that are done, of this run and of those left out.
    pub(crate) fn save(self) -> Result<Readings, Failure> {
        self.try_save()
            .map_err(|error| Failure::file("exams.jsonl cannot be written", &error))
    }

    fn try_save(mut self) -> io::Result<Readings> {
        let readings = self
            .readings
            .into_inner()
            .map_err(|error| error.into_error())?;
        let mut readings = Texts::of(readings)?;
        let mut earlier = Texts::of(self.earlier)?;
        let mut file = AtomicFile::create(self.path)?;
        for line in &self.lines {
            let texts = if line.is_reading {
                &mut readings
            } else {
                &mut earlier
            };
            let mut text = texts.read(line)?;
            text.push(b'\n');
            file.write_all(&text)?;
        }
        file.commit()?;
        // An exam may have been rejected on one page and read on another.
        let mut ids = HashSet::new();
        self.salvaged.retain(|exam| match &exam.id {
            Some(id) => {
                let line = self
                    .by_id
                    .get(&**id)
                    .and_then(|&index| self.lines.get(index));
                !line.is_some_and(|line| line.is_done) && ids.insert(id.clone())
            }
            None => true,
        });
        self.lines.retain(|line| line.is_done);
        Ok(Readings {
            readings,
            earlier,
            lines: self.lines,
            salvaged: self.salvaged,
        })
    }
}

fn identity(text: &[u8]) -> Option<String> {
    // serde would read a list as this struct, too.
    if !text.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let identity: Identity = json::decode(text).ok()?;
    Some(identity.exam_id).filter(|id| !id.is_empty())
}

/// The exams that are done, each once, in its latest reading, and the salvaged ones.
pub(crate) struct Readings {
    readings: Texts,
    earlier: Texts,
    lines: Vec<Line>,
    salvaged: Vec<DoneExam>,
}

/// An exam that is done.
pub(crate) struct DoneExam {
    /// Its id. A rejected one may have none.
    pub(crate) id: Option<String>,
    /// The key of its report, if the vendor gave a usable one.
    pub(crate) key: Option<ExamKey>,
}

impl Readings {
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        (self.lines.len() + self.salvaged.len()) as u64
    }

    /// The exams, read back one by one.
    pub(crate) fn exams(mut self) -> impl Iterator<Item = Result<DoneExam, Failure>> {
        let lines = std::mem::take(&mut self.lines);
        let salvaged = std::mem::take(&mut self.salvaged);
        let read = lines.into_iter().map(move |line| {
            self.exam(&line)
                .map_err(|error| Failure::file("an exam cannot be read back from its file", &error))
        });
        read.chain(salvaged.into_iter().map(Ok))
    }

    fn exam(&mut self, line: &Line) -> io::Result<DoneExam> {
        let texts = if line.is_reading {
            &mut self.readings
        } else {
            &mut self.earlier
        };
        let text = texts.read(line)?;
        let exam: Exam = json::decode(&text).map_err(io::Error::other)?;
        Ok(DoneExam {
            key: exam.report_key(),
            id: Some(exam.exam_id),
        })
    }
}

/// A file from which texts are read, mostly in order.
struct Texts {
    file: BufReader<File>,
    at: u64,
}

impl Texts {
    fn of(mut file: File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self {
            file: BufReader::new(file),
            at: 0,
        })
    }

    fn read(&mut self, line: &Line) -> io::Result<Vec<u8>> {
        // Unlike an absolute seek, this keeps the buffer.
        self.file
            .seek_relative(line.offset.cast_signed() - self.at.cast_signed())?;
        self.at = line.offset;
        let mut text = Vec::new();
        let length = (&mut self.file).take(line.length).read_to_end(&mut text)?;
        self.at += length as u64;
        if text.len() as u64 != line.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(text)
    }
}
