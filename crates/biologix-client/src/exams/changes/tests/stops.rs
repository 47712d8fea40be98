//! Where a reading stops.

use std::time::Duration;

use super::super::checkpoint::Entry;
use super::list::{List, PAGE, day};
use super::{Checkpoint, HORIZON};
use crate::exams::hash::Hash;

/// Finished exams, but for those at these places, which are being processed.
fn centre(exams: u32, open: &[usize]) -> List {
    let mut list = List::done(exams);
    for place in open {
        list.exams[*place].status = 4;
    }
    list
}

#[test]
fn a_page_behind_the_last_exam_that_is_open_or_new() {
    let mut list = centre(1_000, &[3, 47]);
    let checkpoint = list.first();
    let calm = list.run(checkpoint.clone(), &[]);
    assert_eq!((calm.pages, calm.given.len(), calm.whole), (5, 0, false));

    list.exams[47].status = 6;
    let changed = list.run(checkpoint, &[]);
    // A page's worth of unchanged exams behind the one that has changed.
    assert_eq!(
        (changed.pages, changed.given),
        (6, vec![list.exams[47].json()])
    );
    // Nothing is open behind the fourth.
    let next = list.run(changed.checkpoint, &[]);
    assert_eq!((next.pages, next.given.len()), (2, 0));
    list.issue(25);
    let issued = list.run(next.checkpoint, &[]);
    assert_eq!((issued.pages, issued.given.len()), (4, 25));
}

#[test]
fn every_open_status_is_waited_for_and_so_is_one_that_is_not_known() {
    for (status, pages) in [
        (0, 5),
        (1, 5),
        (2, 1),
        (3, 5),
        (4, 5),
        (5, 1),
        (6, 1),
        (7, 1),
        (8, 5),
    ] {
        let mut list = List::done(100);
        list.exams[47].status = status;
        let checkpoint = list.first();
        assert_eq!(list.run(checkpoint, &[]).pages, pages, "{status}");
    }
}

#[test]
fn late_changes_of_finished_exams_are_seen_among_the_newest_and_by_the_full_reading() {
    let mut list = centre(1_000, &[]);
    let checkpoint = list.first();
    list.exams[4].version += 1;
    list.exams[900].version += 1;
    let partly = list.run(checkpoint, &[]);
    assert_eq!(
        (partly.pages, partly.given),
        (2, vec![list.exams[4].json()])
    );
    list.now += day(7);
    let whole = list.run(partly.checkpoint, &[]);
    assert!(whole.whole && whole.given.contains(&list.exams[900].json()));
}

#[test]
fn the_overlap_lasts_and_can_lose_most_of_its_exams() {
    let mut list = centre(1_000, &[3]);
    let mut checkpoint = list.first();
    for _ in 0..5 {
        assert_eq!(checkpoint.entries.len(), 4 + 10 * PAGE);
        let run = list.run(checkpoint, &[]);
        assert_eq!((run.pages, run.given.len()), (2, 0));
        checkpoint = run.checkpoint;
    }
    list.exams.drain(5..95);
    let run = list.run(checkpoint, &[]);
    assert_eq!(
        (run.pages, run.given.len()),
        (2, 6),
        "six exams behind the overlap"
    );
}

#[test]
fn the_overlap_has_no_exam_that_is_gone() {
    let mut list = centre(1_000, &[3, 20]);
    let checkpoint = list.first();
    let gone = list.exams.remove(1);
    let run = list.run(checkpoint, &[]);
    let is_gone = |entry: &Entry| entry.id == Hash::of(&gone.id());
    assert!(!run.checkpoint.entries.iter().any(is_gone));
    let mut ids: Vec<_> = run
        .checkpoint
        .entries
        .iter()
        .map(|entry| entry.id.0)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 20 + 10 * PAGE, "none is in it twice");
}

#[test]
fn past_the_horizon_if_an_open_exam_was_removed_and_only_once() {
    let mut list = centre(5_000, &[5, 30]);
    let checkpoint = list.first();
    list.exams.remove(30);
    // One exam began each hour.
    let horizon = usize::try_from(HORIZON.as_secs() / 3600).unwrap();
    let lost = list.run(checkpoint, &[]);
    assert_eq!((lost.pages, lost.whole), (horizon / PAGE + 1, false));
    let next = list.run(lost.checkpoint, &[]);
    assert_eq!((next.pages, next.given.len()), (2, 0));
}

#[test]
fn past_the_horizon_only_behind_a_page_of_old_exams_in_a_row() {
    let mut list = centre(5_000, &[30]);
    let checkpoint = list.first();
    list.exams.remove(30);
    // From place 2,158 on, they are old. Of one, only the authorisation is: it began now.
    list.now += Duration::from_secs(2 * 3600);
    list.exams[2_165].start = Some(list.now);
    assert_eq!(list.run(checkpoint, &[]).pages, 218);
}

#[test]
fn not_at_old_exams_in_front_of_those_that_are_waited_for() {
    for is_dated in [true, false] {
        let mut list = centre(3_000, &[5, 30]);
        list.exams.reverse();
        let place = list.exams.len() - 6;
        if !is_dated {
            list.exams[place].start = None;
            list.exams[place - 25].status = 6;
        }
        let checkpoint = list.first();
        list.exams[place].status = 6;
        let run = list.run(checkpoint, &[]);
        assert_eq!(run.given, [list.exams[place].json()], "{is_dated}");
    }
}

