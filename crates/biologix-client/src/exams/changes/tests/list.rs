//! A model of the vendor's list, and runs over it.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common_http::sandbox::rfc3339;
use common_http::{Item, RawJson};

use super::super::{Checkpoint, FULL_EVERY, HORIZON, Reading, Rules};
use crate::exams::cursor::Cursor;
use crate::exams::walk::Walk;

pub(super) const PAGE: usize = 10;

pub(super) fn day(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Exam {
    pub(super) number: u32,
    pub(super) status: i64,
    pub(super) version: u32,
    pub(super) start: Option<SystemTime>,
    /// Another text than that of an exam.
    pub(super) text: Option<String>,
}

impl Exam {
    pub(super) fn id(&self) -> String {
        format!("E{}", self.number)
    }

    pub(super) fn json(&self) -> String {
        let Self {
            number,
            status,
            version,
            ..
        } = self;
        // The zone is missing, as it may be.
        let start = self.start.map(|start| rfc3339(start, 0).replace('Z', ""));
        let base = start.map(|start| format!(r#","base":{{"startTime":"{start}"}}"#));
        let base = base.unwrap_or_default();
        self.text.clone().unwrap_or_else(|| {
            format!(r#"{{"examId":"E{number}","status":{status},"version":{version}{base}}}"#)
        })
    }

    pub(super) fn is_open(&self) -> bool {
        [0, 1, 3, 4].contains(&self.status)
    }
}

/// The list at a time, newest first.
pub(super) struct List {
    pub(super) exams: Vec<Exam>,
    pub(super) now: SystemTime,
    pub(super) totals: bool,
    pub(super) page: usize,
    issued: u32,
}

/// What a run gave and left.
pub(super) struct Run {
    /// The texts, in their order.
    pub(super) given: Vec<String>,
    pub(super) gone: BTreeSet<String>,
    pub(super) checkpoint: Checkpoint,
    pub(super) pages: usize,
    /// The whole list was read.
    pub(super) whole: bool,
}

impl List {
    /// Finished exams that began an hour apart, the newest now.
    pub(super) fn done(exams: u32) -> Self {
        let now = UNIX_EPOCH + day(20_000);
        let start = |place: u32| now - Duration::from_secs(3600) * place;
        let exam = |place| Exam {
            number: exams - place,
            status: 6,
            version: 0,
            start: Some(start(place)),
            text: None,
        };
        Self {
            exams: (0..exams).map(exam).collect(),
            now,
            totals: true,
            page: PAGE,
            issued: exams,
        }
    }

    pub(super) fn issue(&mut self, exams: u32) {
        for _ in 0..exams {
            self.issued += 1;
            let exam = Exam {
                number: self.issued,
                status: 0,
                version: 0,
                start: None,
                text: None,
            };
            self.exams.insert(0, exam);
        }
    }

    pub(super) fn seconds(&self) -> u64 {
        self.now.duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.exams.iter().map(Exam::id).collect()
    }

    /// The first run.
    pub(super) fn first(&mut self) -> Checkpoint {
        self.run(Checkpoint::default(), &[]).checkpoint
    }

    pub(super) fn run(&mut self, checkpoint: Checkpoint, known: &[String]) -> Run {
        self.run_while(checkpoint, known, |_, _| {})
    }

    /// A run during which something happens before each page.
    pub(super) fn run_while(
        &mut self,
        checkpoint: Checkpoint,
        known: &[String],
        mut happens: impl FnMut(&mut Self, usize),
    ) -> Run {
        let rules = Rules {
            now: self.now,
            horizon: HORIZON,
            full_every: FULL_EVERY,
            page_size: u32::try_from(self.page).unwrap(),
        };
        let mut reading = Reading::new(checkpoint, &rules, known.iter().cloned().collect());
        let mut walk = Walk::new(Cursor::at(0));
        let (mut given, mut pages) = (Vec::new(), 0);
        loop {
            let is_over = reading.is_over() && !walk.has_gap();
            let Some(offset) = walk.next_offset().filter(|_| !is_over) else {
                break;
            };
            happens(self, pages);
            pages += 1;
            let page = self.exams.iter().skip(usize::try_from(offset).unwrap());
            let items: Vec<_> = page.take(self.page).map(item).collect();
            let total = self.totals.then_some(self.exams.len() as u64);
            let full = items.len() == self.page;
            walk.take(items, total, full).unwrap();
            reading.page(walk.cursor().total());
            while let Some(item) = walk.pop() {
                if reading.note(&item) {
                    given.push(item.raw().as_str().to_owned());
                }
            }
        }
        let whole = walk.next_offset().is_none();
        let (checkpoint, gone) = reading.end(whole, walk.is_counted());
        Run {
            given,
            gone,
            checkpoint,
            pages,
            whole,
        }
    }
}

fn item(exam: &Exam) -> Item<crate::exams::Exam> {
    Item::read(RawJson::from_text(exam.json()).unwrap(), 0)
}
