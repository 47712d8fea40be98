//! How long a list is believed that repeats itself, or whose totals move.

use super::super::{Astray, Walk};
use super::{exams, names, popped};
use crate::exams::Cursor;

/// A page may have any size, so a circle is told by exams too.
#[test]
fn a_circle_is_as_long_in_pages_of_any_size() {
    for (size, requests) in [(300, 69), (400, 53)] {
        let mut walk = Walk::new(Cursor::at(0));
        let mut take = || {
            let taken = walk.take(exams(0..size), None, false);
            popped(&mut walk);
            taken
        };
        let astray = (1..).find_map(|request| Some((request, take().err()?)));
        assert_eq!(astray, Some((requests, Astray::Circle)));
    }
}

/// Takes pages with these totals, which bring nothing new.
fn fruitless(totals: impl IntoIterator<Item = u64>) -> Walk {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..5), Some(300), true).unwrap();
    popped(&mut walk);
    for total in totals {
        walk.take(exams(0..5), Some(total), true).unwrap();
        assert!(popped(&mut walk).is_empty());
    }
    walk
}

/// Whether a page that reaches this total, and is not full, ends the list.
fn ends_at(mut walk: Walk, total: u64) -> bool {
    let new = u32::try_from(total - walk.next_offset().unwrap()).unwrap();
    walk.take(exams(1000..1000 + new), Some(total), false)
        .unwrap();
    popped(&mut walk);
    walk.next_offset().is_none()
}

#[test]
fn falls_that_are_taken_back_are_believed_four_times() {
    let pairs = |count| std::iter::repeat_n([301, 300], count).flatten();
    assert!(ends_at(fruitless(pairs(4)), 300));
    assert!(!ends_at(fruitless(pairs(5)), 300));
}

#[test]
fn falls_that_last_are_believed() {
    let falls = (290..300).rev().flat_map(|total| [total, total]);
    assert!(ends_at(fruitless(falls), 290));
}

/// It would be before the last total that was believed.
#[test]
fn an_empty_page_ends_a_list_whose_totals_are_not_believed() {
    let mut walk = fruitless(std::iter::repeat_n([301, 300], 5).flatten());
    walk.take(Vec::new(), Some(300), false).unwrap();
    assert_eq!(walk.next_offset(), None);
}

/// Walks 100 exams of a list, whose other pages are empty and have no total. Returns the offsets.
fn with_a_bare_end(totals: [Option<u64>; 2]) -> (Vec<u64>, Result<(), Astray>) {
    let mut walk = Walk::new(Cursor::at(0));
    let (mut asked, [mut total, later]) = (Vec::new(), totals);
    while let Some(offset) = walk.next_offset() {
        asked.push(offset);
        let taken = match offset {
            0..100 => {
                let first = u32::try_from(offset).unwrap();
                walk.take(
                    exams(first..100),
                    std::mem::replace(&mut total, later),
                    true,
                )
            }
            _ => walk.take(Vec::new(), None, false),
        };
        if taken.is_err() {
            return (asked, taken);
        }
        popped(&mut walk);
    }
    (asked, Ok(()))
}

#[test]
fn an_empty_page_without_a_total_disproves_none() {
    for later in [Some(250), None] {
        let (asked, ended) = with_a_bare_end([Some(250), later]);
        assert_eq!(ended, Err(Astray::EmptyBelowTotal), "{later:?}");
        assert_eq!(asked, [0, 100, 0, 100, 100], "{later:?}");
    }
    // Read again, the vendor says that it is so.
    let (asked, ended) = with_a_bare_end([Some(120), Some(100)]);
    assert_eq!((asked, ended), (vec![0, 100, 80, 80, 100], Ok(())));
}

#[test]
fn one_empty_page_without_a_total_costs_a_step_back() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(exams(0..4), Some(6), true).unwrap();
    popped(&mut walk);
    walk.take(Vec::new(), None, false).unwrap();
    assert_eq!((walk.next_offset(), walk.has_gap()), (Some(2), true));
    walk.take(exams(2..6), Some(6), false).unwrap();
    assert_eq!(popped(&mut walk), names(4..6));
    assert_eq!(walk.next_offset(), None);
}
