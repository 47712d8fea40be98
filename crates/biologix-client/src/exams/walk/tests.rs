//! The walk against a model of the vendor's list, and the lists that led it astray once.

mod belief;
mod drift;
mod identity;

use common_http::{Answer, Item, RawJson};

use super::{Astray, CIRCLE, Walk};
use crate::exams::{Cursor, Exam};

fn exam(id: &str, version: u32) -> Item<Exam> {
    raw(&format!(r#"{{"examId":"{id}","version":{version}}}"#))
}

fn raw(text: &str) -> Item<Exam> {
    Item::read(RawJson::from_text(text).unwrap(), 0)
}

fn exams(ids: std::ops::Range<u32>) -> Vec<Item<Exam>> {
    ids.map(|id| exam(&format!("E{id}"), 0)).collect()
}

/// What identifies the exam in these tests: its id, or its whole text if it has none.
fn name(item: &Item<Exam>) -> String {
    let id = item.raw().parse::<serde_json::Value>().unwrap()["examId"].clone();
    id.as_str()
        .map_or_else(|| item.raw().as_str().to_owned(), str::to_owned)
}

fn popped(walk: &mut Walk) -> Vec<String> {
    std::iter::from_fn(|| walk.pop())
        .map(|item| name(&item))
        .collect()
}

fn names(ids: std::ops::Range<u32>) -> Vec<String> {
    ids.map(|id| format!("E{id}")).collect()
}

/// The walk in another process.
fn elsewhere(walk: &Walk) -> Walk {
    let saved = serde_json::to_string(walk.cursor()).unwrap();
    Walk::new(serde_json::from_str(&saved).unwrap())
}

#[test]
fn a_page_of_any_size_is_taken() {
    let mut walk = Walk::new(Cursor::at(0));
    let many = u32::try_from(CIRCLE).unwrap() + 1;
    walk.take(exams(0..many), None, false).unwrap();
    assert_eq!(popped(&mut walk), names(0..many));
    assert_eq!(walk.next_offset(), Some(u64::from(many)));
}

#[test]
fn a_short_page_is_not_the_end() {
    for total in [Some(5), None] {
        let mut walk = Walk::new(Cursor::at(0));
        walk.take(exams(0..1), total, false).unwrap();
        assert_eq!(popped(&mut walk), names(0..1));
        assert_eq!(walk.next_offset(), Some(1));
        walk.take(exams(1..5), total, false).unwrap();
        assert_eq!(popped(&mut walk), names(1..5));
        assert_eq!(walk.next_offset(), total.is_none().then_some(5));
    }
}

#[test]
fn an_empty_page_without_a_total_is_the_end() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..3), None, false).unwrap();
    popped(&mut walk);
    walk.take(Vec::new(), None, false).unwrap();
    assert_eq!(walk.next_offset(), None);
}

#[test]
fn an_empty_page_below_the_total_is_asked_for_again_twice() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..3), Some(5), false).unwrap();
    popped(&mut walk);
    for _ in 0..2 {
        walk.take(Vec::new(), Some(5), false).unwrap();
        assert_eq!(walk.next_offset(), Some(3));
    }
    // Now there is one again, so the count starts again.
    walk.take(exams(3..4), Some(5), false).unwrap();
    assert_eq!(popped(&mut walk), ["E3"]);
    for _ in 0..2 {
        walk.take(Vec::new(), Some(5), false).unwrap();
        assert_eq!(walk.next_offset(), Some(4));
    }
    assert_eq!(
        walk.take(Vec::new(), Some(5), false),
        Err(Astray::EmptyBelowTotal)
    );
}

#[test]
fn a_total_that_goes_up_and_down_ends_in_an_error_too() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..3), Some(9), false).unwrap();
    popped(&mut walk);
    let astray = (0..100).find_map(|turn| walk.take(Vec::new(), Some(8 + turn % 2), false).err());
    assert_eq!(astray, Some(Astray::EmptyBelowTotal));
}

#[test]
fn the_same_page_over_and_over_is_a_circle() {
    let mut walk = Walk::new(Cursor::at(0));
    let mut handed_over = 0;
    for _ in 0..1000 {
        if let Err(astray) = walk.take(exams(0..100), None, false) {
            assert_eq!((astray, handed_over), (Astray::Circle, 100));
            return;
        }
        handed_over += popped(&mut walk).len();
    }
    panic!("no end");
}

