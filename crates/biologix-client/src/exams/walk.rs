//! Walks a list that changes while it is read: pages in, exams out, no I/O.
//!
//! The list is newest first (observed). New exams push exams that were read to the next offset,
//! where [`Seen`](crate::exams::seen::Seen) drops them. Exams that vanish pull unread exams to
//! offsets already passed. The total then falls by at least as much, and the walk steps back by
//! that.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use common_http::{Extra, Item, RawJson};

use crate::exams::cursor::Cursor;
use crate::exams::exam::Exam;
use crate::exams::seen::{Hash, Sighting};

/// After this many exams in a row that were seen before, the list is taken to repeat itself.
const CIRCLE: u64 = 20_000;
/// How many times an empty page below the vendor's total is requested again.
const EMPTY_PAGES: u32 = 2;

/// How far a list is read.
pub(super) struct Walk {
    cursor: Cursor,
    page: Page,
    finished: bool,
    /// How many exams seen before have come since the last new one.
    fruitless: u64,
    /// How many empty pages have come since the last with exams.
    empty_pages: u32,
}

/// The page whose exams are being given.
#[derive(Default)]
struct Page {
    items: VecDeque<RawJson>,
    offset: u64,
    total: Option<u64>,
    /// The index of the first item that is left.
    index: usize,
    /// The walk goes on before this page, not behind it.
    stepped_back: bool,
}

/// Why a list cannot be walked to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Astray {
    /// Pages are empty, although the total says that there are more.
    EmptyBelowTotal,
    /// The same exams come again and again.
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

    /// The offset of the next page, once all exams of this page are given. `None` at the end.
    pub(super) fn next_offset(&self) -> Option<u64> {
        (!self.finished).then_some(self.cursor.offset)
    }

    /// Takes the page at [`next_offset`](Self::next_offset).
    pub(super) fn take(&mut self, items: Vec<RawJson>, total: Option<u64>) -> Result<(), Astray> {
        if self.fruitless > CIRCLE {
            return Err(Astray::Circle);
        }
        let offset = self.cursor.offset;
        let is_empty = items.is_empty();
        let end = offset.saturating_add(items.len() as u64);
        let total = match total {
            // The page itself shows that there are more.
            Some(total) if total < end && !is_empty => None,
            // Without the header, an empty page is the end.
            None if is_empty => Some(end),
            told => told,
        };
        let fell = match (self.cursor.total, total) {
            (Some(before), Some(now)) => before.saturating_sub(now),
            _ => 0,
        };
        if fell > 0 {
            // Go back to where unread exams may be now, and read this page's exams again. Pages
            // without a total may have hidden the fall, so it counts from the last one with a
            // total.
            self.cursor.offset = self.cursor.counted.saturating_sub(fell);
        }
        if total.is_some() {
            self.cursor.total = total;
            self.cursor.counted = self.cursor.offset;
        }
        // Not after a fall: if the vendor was wrong once, the next page shows it.
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

    /// The next exam of the page that was not given before.
    pub(super) fn pop(&mut self) -> Option<Item<Exam>> {
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
            let item: Item<Exam> = Item::read(raw, index);
            let id = match item.value() {
                Some(exam) => Hash::of(&["exam", &exam.exam_id]),
                None => self.page.identity(item.raw(), &content, index),
            };
            let sighting = self.cursor.seen.note(id, Hash::of(&[&content]));
            match sighting {
                Sighting::First => self.fruitless = 0,
                Sighting::Changed | Sighting::Same => self.fruitless += 1,
            }
            if sighting != Sighting::Same {
                return Some(item);
            }
        }
        None
    }

    /// Where to resume after the exams given so far.
    pub(super) fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

impl Page {
    /// What identifies an item that is not readable: its id, if that can be read.
    ///
    /// Without an id it is the text and the place, counted from the end of the list, because new
    /// exams do not change that.
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
