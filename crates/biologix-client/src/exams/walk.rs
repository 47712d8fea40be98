//! Walking a list whose positions shift while it is read: pure, page in, exams out.
//!
//! The list is newest first (observed). Exams that are issued meanwhile push what was read under the next offset, where
//! [`Seen`] drops it. Exams that vanish pull unread ones under offsets already passed: the total then falls by at
//! least as much, and the walk steps back by that.

use std::collections::VecDeque;

use common_http::{DecodeError, RawJson};

use super::cursor::Cursor;
use super::seen::Hash;
use super::{Exam, Listed};

/// So many exams seen before in a row, with no other among them, and the list is going round in a circle.
const CIRCLE: u64 = 20_000;
/// So many empty pages below the vendor's total are asked for again.
const EMPTY_PAGES: u32 = 2;

/// Where a listing is.
pub(super) struct Walk {
    cursor: Cursor,
    /// The page being handed over, and where it leads.
    page: VecDeque<RawJson>,
    index: usize,
    stepped_back: bool,
    finished: bool,
    fruitless: u64,
    empty_pages: u32,
}

/// Why a list cannot be walked to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Astray {
    /// Pages are empty although the total promises more.
    EmptyBelowTotal,
    /// The same exams come over and over.
    Circle,
}

impl Astray {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::EmptyBelowTotal => "the list ends before the vendor's own total",
            Self::Circle => "the list brings the same exams over and over",
        }
    }
}

impl Walk {
    pub(super) fn new(cursor: Cursor) -> Self {
        Self {
            cursor,
            page: VecDeque::new(),
            index: 0,
            stepped_back: false,
            finished: false,
            fruitless: 0,
            empty_pages: 0,
        }
    }

    /// The offset to ask for next; `None` at the end of the list. To be asked when the page is handed over.
    pub(super) fn next_offset(&self) -> Option<u64> {
        (!self.finished).then_some(self.cursor.offset)
    }

    /// Takes the page that was asked for.
    pub(super) fn take(&mut self, page: Vec<RawJson>, total: Option<u64>) -> Result<(), Astray> {
        let received = page.len() as u64;
        let end = self.cursor.offset.saturating_add(received);
        let fell = match (self.cursor.total, total) {
            (Some(before), Some(now)) => before.saturating_sub(now),
            _ => 0,
        };
        self.cursor.total = total.or(self.cursor.total);
        self.stepped_back = fell > 0;
        if self.stepped_back {
            // What was pulled under offsets already passed is read from there, this page's exams a second time with it.
            self.cursor.offset = self.cursor.offset.saturating_sub(fell);
        }
        let next = if self.stepped_back {
            self.cursor.offset
        } else {
            end
        };
        self.finished = match total {
            Some(total) => next >= total,
            None => received == 0,
        };
        let empty_below_total = received == 0 && !self.stepped_back && !self.finished;
        self.empty_pages = if empty_below_total {
            self.empty_pages + 1
        } else {
            0
        };
        if self.empty_pages > EMPTY_PAGES {
            return Err(Astray::EmptyBelowTotal);
        }
        self.fruitless = self.fruitless.saturating_add(received.max(1));
        if self.fruitless > CIRCLE {
            return Err(Astray::Circle);
        }
        self.page = page.into();
        self.index = 0;
        Ok(())
    }

    /// The next exam of the page that is to be handed over.
    pub(super) fn pop(&mut self) -> Option<Listed> {
        while let Some(raw) = self.page.pop_front() {
            let index = self.index;
            self.index += 1;
            if !self.stepped_back {
                self.cursor.offset = self.cursor.offset.saturating_add(1);
            }
            let content = raw.compact();
            let (id, listed) = match Exam::from_raw(raw.clone()) {
                Ok(exam) => {
                    let id = Hash::of(&["exam", &exam.exam_id]);
                    (id, Listed::Exam(Box::new(exam)))
                }
                Err(error) => {
                    let id = Hash::of(&["rejected", &content]);
                    (id, rejected(raw, error, index))
                }
            };
            if self.cursor.seen.note(id, Hash::of(&[&content])) {
                self.fruitless = 0;
                return Some(listed);
            }
        }
        None
    }

    /// Where to go on after what was handed over so far.
    pub(super) fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

fn rejected(raw: RawJson, error: DecodeError, index: usize) -> Listed {
    Listed::Rejected {
        raw,
        error: error.in_item(index),
    }
}
