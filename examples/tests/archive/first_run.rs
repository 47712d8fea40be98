//! A first run into a folder that does not exist yet.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::centre::{Centre, done, exam, id, key};
use crate::run::Archive;

#[test]
fn exams_and_reports_of_all_pages() {
    let centre = Centre::with((0..25).map(|number| match number % 5 {
        0..=5 if number % 5 != 4 => done(number),
        _ => exam(&id(number), 1, Some(&key(number))),
    }));
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json", "--page-size", "10"]).is(0);
    assert_eq!(
        run.json(),
        json!({"exams": 25, "rejected": 0,
               "reports": {"saved": 20, "present": 0, "missing": 0, "failed": 0}})
    );
    assert_eq!(run.stderr, "");
    assert_eq!(archive.lines("exams.jsonl"), centre.state().exams);
    archive.has_reports((0..25).filter(|number| number % 5 != 4));
    assert_eq!(centre.count("POST /v2/sessions/open"), 1);
    assert_eq!(centre.count("GET /v2/partners/"), 3);
    for name in ["rejected.jsonl", "missing.jsonl", "failed.jsonl"] {
        assert!(!archive.file(name).exists(), "{name}");
    }
    assert!(archive.strays().is_empty());
}

#[test]
fn text_for_people() {
    let centre = Centre::with_done(1..=3);
    let run = Archive::new().run(&centre, &[]).is(0);
    assert_eq!(
        run.stdout,
        "exams:   3 read, 0 rejected\n\
         reports: 3 saved, 0 already there, 0 missing, 0 failed\n"
    );
    let run = Archive::new().run(&centre, &["--no-reports"]).is(0);
    assert!(
        run.stdout.ends_with("reports: left out\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn without_reports() {
    let centre = Centre::with_done(1..=3);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--no-reports", "--json"]).is(0);
    assert_eq!(
        run.json(),
        json!({"exams": 3, "rejected": 0,
               "reports": {"saved": 0, "present": 0, "missing": 0, "failed": 0}})
    );
    assert_eq!(archive.lines("exams.jsonl").len(), 3);
    assert_eq!(centre.count("GET /v2/exams/"), 0);
    assert!(!archive.file("reports").exists());
}

#[test]
fn a_centre_without_exams() {
    let centre = Centre::with([]);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["exams"], 0);
    assert_eq!(fs::read(archive.file("exams.jsonl")).unwrap(), b"");
}

/// The server answers only when this many requests are open. With fewer the run would never end.
#[test]
fn as_many_reports_at_once_as_asked() {
    for (args, at_once) in [(&[][..], 4), (&["--concurrency", "7"][..], 7)] {
        let centre = Centre::with_done(1..=at_once * 3);
        let waiting = Arc::new((Mutex::new(BTreeSet::new()), Condvar::new()));
        let most = Arc::new(Mutex::new(0));
        let (seen, all) = (Arc::clone(&most), Arc::clone(&waiting));
        let group = at_once as usize;
        let answered = Mutex::new(0);
        centre.set_rule(move |request| {
            if request.path.starts_with("/v2/exams/") {
                let mut arrived = all.0.lock().unwrap();
                arrived.insert(request.path.clone());
                let open = arrived.len() - *answered.lock().unwrap();
                let mut most = seen.lock().unwrap();
                *most = open.max(*most);
                drop(most);
                all.1.notify_all();
                let mine = arrived.len().div_ceil(group) * group;
                let limit = Duration::from_secs(20);
                let full = |arrived: &mut BTreeSet<String>| arrived.len() < mine;
                let (arrived, timeout) = all.1.wait_timeout_while(arrived, limit, full).unwrap();
                assert!(!timeout.timed_out(), "only {} at once", arrived.len());
                *answered.lock().unwrap() += 1;
            }
            None
        });
        let archive = Archive::new();
        archive.run(&centre, args).is(0);
        archive.has_reports(1..=at_once * 3);
        assert_eq!(*most.lock().unwrap(), group);
    }
}