/// A vendor's total that is a function of what is asked for, over a list that does not change.
fn told(
    length: u64,
    page: u64,
    total: impl Fn(u64, u64) -> Option<u64>,
) -> (Result<u64, Astray>, usize) {
    let mut walk = Walk::new(Cursor::at(0));
    let (mut given, mut requests) = (0, 0);
    while let Some(offset) = walk.next_offset() {
        requests += 1;
        let end = length.min(offset + page);
        let items: Vec<_> = (offset.min(end)..end)
            .map(|id| exam(&format!("E{id}"), 0))
            .collect();
        let came = items.len() as u64;
        if let Err(astray) = walk.take(items, total(offset, came), came == page) {
            return (Err(astray), requests);
        }
        given += popped(&mut walk).len() as u64;
    }
    (Ok(given), requests)
}

/// Totals that are no totals cost some requests, and neither an exam nor an endless walk.
#[test]
fn a_total_of_another_meaning_costs_no_exam() {
    type Total = fn(u64, u64) -> Option<u64>;
    let echo: Total = |_, came| Some(came);
    let so_far: Total = |offset, came| Some(offset + came);
    for (length, page) in [
        (9, 4),
        (8, 4),
        (4, 4),
        (0, 4),
        (1, 1),
        (250, 100),
        (2_500, 100),
    ] {
        let pages = usize::try_from(length / page).unwrap();
        for (name, total) in [
            ("the page's own number", echo),
            ("how many so far", so_far),
            ("zero", |_, _| Some(0)),
            ("none", |_, _| None),
        ] {
            let (given, requests) = told(length, page, total);
            assert_eq!(given, Ok(length), "{name}");
            assert!(requests <= 2 * pages + 12, "{length}, {name}: {requests}");
        }
        let ended = told(length, page, |_, _| Some(page));
        let is_below = length < page;
        assert_eq!(ended.0.ok(), (!is_below).then_some(length), "the page size");
        let left = |offset: u64, _| Some(length.saturating_sub(offset));
        let left_after = |offset: u64, came| Some(length.saturating_sub(offset + came));
        for (given, requests) in [told(length, page, left), told(length, page, left_after)] {
            assert_eq!(given, Ok(length));
            assert!(requests <= 2 * pages + 12, "{length}: {requests}");
        }
    }
}

#[test]
fn a_full_page_at_the_total_is_not_the_end() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(4), true).unwrap();
    assert_eq!(popped(&mut walk), names(0..4));
    assert_eq!(walk.next_offset(), Some(4));
    walk.take(exams(4..8), Some(4), true).unwrap();
    assert_eq!(popped(&mut walk), names(4..8));
    walk.take(Vec::new(), Some(8), false).unwrap();
    assert_eq!(walk.next_offset(), None);
}

/// A total that falls by one each time, grows for ever or goes anywhere.
#[test]
fn a_total_that_moves_by_itself_ends_soon() {
    type Total = fn(u64) -> u64;
    for total in [
        (|turn| 5_000 - turn) as Total,
        |turn| 5_000 + turn,
        |turn| 10 + (turn * 7_919) % 1_000,
        |turn| u64::MAX - turn,
        |turn| u64::MAX - turn % 2,
    ] {
        let turn = std::cell::Cell::new(0);
        let (ended, requests) = told(9, 4, |_, _| {
            turn.set(turn.get() + 1);
            Some(total(turn.get()))
        });
        assert!(ended.is_err() || ended == Ok(9), "{ended:?}");
        assert!(requests <= 110, "{requests}");
    }
}

/// A server that ignores the offset.
#[test]
fn one_page_for_every_offset_is_a_circle_soon() {
    for (length, total) in [
        (4, None),
        (4, Some(4)),
        (4, Some(9)),
        (4, Some(1_000_000)),
        // More than are remembered for long.
        (10_001, None),
    ] {
        let mut walk = Walk::new(Cursor::at(0));
        let (mut given, mut requests) = (0, 0);
        let astray = loop {
            requests += 1;
            assert!(requests <= 102, "no end");
            match walk.take(exams(0..length), total, true) {
                Ok(()) => given += popped(&mut walk).len(),
                Err(astray) => break astray,
            }
        };
        assert_eq!((astray, given), (Astray::Circle, length as usize));
    }
}

/// The same exams all the time, with a field that differs in each answer.
#[test]
fn a_circle_of_exams_that_change_is_a_circle() {
    let mut walk = Walk::new(Cursor::at(0));
    for version in 0..1000 {
        let page = (0..100).map(|id| exam(&format!("E{id}"), version));
        if let Err(astray) = walk.take(page.collect(), None, false) {
            assert_eq!(astray, Astray::Circle);
            return;
        }
        assert_eq!(popped(&mut walk).len(), 100);
    }
    panic!("no end");
}

