//! Reports that are missing, and reports that fail.

use std::fs;

use serde_json::json;

use crate::centre::{Centre, done, error, exam, id, key, pdf};
use crate::run::{Archive, Run};
use crate::server::{Answer, Server};

#[test]
fn without_a_usable_key_nothing_is_asked() {
    let keys = [
        None,
        Some(""),
        Some("  "),
        Some("."),
        Some(".."),
        Some(" .. "),
        Some("a/b"),
        Some("a\\b"),
        Some("../.."),
    ];
    let mut exams: Vec<_> = (0..)
        .zip(keys)
        .map(|(number, key)| exam(&id(number), 6, key))
        .collect();
    exams.push(format!(
        r#"{{"examId":"{}","status":6,"examKey":null}}"#,
        id(9)
    ));
    exams.push(exam(&id(10), 6, Some(" EXAMPLEKEY10 ")));
    let centre = Centre::with(exams);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(
        run.json()["reports"],
        json!({"saved": 1, "present": 0, "missing": 10, "failed": 0})
    );
    assert_eq!(archive.ids("missing.jsonl"), (0..10).map(id).collect());
    archive.has_reports([10]);
    assert_eq!(centre.count("GET /v2/exams/"), 1);
}

#[test]
fn not_found_is_missing_and_no_failure() {
    let centre = Centre::with_done(1..=3);
    centre.set_report(&key(1), error(404, "notFound"));
    centre.set_report(&key(2), Answer::new(404, "text/html", "<html>"));
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["reports"]["missing"], 2);
    assert_eq!(run.stderr, "");
    assert_eq!(archive.ids("missing.jsonl"), [id(1), id(2)].into());
    archive.has_reports([3]);

    // When it is found later, it is no longer missing.
    centre.set_report(&key(1), Answer::new(200, "application/pdf", pdf(&key(1))));
    archive.run(&centre, &[]).is(0);
    assert_eq!(archive.ids("missing.jsonl"), [id(2)].into());
    archive.has_reports([1, 3]);
}

#[test]
fn an_incomplete_or_other_file_than_a_pdf_fails_and_leaves_nothing() {
    let centre = Centre::with_done(1..=6);
    let whole = Answer::new(200, "application/pdf", pdf(&key(2)));
    centre.set_report(
        &key(1),
        Answer::new(200, "application/pdf", "<html>sign in</html>"),
    );
    centre.set_report(&key(2), whole.clone().cut_after(2000));
    centre.set_report(&key(3), error(403, "notAuthorized"));
    centre.set_report(&key(4), whole.header("content-encoding", "gzip"));
    let moved = Answer::new(302, "text/html", "").header("location", "/elsewhere");
    centre.set_report(&key(5), moved);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(
        run.json(),
        json!({"exams": 6, "rejected": 0,
               "reports": {"saved": 1, "present": 0, "missing": 0, "failed": 5}})
    );
    assert_eq!(archive.ids("failed.jsonl"), (1..=5).map(id).collect());
    archive.has_reports([6]);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 6, "{}", run.stderr);
    assert!(
        lines[..5]
            .iter()
            .all(|line| line.starts_with("error: biologix.reports.get: "))
    );
    assert!(
        lines[5].starts_with("advice: failed.jsonl "),
        "{}",
        run.stderr
    );

    // The next run tries these again, and no others.
    for number in 1..=5 {
        centre.set_report(
            &key(number),
            Answer::new(200, "application/pdf", pdf(&key(number))),
        );
    }
    centre.server.forget_requests();
    archive.run(&centre, &[]).is(0);
    assert!(!archive.file("failed.jsonl").exists());
    archive.has_reports(1..=6);
    assert_eq!(centre.count("GET /v2/exams/"), 5);
}

#[test]
fn the_same_reason_is_told_once() {
    let centre = Centre::with_done(1..=30);
    centre.set_rule(|request| {
        let is_report = request.path.starts_with("/v2/exams/");
        is_report.then(|| error(400, "somethingNew"))
    });
    let run = Archive::new().run(&centre, &[]).is(1);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert!(run.stderr.contains("[reports: 30]"), "{}", run.stderr);
    assert!(!run.stderr.contains("somethingNew"), "{}", run.stderr);
    assert!(run.stdout.contains("30 failed"), "{}", run.stdout);
}

/// A bad answer does not affect other reports, in any mixture.
#[test]
fn failures_do_not_stop_the_others() {
    let centre = Centre::with_done(1..=40);
    for number in (1..=40).filter(|number| number % 2 == 0) {
        centre.set_report(&key(number), error(400, "notThisOne"));
    }
    let archive = Archive::new();
    let run = archive
        .run(&centre, &["--json", "--concurrency", "1"])
        .is(1);
    assert_eq!(run.json()["reports"]["saved"], 20);
    archive.has_reports((1..=40).filter(|number| number % 2 == 1));
}

#[test]
fn an_invalid_key_fails() {
    let centre = Centre::with([exam(&id(1), 6, Some("a\u{1}b")), done(2)]);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(run.json()["reports"]["failed"], 1);
    assert_eq!(archive.ids("failed.jsonl"), [id(1)].into());
    archive.has_reports([2]);
}

