//! Decides what of a list is given, and how far it is read: exams in, no I/O.
//!
//! The list is newest first (observed), so exams that the last run did not see are in front of all
//! that it saw. Of those, the open ones can change, and are waited for. A reading that is not full
//! ends when it has seen them all and then, or in between, a page's worth of known and unchanged
//! finished exams in a row. An open exam that was removed is never seen. Then the reading ends where
//! a page's worth of exams in a row began before the horizon: everything behind is older. That takes
//! an exam that was behind the open ones, too: a list that begins with old exams proves nothing.
//!
//! The vendor's total is the check of that order: if it has grown by more than the new exams in
//! front, others are elsewhere, and the whole list is read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common_http::{Item, Timestamp};

use crate::exams::changes::checkpoint::{Checkpoint, Entry};
use crate::exams::exam::{Exam, ExamStatus};
use crate::exams::hash::Hash;

/// This many pages' worth of exams behind the last open one are remembered. One is needed to end
/// the next reading. The others replace those that are removed or change until then.
const OVERLAP_PAGES: usize = 10;
/// While a list is read, this many exams behind the last open one are remembered, in case that
/// another open one follows.
const READ_AHEAD: usize = 10_000;

/// How far to read.
pub(super) struct Rules {
    /// The time of this run.
    pub(super) now: SystemTime,
    pub(super) horizon: Duration,
    pub(super) full_every: Duration,
    pub(super) page_size: u32,
}

impl Rules {
    /// Whether it is time to read the whole list. A last time that is ahead of the clock counts as
    /// none.
    pub(super) fn is_full(&self, checkpoint: &Checkpoint) -> bool {
        let now = seconds(self.now);
        let age = checkpoint.full.and_then(|full| now.checked_sub(full));
        age.is_none_or(|age| age >= self.full_every.as_secs())
    }
}

/// A reading of the list.
pub(super) struct Reading {
    is_full: bool,
    now: u64,
    /// Exams that began before this time are too old to change.
    horizon: u64,
    page: usize,
    /// What the last run knew.
    before: Before,
    /// The open exams that were not seen yet.
    waited_for: HashSet<Hash>,
    after: After,
    /// The least that the vendor has told as the total.
    least: Option<u64>,
    /// How many items were new before a page's worth of known ones had passed.
    new: u64,
    /// The list is not newest first, so it is read to its end.
    is_disordered: bool,
    total: Option<u64>,
    /// How many known, unchanged, finished exams came since the last one that was new or changed.
    calm: usize,
    /// They have been a page's worth once, so what is behind cannot be new.
    has_passed_new: bool,
    /// The same, and every open exam had been seen.
    has_passed_all: bool,
    /// How many exams in a row began before the horizon.
    old: usize,
    /// They have been a page's worth since the last one that did not.
    is_beyond: bool,
    /// The ids that the caller has and that were not seen.
    unseen: BTreeSet<String>,
    has_rejected: bool,
}

struct Before {
    full: Option<u64>,
    total: Option<u64>,
    entries: Vec<Entry>,
    places: HashMap<Hash, usize>,
    /// How many of the entries are not behind the last one that is waited for.
    open: usize,
    /// How many of the entries are not behind the reading.
    reached: usize,
}

/// What this run saw, in the list's order.
#[derive(Default)]
struct After {
    entries: Vec<Entry>,
    places: HashMap<Hash, usize>,
    /// How many of the entries are not behind the last open one.
    open: usize,
}

impl Reading {
    pub(super) fn new(checkpoint: Checkpoint, rules: &Rules, known: BTreeSet<String>) -> Self {
        let is_full = rules.is_full(&checkpoint);
        let now = seconds(rules.now);
        let horizon = now.saturating_sub(rules.horizon.as_secs());
        let entries = checkpoint.entries;
        let is_open = |entry: &&Entry| entry.since.is_some_and(|since| since >= horizon);
        Self {
            is_full,
            now,
            horizon,
            page: usize::try_from(rules.page_size)
                .unwrap_or(usize::MAX)
                .max(1),
            waited_for: entries
                .iter()
                .filter(is_open)
                .map(|entry| entry.id)
                .collect(),
            before: Before {
                full: checkpoint.full,
                total: checkpoint.total,
                places: entries
                    .iter()
                    .enumerate()
                    .map(|(place, entry)| (entry.id, place))
                    .collect(),
                open: entries
                    .iter()
                    .rposition(|entry| is_open(&entry))
                    .map_or(0, |place| place + 1),
                entries,
                reached: 0,
            },
            after: After::default(),
            least: None,
            new: 0,
            is_disordered: false,
            total: None,
            calm: 0,
            has_passed_new: false,
            has_passed_all: false,
            old: 0,
            is_beyond: false,
            unseen: known,
            has_rejected: false,
        }
    }

    /// Whether the whole list is to be read.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Whether nothing further can have changed. Asked after each page.
    pub(super) fn is_over(&self) -> bool {
        let is_beyond = self.is_beyond && self.before.reached >= self.before.open;
        let is_over = self.has_passed_all || is_beyond && self.has_passed_new;
        is_over && !self.is_full && !self.is_disordered
    }

    /// Notes that a page was read, and the total that the vendor last told.
    pub(super) fn page(&mut self, total: Option<u64>) {
        self.least = total.into_iter().chain(self.least).min();
        self.total = total;
    }