#[test]
fn a_fall_of_the_total_steps_back_by_it() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(10), false).unwrap();
    popped(&mut walk);
    // E0 and E1 vanish: E4 and E5 are at offsets 2 and 3.
    walk.take(exams(6..10), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), names(6..10));
    assert_eq!(walk.next_offset(), Some(2));
    walk.take(exams(4..8), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), names(4..6));
    assert_eq!(walk.next_offset(), Some(6));
    walk.take(exams(8..10), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), names(0..0));
    assert_eq!(walk.next_offset(), None);
}

#[test]
fn a_fall_larger_than_the_offset_goes_to_the_front() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(100), false).unwrap();
    popped(&mut walk);
    walk.take(Vec::new(), Some(3), false).unwrap();
    assert_eq!(walk.next_offset(), Some(0));
    walk.take(exams(97..100), Some(3), false).unwrap();
    assert_eq!(popped(&mut walk), names(97..100));
    assert_eq!(walk.next_offset(), None);
}

/// The fall happened a page before the one that shows it.
#[test]
fn a_fall_that_a_missing_header_hid_is_made_good() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(12), false).unwrap();
    popped(&mut walk);
    // E0 vanishes: E4 is at offset 3.
    walk.take(exams(5..9), None, false).unwrap();
    assert_eq!(popped(&mut walk), names(5..9));
    let mut walk = elsewhere(&walk);
    assert_eq!(walk.next_offset(), Some(8));
    walk.take(exams(9..12), Some(11), false).unwrap();
    assert_eq!(popped(&mut walk), names(9..12));
    assert_eq!(walk.next_offset(), Some(3));
    walk.take(exams(4..8), Some(11), false).unwrap();
    assert_eq!(popped(&mut walk), ["E4"]);
}

/// Without the header, exams may have vanished, or not be served.
#[test]
fn an_empty_page_before_the_last_total_steps_back_and_is_not_the_end() {
    for told in [true, false] {
        let mut walk = Walk::new(Cursor::at(0));
        walk.take(exams(0..4), Some(8), false).unwrap();
        popped(&mut walk);
        walk.take(exams(5..8), None, false).unwrap();
        popped(&mut walk);
        walk.take(Vec::new(), None, false).unwrap();
        assert_eq!(walk.next_offset(), Some(3));
        let total = told.then_some(7);
        walk.take(exams(4..8), total, false).unwrap();
        assert_eq!(popped(&mut walk), ["E4"]);
        assert_eq!(walk.next_offset(), Some(if told { 3 } else { 7 }));
    }
}

/// A page that goes beyond the total shows that the total is wrong.
#[test]
fn a_total_below_what_the_page_shows_counts_as_missing() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(8), false).unwrap();
    popped(&mut walk);
    walk.take(exams(4..6), Some(0), false).unwrap();
    assert_eq!(popped(&mut walk), names(4..6));
    assert_eq!(walk.next_offset(), Some(6));
    walk.take(exams(6..8), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), names(6..8));
    assert_eq!(walk.next_offset(), None);
}

/// One empty page with a total of 0 is requested again before the list is taken to be empty.
#[test]
fn the_end_after_a_fall_is_looked_at_again() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(8), false).unwrap();
    popped(&mut walk);
    walk.take(Vec::new(), Some(0), false).unwrap();
    assert_eq!(walk.next_offset(), Some(0));
    walk.take(exams(0..8), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), names(4..8));
    assert_eq!(walk.next_offset(), None);
}

#[test]
fn a_stop_in_the_middle_of_a_step_back_loses_nothing() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(10), false).unwrap();
    popped(&mut walk);
    walk.take(exams(6..10), Some(8), false).unwrap();
    assert_eq!(walk.pop().map(|item| name(&item)), Some("E6".into()));
    let mut walk = elsewhere(&walk);
    assert_eq!(walk.next_offset(), Some(2));
    walk.take(exams(4..8), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), ["E4", "E5", "E7"]);
    walk.take(exams(8..10), Some(8), false).unwrap();
    assert_eq!(popped(&mut walk), names(8..10));
    assert_eq!(walk.next_offset(), None);
}

#[test]
fn a_cursor_at_the_end_brings_nothing_again() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(10..14), Some(4), false).unwrap();
    popped(&mut walk);
    assert_eq!(walk.next_offset(), None);
    // Two are issued in between: they push the last two to the cursor's offset.
    let mut walk = elsewhere(&walk);
    assert_eq!(walk.next_offset(), Some(4));
    walk.take(exams(12..14), Some(6), false).unwrap();
    assert_eq!(popped(&mut walk), names(0..0));
    assert_eq!(walk.next_offset(), None);
}