/// If the server stops answering, the program stops requesting reports.
#[test]
fn a_dead_line_ends_the_asking() {
    let centre = Centre::with_done(1..=60);
    let closer = centre.server.closer.clone();
    centre.set_rule(move |request| {
        if request.path.starts_with("/v2/partners/") {
            closer.close();
        }
        None
    });
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(
        run.json(),
        json!({"exams": 60, "rejected": 0,
               "reports": {"saved": 0, "present": 0, "missing": 0, "failed": 60}})
    );
    assert_eq!(archive.ids("failed.jsonl"), (1..=60).map(id).collect());
    let silent = "the vendor does not answer [reports: ";
    assert!(run.stderr.contains(silent), "{}", run.stderr);
    assert!(run.stderr.contains("no connection"), "{}", run.stderr);
    assert_eq!(archive.lines("exams.jsonl").len(), 60);
}

/// A vendor that throttles does answer.
#[test]
fn throttling_ends_the_asking_and_is_told() {
    let centre = Centre::with_done(1..=20);
    centre.set_rule(|request| {
        let is_report = request.path.starts_with("/v2/exams/");
        is_report.then(|| error(429, "tooManyRequests").header("retry-after", 86_400))
    });
    let archive = Archive::new();
    let run = archive
        .run(&centre, &["--json", "--concurrency", "1"])
        .is(1);
    assert_eq!(run.json()["reports"]["failed"], 20);
    assert_eq!(archive.ids("failed.jsonl"), (1..=20).map(id).collect());
    assert_eq!(centre.count("GET /v2/exams/"), 2);
    let left = "not requested, because the vendor limits the number of requests [reports: 18]";
    assert!(run.stderr.contains(left), "{}", run.stderr);
    assert!(!run.stderr.contains("does not answer"), "{}", run.stderr);
}

/// Some reports in a row take their whole time. The others are left for the next run.
#[test]
fn a_silent_line_ends_the_asking() {
    let centre = Centre::with_done(1..=40);
    centre.set_rule(|request| {
        let is_report = request.path.starts_with("/v2/exams/");
        is_report.then(|| Answer::json(200, "{}").held())
    });
    let archive = Archive::new();
    let mut command = archive.command(&centre, &["--json"]);
    let run = Run::of(command.env("ANSWER_TIMEOUT_SECS", "1")).is(1);
    assert_eq!(run.json()["reports"]["failed"], 40);
    assert_eq!(archive.ids("failed.jsonl"), (1..=40).map(id).collect());
    let silent = "the vendor does not answer [reports: ";
    assert!(run.stderr.contains(silent), "{}", run.stderr);
    let asked: std::collections::BTreeSet<_> = centre.server.requests().into_iter().collect();
    assert!(asked.len() < 16, "{asked:?}");
}

#[test]
fn a_folder_is_no_report() {
    let centre = Centre::with_done(1..=1);
    let archive = Archive::new();
    let folder = archive.file("reports").join(format!("{}.pdf", id(1)));
    fs::create_dir_all(&folder).unwrap();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(run.json()["reports"]["failed"], 1);
    assert_eq!(archive.ids("failed.jsonl"), [id(1)].into());
    assert!(folder.is_dir());
}

/// One that was cut off by a program that did not see it.
#[test]
fn a_report_without_its_end_is_fetched_once_more() {
    let centre = Centre::with_done(1..=3);
    let archive = Archive::new();
    fs::create_dir_all(archive.file("reports")).unwrap();
    let file = |number| archive.file("reports").join(format!("{}.pdf", id(number)));
    let cut = |number| pdf(&key(number))[..3000].to_vec();
    for number in 1..=3 {
        fs::write(file(number), cut(number)).unwrap();
    }
    // The vendor's own file has no such end.
    centre.set_report(&key(2), Answer::new(200, "application/pdf", cut(2)));
    centre.set_report(&key(3), error(500, "example"));
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(
        run.json()["reports"],
        json!({"saved": 2, "present": 0, "missing": 0, "failed": 1})
    );
    assert_eq!(fs::read(file(1)).unwrap(), pdf(&key(1)));
    assert_eq!(fs::read(file(2)).unwrap(), cut(2));
    assert_eq!(fs::read(file(3)).unwrap(), cut(3));
    assert_eq!(archive.ids("refetched.jsonl"), [id(2)].into());

    centre.set_report(&key(3), Answer::new(200, "application/pdf", pdf(&key(3))));
    centre.server.forget_requests();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["reports"]["present"], 2);
    assert_eq!(centre.count("GET /v2/exams/"), 1);
    assert_eq!(fs::read(file(3)).unwrap(), pdf(&key(3)));
    archive.run(&centre, &[]).is(0);
    assert_eq!(centre.count("GET /v2/exams/"), 1);
}

#[test]
fn a_redirect_is_followed_if_a_setting_says_so() {
    let storage = Server::start(|request| {
        let asks_nothing_else = request
            .header("authorization")
            .or(request.header("referer"));
        match (asks_nothing_else, request.query.as_str()) {
            (None, "sig=a%2Bb") => Answer::new(200, "application/pdf", pdf(&key(1))),
            _ => error(403, "example"),
        }
    });
    let centre = Centre::with_done([1]);
    let location = format!("{}/report?sig=a%2Bb", storage.url);
    let moved = Answer::new(302, "text/plain", "").header("location", location);
    centre.set_report(&key(1), moved);
    let archive = Archive::new();
    for value in ["", "0", "yes"] {
        let mut command = archive.command(&centre, &["--json"]);
        let run = Run::of(command.env("BIOLOGIX_FOLLOW_REPORTS", value)).is(1);
        assert_eq!(run.json()["reports"]["failed"], 1);
    }
    assert!(storage.requests().is_empty() && archive.reports().is_empty());
    let mut command = archive.command(&centre, &["--json"]);
    Run::of(command.env("BIOLOGIX_FOLLOW_REPORTS", "1")).is(0);
    archive.has_reports([1]);
}
