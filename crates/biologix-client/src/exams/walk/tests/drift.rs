//! Properties: whatever the list does between two pages, nothing is lost and nothing comes twice.

use std::collections::{HashMap, HashSet};

use common_http::Item;
use proptest::prelude::*;

use super::{elsewhere, exam, raw};
use crate::exams::walk::Walk;
use crate::exams::{Cursor, Exam};

/// What happens before a page is fetched, and how it is served.
#[derive(Debug, Clone)]
struct Turn {
    issued: usize,
    /// Places, in thousandths of the list.
    removed: Vec<usize>,
    changed: Vec<usize>,
    page: usize,
    header: bool,
    /// Another process resumes after this many exams of the page.
    stop_after: Option<usize>,
}

fn turn(removed: usize, header: BoxedStrategy<bool>) -> impl Strategy<Value = Turn> {
    let places = |most| prop::collection::vec(0..1000_usize, 0..=most);
    let issued = prop_oneof![3 => Just(0_usize), 2 => 1..4_usize, 1 => 4..30_usize];
    let stop = prop_oneof![2 => Just(None), 1 => (0..8_usize).prop_map(Some)];
    (issued, places(removed), places(2), 1..9_usize, header, stop).prop_map(
        |(issued, removed, changed, page, header, stop_after)| Turn {
            issued,
            removed,
            changed,
            page,
            header,
            stop_after,
        },
    )
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    id: u32,
    version: u32,
}

struct List {
    entries: Vec<Entry>,
    issued: u32,
}

impl List {
    fn new(length: u32) -> Self {
        let entries = (0..length).map(|id| Entry { id, version: 0 }).collect();
        Self {
            entries,
            issued: length,
        }
    }

    fn drift(&mut self, turn: &Turn) {
        for place in &turn.removed {
            if !self.entries.is_empty() {
                self.entries.remove(place * self.entries.len() / 1000);
            }
        }
        for _ in 0..turn.issued {
            let id = self.issued;
            self.entries.insert(0, Entry { id, version: 0 });
            self.issued += 1;
        }
        for place in &turn.changed {
            let place = place * self.entries.len() / 1000;
            if let Some(entry) = self.entries.get_mut(place) {
                entry.version += 1;
            }
        }
    }

    /// Every seventh exam has an odd field.
    fn page(&self, offset: u64, length: usize) -> Vec<Item<Exam>> {
        let page = self
            .entries
            .iter()
            .skip(usize::try_from(offset).unwrap())
            .take(length);
        page.map(|entry| match entry.id % 7 {
            3 => raw(&format!(
                r#"{{"examId":"E{}","status":[],"version":{}}}"#,
                entry.id, entry.version
            )),
            _ => exam(&format!("E{}", entry.id), entry.version),
        })
        .collect()
    }
}

/// Walks the list to its end while the turns change it. The last turn is calm. Returns what was
/// given.
fn walk(list: &mut List, turns: &[Turn]) -> Vec<Entry> {
    let calm = Turn {
        issued: 0,
        removed: Vec::new(),
        changed: Vec::new(),
        page: 5,
        header: true,
        stop_after: None,
    };
    let mut handed_over = Vec::new();
    let mut walk = Walk::new(Cursor::at(0));
    for turn in turns.iter().chain(std::iter::repeat_n(&calm, 500)) {
        let Some(offset) = walk.next_offset() else {
            return handed_over;
        };
        list.drift(turn);
        let total = turn.header.then_some(list.entries.len() as u64);
        let page = list.page(offset, turn.page);
        let full = page.len() == turn.page;
        if walk.take(page, total, full).is_err() {
            // Empty pages below the last total. The next process goes on.
            walk = elsewhere(&walk);
        }
        let mut count = 0;
        while let Some(listed) = walk.pop() {
            let read: serde_json::Value = listed.raw().parse().unwrap();
            let id = read["examId"].as_str().unwrap()[1..].parse().unwrap();
            let version = u32::try_from(read["version"].as_u64().unwrap()).unwrap();
            handed_over.push(Entry { id, version });
            count += 1;
            if turn.stop_after == Some(count) {
                walk = elsewhere(&walk);
            }
        }
        if turn.stop_after == Some(0) {
            walk = elsewhere(&walk);
        }
    }
    panic!("the walk has no end");
}

fn assert_none_lost(start: &[Entry], list: &List, handed_over: &[Entry]) {
    let handed_over: HashSet<_> = handed_over.iter().map(|entry| entry.id).collect();
    let still_there: HashSet<_> = list.entries.iter().map(|entry| entry.id).collect();
    let lost: Vec<_> = start
        .iter()
        .map(|entry| entry.id)
        .filter(|id| still_there.contains(id) && !handed_over.contains(id))
        .collect();
    assert_eq!(lost, Vec::<u32>::new(), "lost");
}

fn assert_again_only_if_changed(handed_over: &[Entry]) {
    let mut latest = HashMap::new();
    for Entry { id, version } in handed_over {
        let before = latest.insert(id, version);
        assert!(before.is_none_or(|before| before < version), "{id} again");
    }
}

fn turns(removed: usize, header: BoxedStrategy<bool>) -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec(turn(removed, header), 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn drift_of_any_kind_loses_and_repeats_nothing(
        length in 0..60_u32,
        turns in turns(4, Just(true).boxed()),
    ) {
        let mut list = List::new(length);
        let start = list.entries.clone();
        let handed_over = walk(&mut list, &turns);
        assert_none_lost(&start, &list, &handed_over);
        assert_again_only_if_changed(&handed_over);
    }

    #[test]
    fn without_removals_no_header_is_needed(
        length in 0..60_u32,
        turns in turns(0, any::<bool>().boxed()),
    ) {
        let mut list = List::new(length);
        let start = list.entries.clone();
        let handed_over = walk(&mut list, &turns);
        assert_none_lost(&start, &list, &handed_over);
        assert_again_only_if_changed(&handed_over);
    }

    /// One total before the fall and one after it are enough.
    #[test]
    fn removals_show_in_any_two_totals(
        length in 0..60_u32,
        turns in turns(4, any::<bool>().boxed()),
    ) {
        let mut turns = turns;
        turns.iter_mut().for_each(|turn| turn.issued = 0);
        if let Some(first) = turns.first_mut() {
            first.header = true;
        }
        let mut list = List::new(length);
        let start = list.entries.clone();
        let handed_over = walk(&mut list, &turns);
        assert_none_lost(&start, &list, &handed_over);
        assert_again_only_if_changed(&handed_over);
    }

    #[test]
    fn every_walk_ends_and_repeats_nothing(
        length in 0..60_u32,
        turns in turns(4, any::<bool>().boxed()),
    ) {
        let handed_over = walk(&mut List::new(length), &turns);
        assert_again_only_if_changed(&handed_over);
    }
}
