//! Walking a list whose positions shift while it is read: pure, page in, exams out.
//!
//! The list is newest first (observed). Exams that are issued meanwhile push what was read under the next offset, where
//! [`Seen`](super::seen::Seen) drops it. Exams that vanish pull unread ones under offsets already passed: the total then
//! falls by at least as much, and the walk steps back by that.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use common_http::{Extra, RawJson};

use super::Listed;
use super::cursor::Cursor;
use super::seen::{Hash, Sighting};

/// So many exams seen before in a row, with no other among them, and the list is going round in a circle.
const CIRCLE: u64 = 20_000;
/// So many empty pages below the vendor's total are asked for again.
const EMPTY_PAGES: u32 = 2;

/// Where a listing is.
pub(super) struct Walk {
    cursor: Cursor,
    page: Page,
    finished: bool,
    /// Exams seen before, since the last that was not.
    fruitless: u64,
    /// Empty pages since the last that was not.
    empty_pages: u32,
}

/// The page being handed over.
#[derive(Default)]
struct Page {
    items: VecDeque<RawJson>,
    offset: u64,
    total: Option<u64>,
    /// Of the first item that is left.
    index: usize,
    /// The walk does not go on behind this page but before it.
    stepped_back: bool,
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
            page: Page::default(),
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
    pub(super) fn take(&mut self, items: Vec<RawJson>, total: Option<u64>) -> Result<(), Astray> {
        if self.fruitless > CIRCLE {
            return Err(Astray::Circle);
        }
        let offset = self.cursor.offset;
        let is_empty = items.is_empty();
        let end = offset.saturating_add(items.len() as u64);
        let total = match total {
            // The page itself shows more.
            Some(total) if total < end && !is_empty => None,
            // No more than were passed: where the header is missing, this is the end.
            None if is_empty => Some(end),
            told => told,
        };
        let fell = match (self.cursor.total, total) {
            (Some(before), Some(now)) => before.saturating_sub(now),
            _ => 0,
        };
        if fell > 0 {
            // What was pulled under offsets already passed is read from there, this page's exams a second time with
            // it. Pages that told no total may have hidden the fall, so it counts from the last that did.
            self.cursor.offset = self.cursor.counted.saturating_sub(fell);
        }
        if total.is_some() {
            self.cursor.total = total;
            self.cursor.counted = self.cursor.offset;
        }
        // Never at a fall: should the vendor have erred for once, the next page shows it.
        self.finished = fell == 0 && total.is_some_and(|total| end >= total);
        if !is_empty {
            self.empty_pages = 0;
        } else if fell == 0 && !self.finished {
            self.empty_pages += 1;
        }
        if self.empty_pages > EMPTY_PAGES {
            return Err(Astray::EmptyBelowTotal);
        }
        self.page = Page {
            items: items.into(),
            offset,
            total,
            index: 0,
            stepped_back: fell > 0,
        };
        Ok(())
    }

    /// The next exam of the page that is to be handed over.
    pub(super) fn pop(&mut self) -> Option<Listed> {
        while let Some(raw) = self.page.items.pop_front() {
            let index = self.page.index;
            self.page.index += 1;
            if !self.page.stepped_back {
                self.cursor.offset = self.cursor.offset.saturating_add(1);
                if self.page.total.is_some() {
                    self.cursor.counted = self.cursor.offset;
                }
            }
            let content = raw.compact();
            let listed = Listed::read(raw, index);
            let id = match &listed {
                Listed::Exam(exam) => Hash::of(&["exam", &exam.exam_id]),
                Listed::Rejected { raw, .. } => self.page.identity(raw, &content, index),
            };
            let sighting = self.cursor.seen.note(id, Hash::of(&[&content]));
            match sighting {
                Sighting::First => self.fruitless = 0,
                Sighting::Changed | Sighting::Same => self.fruitless += 1,
            }
            if sighting != Sighting::Same {
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

impl Page {
    /// What tells something that cannot be read from others: its id, if that much can be read. Else its text and its
    /// place, counted from the end of the list because exams that are issued meanwhile do not move that.
    fn identity(&self, raw: &RawJson, content: &str, index: usize) -> Hash {
        let fields: Extra = raw.parse().unwrap_or_default();
        if let Some(id) = fields.get("examId").and_then(|id| id.as_str())
            && !id.is_empty()
        {
            return Hash::of(&["exam", id]);
        }
        let index = index as u64;
        let place = self.total.map_or(index, |total| {
            total.saturating_sub(self.offset.saturating_add(index))
        });
        Hash::of(&["rejected", content, &place.to_string()])
    }
}
