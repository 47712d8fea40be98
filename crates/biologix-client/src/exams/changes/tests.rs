//! Readings against a model of the vendor's list.

mod list;
mod properties;
mod stops;

use std::collections::BTreeSet;
use std::time::UNIX_EPOCH;

use common_http::{Item, RawJson};

use self::list::{Exam, List, day};
use super::{Checkpoint, FULL_EVERY, HORIZON, Reading, Rules};

#[test]
fn the_whole_list_is_given_first_and_every_seventh_day() {
    let mut list = List::done(50);
    let mut checkpoint = Checkpoint::default();
    for night in 0..15 {
        let run = list.run(checkpoint, &[]);
        let given = if night % 7 == 0 { 50 } else { 0 };
        assert_eq!((run.whole, run.given.len()), (given > 0, given), "{night}");
        checkpoint = run.checkpoint;
        // The job is started a little earlier each night.
        list.now += day(1) - std::time::Duration::from_secs(60);
    }
}

/// A short list, and one with an open exam at its end, are read to the end every night.
#[test]
fn each_seventh_day_gives_all_also_where_every_night_reaches_the_end() {
    for mut list in [List::done(3), List::done(50)] {
        list.exams.last_mut().unwrap().status = 2;
        let all = list.exams.len();
        let mut checkpoint = Checkpoint::default();
        for night in 0..15 {
            let run = list.run(checkpoint, &[]);
            let given = if night % 7 == 0 { all } else { 0 };
            assert_eq!(run.given.len(), given, "{night}");
            checkpoint = run.checkpoint;
            list.now += day(1);
        }
    }
}

#[test]
fn a_full_reading_says_what_is_gone_of_what_the_caller_has() {
    let mut list = List::done(50);
    let known = list.ids();
    let checkpoint = list.run(Checkpoint::default(), &known).checkpoint;
    let gone = [list.exams.remove(40).id(), list.exams.remove(3).id()];
    let partly = list.run(checkpoint, &known);
    assert_eq!((partly.whole, partly.gone.len()), (false, 0));
    list.now += FULL_EVERY;
    let whole = list.run(partly.checkpoint, &known);
    assert_eq!(whole.gone, BTreeSet::from(gone));
}

#[test]
fn nothing_is_gone_that_may_be_there() {
    let mut list = List::done(50);
    let known = list.ids();
    list.exams.remove(40);
    assert_eq!(list.run(Checkpoint::default(), &known).gone.len(), 1);
    // Without totals, an exam may have been missed.
    list.totals = false;
    assert_eq!(list.run(Checkpoint::default(), &known).gone.len(), 0);
    // An item that is not readable may be any exam.
    list.totals = true;
    list.exams[7].text = Some("null".to_owned());
    assert_eq!(list.run(Checkpoint::default(), &known).gone.len(), 0);
}

#[test]
fn an_item_that_is_not_readable_is_given_by_every_run_that_reads_it() {
    let mut list = List::done(50);
    list.exams[3].text = Some(r#"{"status":6}"#.to_owned());
    let mut run = list.run(Checkpoint::default(), &[]);
    for _ in 0..2 {
        run = list.run(run.checkpoint, &[]);
        let given = [r#"{"status":6}"#.to_owned()];
        assert_eq!((run.whole, run.given), (false, given.to_vec()));
    }
    // It counts as a new one when the total grows.
    list.issue(1);
    list.exams[0].text = Some("null".to_owned());
    let run = list.run(run.checkpoint, &[]);
    assert_eq!((run.whole, run.given.len()), (false, 2));
}

#[test]
fn an_exam_comes_again_in_a_run_only_if_it_has_changed_again() {
    // Also if it is then as the last run knew it.
    for latest in [0, 1, 2] {
        let mut list = List::done(50);
        let checkpoint = list.first();
        list.exams[5].version = 1;
        let run = list.run_while(checkpoint, &[], |list, page| {
            if page == 1 {
                // Pushes them to the next page.
                list.issue(10);
                list.exams[15].version = latest;
            }
        });
        let given = [1, latest].map(|version| {
            let exam = list.exams[15].clone();
            Exam { version, ..exam }.json()
        });
        let count = if latest == 1 { 1 } else { 2 };
        assert_eq!(run.given, given[..count]);
    }
}

#[test]
fn a_checkpoint_comes_back_from_its_text_and_from_no_other() {
    let mut list = List::done(50);
    list.exams[5].status = 4;
    let checkpoint = list.run(Checkpoint::default(), &[]).checkpoint;
    let text = serde_json::to_string(&checkpoint).unwrap();
    let read = |text: &str| serde_json::from_str::<Checkpoint>(text).ok();
    assert_eq!(read(&text), Some(checkpoint));
    for end in 0..text.len() {
        assert_eq!(read(&text[..end]), None);
    }
    assert_eq!(read(&text.replace("\"version\":1", "\"version\":2")), None);
    let refusal = serde_json::from_str::<Checkpoint>(r#"{"version":1,"exams":"EXAMPLE"}"#);
    let words = refusal.unwrap_err().to_string();
    assert!(
        words.starts_with("not a checkpoint of this version"),
        "{words}"
    );
    let debug = format!(
        "{:?}",
        read(r#"{"version":1,"full":7,"exams":""}"#).unwrap()
    );
    assert_eq!(debug, "Checkpoint { full: Some(7), .. }");
}

#[test]
fn memory_is_bounded_by_what_is_open() {
    let rules = Rules {
        now: UNIX_EPOCH,
        horizon: HORIZON,
        full_every: FULL_EVERY,
        page_size: 10,
    };
    let mut reading = Reading::new(Checkpoint::default(), &rules, BTreeSet::new());
    let mut note = |id: u32, status: u32| {
        let text = format!(r#"{{"examId":"{id}","status":{status}}}"#);
        reading.note(&Item::read(RawJson::from_text(text).unwrap(), 0));
        reading.remembered()
    };
    let mut most = 0;
    for id in 0..10_100 {
        most = note(id, 6);
    }
    assert_eq!(most, 10_000);
    assert_eq!(note(10_100, 4), 10_001);
    for id in 10_101..10_300 {
        note(id, 6);
    }
    // Ten pages' worth behind the open one.
    assert_eq!(reading.end(true, true).0.entries.len(), 10_001 + 100);
}

#[test]
fn a_removal_while_it_reads_hides_no_new_exam() {
    let mut list = List::done(200);
    let checkpoint = list.first();
    list.issue(21);
    for exam in &mut list.exams[..21] {
        exam.status = 6;
    }
    let hidden = list.exams[20].json();
    // What was the last new exam is on the page before, and this one has known exams only. The next
    // run would stop in front of it.
    let run = list.run_while(checkpoint, &[], |list, page| {
        if page == 2 {
            list.exams.remove(0);
        }
    });
    assert!(run.given.contains(&hidden) && !run.whole);
}
