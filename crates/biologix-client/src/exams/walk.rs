//! Walks a list that changes while it is read: pages in, exams out, no I/O.
//!
//! The list is newest first (observed). New exams push exams that were read to the next offset,
//! where [`Seen`](crate::exams::seen::Seen) drops them. Exams that vanish pull unread exams to
//! offsets already passed. The total then falls by at least as much, and the walk steps back by
//! that. An empty page without a total proves nothing against the last one. Totals that do not
//! behave like totals are no longer believed: such a list ends at its first empty page.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use common_http::Item;

use crate::exams::cursor::Cursor;
use crate::exams::exam::Exam;
use crate::exams::hash::Hash;
use crate::exams::seen::Sighting;

/// After this many exams in a row that were seen before, the list is taken to repeat itself.
const CIRCLE: u64 = 20_000;
/// The same in pages, of any size.
const CIRCLE_PAGES: u32 = 100;
/// How many times an empty page below the vendor's total is requested again.
const EMPTY_PAGES: u32 = 2;
/// After this many steps back in a row that brought nothing new, for a fall that was then taken
/// back, totals are not believed.
const VAIN_STEPS: u32 = 4;
/// Nor are they after this many that their own page disproves.
const DISPROVED: u32 = 2;

/// How far a list is read.
pub(super) struct Walk {
    cursor: Cursor,
    page: Page,
    finished: bool,
    /// What has come since the last new exam.
    fruitless: Fruitless,
    /// The total has risen since the last step back.
    rose: bool,
    /// How many totals their own page has disproved.
    disproved: u32,
    /// Totals are not believed.
    without_totals: bool,
    /// A page had no total.
    uncounted: bool,
    /// The walk has stepped back, and not yet read again what is before this offset.
    gap_end: u64,
}

/// What brought nothing new.
#[derive(Default)]
struct Fruitless {
    exams: u64,
    pages: u32,
    /// Pages that were empty, although their total, or the last one, said that there are more.
    empty_pages: u32,
    steps_back: u32,
}