    /// Notes the next item of the list. Returns whether it is to be given.
    pub(super) fn note(&mut self, item: &Item<Exam>) -> bool {
        let Some(exam) = item.value() else {
            // Without an id it cannot be known.
            self.has_rejected = true;
            self.new += u64::from(!self.has_passed_new);
            return true;
        };
        let id = Hash::of(&exam.exam_id);
        let content = Hash::of(item.raw().as_bytes());
        let earlier = self.after.get(id).or_else(|| self.before.get(id));
        let is_same = earlier.is_some_and(|earlier| earlier.content == content);
        let start = self.start(exam);
        self.pass(start);
        let since = if is_finished(exam) {
            None
        } else {
            self.since(start, earlier, is_same)
        };
        self.waited_for.remove(&id);
        self.unseen.remove(&exam.exam_id);
        let room = READ_AHEAD.max(self.overlap());
        self.after.note(Entry { id, content, since }, room);
        self.new += u64::from(earlier.is_none() && !self.has_passed_new);
        if !is_same {
            self.calm = 0;
        } else if is_finished(exam) {
            self.calm += 1;
            self.before.reach(id);
        }
        if self.calm >= self.page {
            self.pass_known();
        }
        self.is_full || !is_same
    }

    /// Notes that a page's worth of known exams has passed, and maybe all that was waited for.
    fn pass_known(&mut self) {
        self.is_disordered |= !self.has_passed_new && self.new < self.grown();
        self.has_passed_new = true;
        self.has_passed_all |= self.waited_for.is_empty();
    }

    /// The end of the reading: the next checkpoint, and the ids that the caller has and the list has
    /// not. `counted` says whether an exam that was not seen in the whole list is not in it.
    pub(super) fn end(mut self, whole: bool, counted: bool) -> (Checkpoint, BTreeSet<String>) {
        let overlap = self.overlap();
        let After {
            mut entries,
            places,
            open,
        } = self.after;
        if !whole {
            let behind = self.before.entries.into_iter().skip(self.before.reached);
            let behind = behind.filter(|entry| !places.contains_key(&entry.id));
            // What is open there is older than the horizon.
            entries.extend(behind.map(|entry| Entry {
                since: None,
                ..entry
            }));
        }
        entries.truncate(open.saturating_add(overlap));
        entries.shrink_to_fit();
        // An item that is not readable may be any exam.
        if !whole || !counted || self.has_rejected {
            self.unseen.clear();
        }
        // One that reached the end otherwise did not give what has not changed.
        let is_full = whole && self.is_full;
        let checkpoint = Checkpoint {
            full: is_full.then_some(self.now).or(self.before.full),
            total: self.total,
            entries,
        };
        (checkpoint, self.unseen)
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.after.entries.len()
    }

    /// How many more exams there are than at the last run, at least.
    fn grown(&self) -> u64 {
        let totals = self.least.zip(self.before.total);
        totals.map_or(0, |(now, before)| now.saturating_sub(before))
    }

    fn overlap(&self) -> usize {
        self.page.saturating_mul(OVERLAP_PAGES)
    }

    /// When the exam began. A time that is ahead of the clock is none.
    fn start(&self, exam: &Exam) -> Option<u64> {
        let start = exam.start_time().and_then(utc).map(seconds)?;
        (start <= self.now).then_some(start)
    }

    /// Counts the exams in a row that began before the horizon.
    fn pass(&mut self, start: Option<u64>) {
        match start {
            Some(start) if start < self.horizon => self.old += 1,
            Some(_) => {
                self.old = 0;
                self.is_beyond = false;
            }
            None => {}
        }
        self.is_beyond |= self.old >= self.page;
    }

    /// Since when an open exam is waited for; `None` if it is too old.
    fn since(&self, start: Option<u64>, earlier: Option<Entry>, is_same: bool) -> Option<u64> {
        let since = match (start, earlier.and_then(|earlier| earlier.since)) {
            (Some(start), _) => start,
            (None, Some(since)) => since.min(self.now),
            // It is among older ones, or an earlier run has found it too old.
            (None, None) if self.is_beyond || is_same => return None,
            (None, None) => self.now,
        };
        (since >= self.horizon).then_some(since)
    }
}

impl Before {
    fn get(&self, id: Hash) -> Option<Entry> {
        self.entries.get(*self.places.get(&id)?).copied()
    }

    /// Notes that this exam was seen where it was before.
    fn reach(&mut self, id: Hash) {
        if let Some(place) = self.places.get(&id) {
            self.reached = self.reached.max(place + 1);
        }
    }
}

impl After {
    fn get(&self, id: Hash) -> Option<Entry> {
        self.entries.get(*self.places.get(&id)?).copied()
    }

    /// Notes an exam; one that is not open only if there is room behind the last open one.
    fn note(&mut self, entry: Entry, room: usize) {
        let end = self.entries.len();
        let is_open = entry.since.is_some();
        let place = self.places.get(&entry.id).copied().unwrap_or(end);
        match self.entries.get_mut(place) {
            Some(before) => *before = entry,
            None if !is_open && end - self.open >= room => return,
            None => {
                self.places.insert(entry.id, place);
                self.entries.push(entry);
            }
        }
        if is_open {
            self.open = self.open.max(place + 1);
        }
    }
}

/// Whether the exam is as it will stay. A status that is not known may be one of the others.
fn is_finished(exam: &Exam) -> bool {
    use ExamStatus::{Cancelled, Error, ProcessError};
    exam.is_done() || matches!(exam.status, Some(Cancelled | Error | ProcessError))
}

/// The instant of a time of the vendor's. It is documented to be UTC, so a zone may be missing.
fn utc(time: &Timestamp) -> Option<SystemTime> {
    let with_zone = || Timestamp::from(format!("{}Z", time.as_str())).to_system_time();
    time.to_system_time().or_else(with_zone)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
