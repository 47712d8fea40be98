//! A list that cannot be read, or only in part.

use std::fs;
use std::io::{Read, Write};
use std::process::Command;

use serde_json::{Value, json};

use crate::centre::{Centre, done, error, id};
use crate::run::{Archive, PROGRAM, Run, configured};
use crate::server::{Answer, Request};

/// From this offset on, the list gives this answer.
fn list_breaks_at(centre: &Centre, offset: usize, answer: Answer) {
    centre.set_rule(move |request: &Request| {
        let is_list = request.path.starts_with("/v2/partners/");
        (is_list && request.number("offset")? >= offset).then(|| answer.clone())
    });
}

#[track_caller]
fn error_of(run: &Run) -> Value {
    let document = run.json();
    let error = document["error"].as_object().unwrap();
    let names: Vec<_> = error.keys().map(String::as_str).collect();
    let mut all = [
        "operation",
        "kind",
        "status",
        "code",
        "attempts",
        "cause",
        "delivery",
    ];
    all.sort_unstable();
    assert_eq!(names, all);
    document["error"].clone()
}

#[test]
fn what_was_read_is_kept_with_its_reports() {
    let centre = Centre::with_done(1..=10);
    let archive = Archive::new();
    centre.set_exams([done(99)]);
    archive.run(&centre, &[]).is(0);
    let mut exams: Vec<_> = (1..=10).map(done).collect();
    exams[1] = "[]".to_owned();
    centre.set_exams(exams);
    list_breaks_at(&centre, 4, Answer::json(200, "[{\"examId\":"));

    let run = archive.run(&centre, &["--json", "--page-size", "4"]).is(1);
    assert_eq!(
        error_of(&run),
        json!({"operation": "biologix.exams.list", "kind": "decode", "status": 200,
               "code": null, "attempts": 1, "delivery": "answered", "cause": null})
    );
    let kept = [done(99), done(1), done(3), done(4)];
    assert_eq!(archive.lines("exams.jsonl"), kept);
    assert_eq!(archive.lines("rejected.jsonl"), ["[]"]);
    archive.has_reports([1, 3, 4, 99]);
    assert!(
        run.stderr.starts_with("error: biologix.exams.list: "),
        "{}",
        run.stderr
    );

    // The text output says what was read, and why it is incomplete.
    let run = archive.run(&centre, &["--page-size", "4"]).is(1);
    assert!(run.stdout.contains("3 read, 1 rejected"), "{}", run.stdout);
    assert!(run.stdout.contains("the list broke off"), "{}", run.stdout);
}

/// The total told of ten, and nothing took that back.
#[test]
fn empty_pages_without_a_total_are_not_the_end() {
    let centre = Centre::with_done(1..=10);
    for nothing in [Answer::json(200, "[]"), Answer::new(204, "text/plain", "")] {
        list_breaks_at(&centre, 4, nothing);
        for args in [&["--json"][..], &["--json", "--changes"]] {
            let archive = Archive::new();
            let args = [args, &["--page-size", "4"]].concat();
            let run = archive.run(&centre, &args).is(1);
            assert_eq!(error_of(&run)["kind"], "decode");
            assert!(run.stderr.contains("vendor's own total"), "{}", run.stderr);
            archive.has_reports(1..=4);
            assert!(!archive.file("checkpoint.json").exists());
        }
    }
}

#[test]
fn a_vendor_out_of_reach_is_not_asked_for_reports() {
    let centre = Centre::with_done(1..=8);
    let throttled = error(429, "tooManyRequests").header("retry-after", 86_400);
    list_breaks_at(&centre, 4, throttled);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json", "--page-size", "4"]).is(1);
    assert_eq!(
        error_of(&run),
        json!({"operation": "biologix.exams.list", "kind": "rate_limited", "status": 429,
               "code": "tooManyRequests", "attempts": 1, "delivery": "answered", "cause": null})
    );
    assert!(run.stderr.contains("86400 s"), "{}", run.stderr);
    assert_eq!(archive.lines("exams.jsonl").len(), 4);
    assert_eq!(centre.count("GET /v2/exams/"), 0);
    assert!(archive.reports().is_empty());
}