/// The page whose exams are being given.
#[derive(Default)]
struct Page {
    items: VecDeque<Item<Exam>>,
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
            fruitless: Fruitless::default(),
            rose: true,
            disproved: 0,
            without_totals: false,
            uncounted: false,
            gap_end: 0,
        }
    }

    /// The offset of the next page, once all exams of this page are given. `None` at the end.
    pub(super) fn next_offset(&self) -> Option<u64> {
        (!self.finished).then_some(self.cursor.offset)
    }

    /// Takes the page at [`next_offset`](Self::next_offset). `full` is one that may have been cut
    /// off at its limit: then a total that ends with it is only a claim.
    pub(super) fn take(
        &mut self,
        items: Vec<Item<Exam>>,
        total: Option<u64>,
        full: bool,
    ) -> Result<(), Astray> {
        if self.fruitless.exams > CIRCLE || self.fruitless.pages >= CIRCLE_PAGES {
            return Err(Astray::Circle);
        }
        self.fruitless.pages += 1;
        self.uncounted |= total.is_none();
        self.cursor.seen.make_room(items.len());
        let offset = self.cursor.offset;
        let is_empty = items.is_empty();
        let end = offset.saturating_add(items.len() as u64);
        let before = self.last_total();
        let total = self.believed(total, end, is_empty);
        let missing = total
            .or(before)
            .map_or(0, |total| total.saturating_sub(end));
        let is_below_total = is_empty && missing > 0;
        self.fruitless.empty_pages += u32::from(is_below_total);
        let fell = before
            .zip(total)
            .map_or(0, |(before, now)| before.saturating_sub(now));
        let back = match total {
            // Exams may have vanished, and the missing header does not tell.
            None if is_below_total && self.fruitless.empty_pages == 1 => missing,
            _ => fell,
        };
        if back > 0 {
            // Go back to where unread exams may be now, and read this page's exams again. Pages
            // without a total may have hidden the fall, so it counts from the last one with a
            // total.
            self.cursor.offset = self.cursor.counted.saturating_sub(back);
            self.gap_end = end;
            self.fruitless.steps_back += u32::from(fell > 0 && std::mem::take(&mut self.rose));
        }
        self.rose |= total > self.cursor.total;
        self.without_totals |=
            self.disproved >= DISPROVED || self.fruitless.steps_back > VAIN_STEPS;
        if total.is_some() {
            self.cursor.total = total;
            self.cursor.counted = self.cursor.offset;
        }
        // Not after a fall: if the vendor was wrong once, the next page shows it.
        self.finished = back == 0 && !full && total.is_some_and(|total| end >= total);
        if self.fruitless.empty_pages > EMPTY_PAGES {
            return Err(Astray::EmptyBelowTotal);
        }
        self.page = Page {
            items: items.into(),
            offset,
            total,
            index: 0,
            stepped_back: back > 0,
        };
        Ok(())
    }

    /// The total of a page that ends here, unless it cannot be true.
    fn believed(&mut self, total: Option<u64>, end: u64, is_empty: bool) -> Option<u64> {
        match total.filter(|_| !self.without_totals) {
            // The page itself shows that there are more.
            Some(total) if total < end && !is_empty => {
                self.disproved += 1;
                None
            }
            // Without the header, an empty page is the end, unless the vendor has told of more.
            None if is_empty && self.last_total().is_none_or(|last| last <= end) => Some(end),
            told => told,
        }
    }

    fn last_total(&self) -> Option<u64> {
        self.cursor.total.filter(|_| !self.without_totals)
    }

    /// The next exam of the page that was not given before.
    pub(super) fn pop(&mut self) -> Option<Item<Exam>> {
        while let Some(item) = self.page.items.pop_front() {
            let index = self.page.index;
            self.page.index += 1;
            if !self.page.stepped_back {
                self.cursor.offset = self.cursor.offset.saturating_add(1);
                if self.page.total.is_some() {
                    self.cursor.counted = self.cursor.offset;
                }
            }
            let text = item.raw().as_str();
            let hash = Hash::of(item.raw().as_bytes());
            let seen = &mut self.cursor.seen;
            let (id, is_new) = match item.value() {
                Some(exam) => (Hash::of(&exam.exam_id), true),
                // Its place depends on the total, so only another text is sure to be another item.
                None => {
                    let any_place = Hash::of(&format!("rejected {text}"));
                    let is_new = seen.note(any_place, hash) == Sighting::First;
                    (self.page.identity(text, index), is_new)
                }
            };
            let sighting = seen.note(id, hash);
            match sighting {
                Sighting::First if is_new => self.fruitless = Fruitless::default(),
                Sighting::First => {}
                Sighting::Changed | Sighting::Same => self.fruitless.exams += 1,
            }
            if sighting != Sighting::Same {
                return Some(item);
            }
        }
        // An empty queue keeps its room, which the next page would come on top of.
        self.page.items = VecDeque::new();
        None
    }

    /// Whether each page had a total that can be true. Then an exam that was not seen by the end is
    /// not in the list.
    pub(super) fn is_counted(&self) -> bool {
        !self.uncounted && !self.without_totals && self.disproved == 0
    }

    /// Whether exams may have been passed unread, to which the walk has stepped back.
    pub(super) fn has_gap(&self) -> bool {
        self.cursor.offset < self.gap_end
    }

    /// Where to resume after the exams given so far.
    pub(super) fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

impl Page {
    /// What identifies an item that has no id: its text and its place, counted from the end of the
    /// list, because new exams do not change that.
    fn identity(&self, text: &str, index: usize) -> Hash {
        let index = index as u64;
        let place = self.total.map_or(index, |total| {
            total.saturating_sub(self.offset.saturating_add(index))
        });
        Hash::of(&format!("rejected {place} {text}"))
    }
}