#[test]
fn past_the_horizon_only_behind_what_is_new() {
    let mut list = centre(100, &[]);
    list.now += HORIZON * 2;
    let mut checkpoint = list.first();
    checkpoint.full = Some(list.seconds());
    // The results of old exams have come late.
    list.issue(25);
    for exam in &mut list.exams[..25] {
        exam.status = 6;
        exam.start = Some(list.now - HORIZON - day(1));
    }
    let run = list.run(checkpoint, &[]);
    assert_eq!((run.pages, run.given.len()), (4, 25));
}

#[test]
fn at_an_open_exam_without_a_date_that_is_behind_the_horizon_but_was_seen_since() {
    let mut list = centre(3_000, &[2_100, 2_150]);
    list.exams[2_100].start = None;
    list.exams[2_150].start = None;
    let mut checkpoint = list.first();
    // Two days later, the horizon is at place 2,112.
    list.now += day(2);
    for removed in [None, Some(2_150), None] {
        if let Some(place) = removed {
            list.exams.remove(place);
        }
        let run = list.run(checkpoint, &[]);
        let is_there = list.exams[2_150].is_open();
        // Once it is gone, the first run passes the exams that were behind it.
        let pages = if is_there || removed.is_some() {
            216
        } else {
            211
        };
        assert_eq!(run.pages, pages);
        checkpoint = run.checkpoint;
    }
}

#[test]
fn at_the_end_if_nothing_has_a_date() {
    let mut list = centre(300, &[5, 30]);
    for exam in &mut list.exams {
        exam.start = None;
    }
    let known = list.ids();
    let checkpoint = list.first();
    let removed = list.exams.remove(30);
    list.now += day(6);
    let lost = list.run(checkpoint, &known);
    assert_eq!((lost.whole, lost.gone), (true, [removed.id()].into()));
    // It gave what had changed, so all is given when it is due.
    list.now += day(1);
    let given = list.run(lost.checkpoint, &[]).given;
    assert_eq!(given.len(), list.exams.len());
}

#[test]
fn an_exam_that_stays_open_is_waited_for_until_the_horizon() {
    let mut list = centre(100, &[20, 60]);
    for (place, exam) in list.exams.iter_mut().enumerate() {
        if place != 20 {
            exam.start = None;
        }
    }
    // The one counts from its beginning, 20 hours ago, the other from its first reading.
    let mut checkpoint = list.first();
    for (hours, pages) in [(89 * 24, 7), (12, 7), (24, 1)] {
        list.now += Duration::from_secs(hours * 3600);
        checkpoint.full = Some(list.seconds());
        let run = list.run(checkpoint, &[]);
        assert_eq!((run.pages, run.given.len()), (pages, 0), "{hours}");
        checkpoint = run.checkpoint;
    }
}

#[test]
fn an_exam_that_is_too_old_is_not_waited_for_again() {
    let mut list = centre(100, &[12]);
    for exam in &mut list.exams {
        exam.start = None;
    }
    let mut checkpoint = list.first();
    list.now += HORIZON + day(1);
    checkpoint.full = Some(list.seconds());
    for (version, pages) in [(1, 2), (2, 2), (2, 1)] {
        // If this one changes, the old one is read. It is not new then.
        list.exams[5].version = version;
        let run = list.run(checkpoint, &[]);
        assert_eq!(run.pages, pages);
        checkpoint = run.checkpoint;
    }
}

#[test]
fn an_open_exam_without_a_date_is_not_waited_for_among_older_ones() {
    for (place, pages) in [(2_100, 211), (2_500, 1)] {
        let mut list = List::done(3_000);
        list.exams[place].status = 0;
        list.exams[place].start = None;
        let checkpoint = list.first();
        assert_eq!(list.run(checkpoint, &[]).pages, pages);
    }
}

#[test]
fn times_ahead_of_the_clock_count_as_none() {
    let mut list = centre(100, &[50]);
    for exam in &mut list.exams {
        exam.start = Some(list.now + day(400));
    }
    let mut checkpoint = list.first();
    for (days, pages) in [(89, 6), (2, 1)] {
        list.now += day(days);
        checkpoint.full = Some(list.seconds());
        let run = list.run(checkpoint, &[]);
        assert_eq!(run.pages, pages);
        checkpoint = run.checkpoint;
    }
    checkpoint.full = Some(list.seconds() + 1);
    assert!(list.run(checkpoint, &[]).whole);
}

#[test]
fn at_the_end_if_the_total_shows_that_new_exams_are_not_in_front() {
    let mut list = centre(200, &[5]);
    let mut checkpoint = list.first();
    for _ in 0..2 {
        list.issue(2);
        list.exams[0].status = 6;
        list.exams[1].status = 6;
        let new = list.exams.remove(0);
        list.exams.push(new.clone());
        let run = list.run(checkpoint, &[]);
        assert!(run.whole && run.given.contains(&new.json()));
        checkpoint = run.checkpoint;
    }
    // As many are removed, which hides it until the whole list is read.
    list.issue(1);
    list.exams.rotate_left(1);
    list.exams.remove(100);
    let run = list.run(checkpoint, &[]);
    assert_eq!((run.pages, run.given.len()), (2, 0));
}

#[test]
fn another_centres_checkpoint_costs_a_full_reading() {
    let checkpoint = centre(1_000, &[3]).first();
    let mut list = centre(100, &[]);
    for exam in &mut list.exams {
        exam.number += 5_000;
    }
    let run = list.run(checkpoint, &[]);
    assert_eq!((run.whole, run.given.len()), (true, 100));
    assert_eq!(run.checkpoint, Checkpoint { ..list.first() });
}
