//! A second run into the same folder fetches nothing twice and loses nothing.

use std::fs;

use serde_json::json;

use crate::centre::{Centre, done, exam, id, key};
use crate::run::Archive;

#[test]
fn nothing_is_fetched_again() {
    let centre = Centre::with_done(1..=5);
    let archive = Archive::new();
    archive.run(&centre, &[]).is(0);
    let exams = fs::read(archive.file("exams.jsonl")).unwrap();
    centre.server.forget_requests();

    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(
        run.json()["reports"],
        json!({"saved": 0, "present": 5, "missing": 0, "failed": 0})
    );
    assert_eq!(centre.count("GET /v2/exams/"), 0);
    assert_eq!(fs::read(archive.file("exams.jsonl")).unwrap(), exams);
    archive.has_reports(1..=5);
}

#[test]
fn a_report_that_is_there_is_not_looked_into() {
    let centre = Centre::with_done(1..=2);
    let archive = Archive::new();
    fs::create_dir_all(archive.file("reports")).unwrap();
    let report = archive.file("reports").join(format!("{}.pdf", id(1)));
    fs::write(&report, "not even a PDF").unwrap();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["reports"]["present"], 1);
    assert_eq!(fs::read(&report).unwrap(), b"not even a PDF");
}

#[test]
fn changed_exams_are_replaced_and_vanished_ones_kept() {
    let started = |number| exam(&id(number), 1, None);
    let centre = Centre::with([started(3), done(2), done(1)]);
    let archive = Archive::new();
    archive.run(&centre, &[]).is(0);
    archive.has_reports(1..=2);

    centre.set_exams([done(5), done(4), done(3), done(1)]);
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(
        run.json(),
        json!({"exams": 4, "rejected": 0,
               "reports": {"saved": 3, "present": 1, "missing": 0, "failed": 0}})
    );
    // A line keeps its place. New exams are appended.
    let lines = [done(3), done(2), done(1), done(5), done(4)];
    assert_eq!(archive.lines("exams.jsonl"), lines);
    archive.has_reports(1..=5);
}

#[test]
fn findings_are_of_the_latest_run() {
    let centre = Centre::with([
        "7".to_owned(),
        exam(&id(1), 6, None),
        exam(&id(2), 6, Some(&key(2))),
    ]);
    centre.set_report(&key(2), crate::centre::error(403, "notAuthorized"));
    let archive = Archive::new();
    archive.run(&centre, &[]).is(1);
    assert_eq!(archive.lines("rejected.jsonl"), ["7"]);
    assert_eq!(archive.ids("missing.jsonl"), [id(1)].into());
    assert_eq!(archive.ids("failed.jsonl"), [id(2)].into());

    centre.set_exams([done(1)]);
    archive.run(&centre, &[]).is(0);
    for name in ["rejected.jsonl", "missing.jsonl", "failed.jsonl"] {
        assert!(!archive.file(name).exists(), "{name}");
    }
    // The exam whose report failed is still in the archive.
    assert_eq!(archive.lines("exams.jsonl").len(), 2);
}

#[test]
fn lines_that_are_not_exams_are_kept_unchanged() {
    let centre = Centre::with_done([2]);
    let archive = Archive::new();
    fs::create_dir_all(archive.path()).unwrap();
    let foreign: &[&[u8]] = &[
        b"{\"examId\":\"0000001BB\",\"stat",
        b"[\"0000002BB\"]",
        b"{\"examId\":\"\"}",
        b"{\"examId\":7}",
        b"null",
        b"\xff\xfe not even text",
    ];
    let mut before = foreign.join(&b'\n');
    before.extend_from_slice(b"\n\n { \"examId\" : \"0000002BB\" }\r\n");
    // The same exam twice, and a truncated last line.
    before.extend_from_slice(
        b"{\"examId\":\"0000003BB\",\"a\":1}\n{\"examId\":\"0000003BB\",\"a\":2}\n",
    );
    before.extend_from_slice(b"{\"examId\":\"000");
    fs::write(archive.file("exams.jsonl"), &before).unwrap();

    for _ in 0..2 {
        let run = archive.run(&centre, &["--json"]).is(0);
        assert!(
            run.stderr.contains("lines that are not exams (7)"),
            "{}",
            run.stderr
        );
        let mut after = foreign.join(&b'\n');
        after.push(b'\n');
        after.extend_from_slice(done(2).as_bytes());
        after.extend_from_slice(b"\n{\"examId\":\"0000003BB\",\"a\":2}\n{\"examId\":\"000\n");
        let found = fs::read(archive.file("exams.jsonl")).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&found),
            String::from_utf8_lossy(&after)
        );
        assert_eq!(found, after);
    }
}