#[test]
fn nothing_read_leaves_the_archive_as_it_is() {
    let centre = Centre::with_done(1..=3);
    let archive = Archive::new();
    archive.run(&centre, &[]).is(0);
    let before = fs::read(archive.file("exams.jsonl")).unwrap();
    list_breaks_at(&centre, 0, error(403, "notAuthorized"));
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(error_of(&run)["code"], "notAuthorized");
    assert_eq!(fs::read(archive.file("exams.jsonl")).unwrap(), before);
    archive.has_reports(1..=3);
}

#[test]
fn wrong_password() {
    let centre = Centre::with_done([1]);
    let archive = Archive::new();
    let mut command = archive.command(&centre, &["--json"]);
    let run = Run::of(command.env("BIOLOGIX_PASSWORD", "EXAMPLE-WRONG")).is(1);
    assert_eq!(
        error_of(&run),
        json!({"operation": "biologix.sessions.open", "kind": "credentials", "status": 401,
               "code": "incorrectPassword", "attempts": 1, "delivery": "not_sent", "cause": null})
    );
    assert!(run.stderr.contains("BIOLOGIX_PASSWORD"), "{}", run.stderr);
    // Only one login, so that the account is not locked.
    assert_eq!(centre.server.requests().len(), 1);
}

#[test]
fn wrong_centre() {
    let centre = Centre::with_done([1]);
    let archive = Archive::new();
    let mut command = archive.command(&centre, &["--json"]);
    let run = Run::of(command.env("BIOLOGIX_PARTNER_ID", id(7))).is(1);
    assert_eq!(
        error_of(&run),
        json!({"operation": "biologix.exams.list", "kind": "permission_denied", "status": 403,
               "code": "notAuthorized", "attempts": 1, "delivery": "answered", "cause": null})
    );
    assert!(run.stderr.contains("BIOLOGIX_PARTNER_ID"), "{}", run.stderr);
}

/// Why there is no connection, and what can be done about it.
#[test]
fn no_connection() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    drop(silent);
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let not_tls = format!("https://{}", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    for (url, cause, words, advice) in [
        (
            format!("http://127.0.0.1:{port}"),
            "refused",
            "the host refused the connection",
            "is BIOLOGIX_BASE_URL right",
        ),
        (
            "https://host.invalid".to_owned(),
            "dns",
            "the host name was not found",
            "is BIOLOGIX_BASE_URL right",
        ),
        (
            not_tls,
            "tls_protocol",
            "not TLS",
            "does this port speak TLS",
        ),
    ] {
        let archive = Archive::new();
        let mut command = configured(Command::new(PROGRAM), &url);
        command.env("NO_PROXY", "*");
        command.arg("--json").arg("--out").arg(archive.path());
        let run = Run::of(&mut command).is(1);
        let error = error_of(&run);
        assert_eq!(
            error,
            json!({"operation": "biologix.sessions.open", "kind": "connect", "status": null,
                   "code": null, "attempts": error["attempts"], "delivery": "not_sent",
                   "cause": cause})
        );
        let (line, advised) = run.stderr.split_once('\n').unwrap();
        assert!(line.contains(words), "{line}");
        assert!(line.ends_with(&format!("[{cause}]")), "{line}");
        assert!(
            advised.starts_with(&format!("advice: {advice}")),
            "{advised}"
        );
    }
}

/// A firewall's page in place of the list.
#[test]
fn a_web_page_is_not_the_vendors_answer() {
    let centre = Centre::with_done([1]);
    let page = Answer::new(200, "text/html", "<html>blocked</html>");
    list_breaks_at(&centre, 0, page);
    let run = Archive::new().run(&centre, &["--json"]).is(1);
    assert_eq!(error_of(&run)["kind"], "decode");
    assert!(
        run.stderr.contains("the answer is a web page"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("advice: did something on the way"),
        "{}",
        run.stderr
    );
}
