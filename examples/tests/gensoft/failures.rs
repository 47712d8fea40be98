//! Failures of the laboratory, and the messages about them.

use serde_json::json;

use crate::laboratory::{Laboratory, PDF};
use crate::server::Answer;

const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

#[test]
fn a_redirect_is_not_followed() {
    for status in REDIRECTS {
        let laboratory = Laboratory::with(move |request| match request.path.as_str() {
            "/elsewhere" => Answer::json(200, "{}"),
            _ => Answer::json(status, "").header("location", "/elsewhere"),
        });
        for (args, advice) in [
            (&["--json"][..], "with --slash"),
            (&["--json", "--slash"], "without --slash"),
        ] {
            let run = laboratory.report(args, PDF).is(1);
            let error = &run.json()["error"];
            assert_eq!(error["kind"], "rejected");
            assert_eq!(error["status"], status);
            assert_eq!(error["attempts"], 1);
            assert_eq!(error["delivery"], "answered");
            let lines: Vec<_> = run.stderr.lines().collect();
            assert_eq!(lines.len(), 2, "{}", run.stderr);
            assert!(lines[0].contains("slash"), "{}", run.stderr);
            assert!(
                lines[1].starts_with("advice: ") && lines[1].contains(advice),
                "{}",
                run.stderr
            );
        }
        let run = laboratory.attendance(&["--json"], "{}").is(1);
        assert_eq!(run.json()["error"]["kind"], "rejected");
        assert!(run.stderr.contains("GENSOFT_BASE_URL"), "{}", run.stderr);
        let requests = laboratory.server.requests();
        assert_eq!(requests.len(), 3);
        assert!(
            requests
                .iter()
                .all(|request| !request.ends_with("/elsewhere"))
        );
    }
}

#[test]
fn a_refusal() {
    for (status, kind) in [
        (400, "rejected"),
        (401, "unauthenticated"),
        (403, "permission_denied"),
        (404, "not_found"),
        (409, "conflict"),
        (406, "rejected"),
    ] {
        let laboratory = Laboratory::answering(Answer::json(status, r#"{"detail":"texto"}"#));
        for (run, operation) in [
            (
                laboratory.attendance(&["--json"], "{}"),
                "gensoft.attendances.send",
            ),
            (
                laboratory.report(&["--json"], PDF),
                "gensoft.reports.upload",
            ),
        ] {
            let run = run.is(1);
            let expected = json!({"error": {
                "operation": operation, "kind": kind, "status": status, "code": null, "attempts": 1,
                "delivery": "answered", "cause": null,
            }});
            assert_eq!(run.json(), expected);
            assert!(!run.stderr.contains("texto"), "{}", run.stderr);
        }
        assert_eq!(laboratory.received().len(), 2);
    }
}

/// The answer of a server that accepts reports only in the other form.
#[test]
fn a_media_type_that_is_not_taken() {
    let laboratory = Laboratory::answering(Answer::json(415, "{}"));
    for (args, advice) in [
        (&["--json"][..], "with --multipart"),
        (&["--json", "--multipart", "file"], "without --multipart"),
    ] {
        let run = laboratory.report(args, PDF).is(1);
        assert_eq!(run.json()["error"]["status"], 415);
        let last = run.stderr.lines().last().unwrap();
        assert!(
            last.starts_with("advice: ") && last.contains(advice),
            "{last}"
        );
    }
}

/// Only Gensoft knows whether it was accepted, and sending it again might create a second order.
#[test]
fn an_attendance_of_unknown_fate_is_sent_once() {
    for answer in [
        Answer::json(500, "{}"),
        Answer::json(502, ""),
        Answer::json(408, ""),
        Answer::json(200, "{\"id\": 1}").cut_after(3),
    ] {
        let laboratory = Laboratory::answering(answer);
        let run = laboratory.attendance(&["--json"], "{}").is(1);
        assert_eq!(run.json()["error"]["delivery"], "unknown");
        assert_eq!(run.json()["error"]["attempts"], 1);
        assert!(
            run.stderr.contains("look it up in Gensoft"),
            "{}",
            run.stderr
        );
        assert_eq!(laboratory.received().len(), 1);
    }
}

/// A longer answer than is read: the status says that it was accepted.
#[test]
fn what_was_accepted_is_not_to_be_sent_again() {
    let too_large = "[".repeat(64 * 1024 * 1024 + 1);
    let laboratory = Laboratory::answering(Answer::json(201, too_large));
    for run in [
        laboratory.attendance(&["--json"], "{}"),
        laboratory.report(&["--json"], PDF),
    ] {
        let run = run.is(1);
        let error = &run.json()["error"];
        assert_eq!(
            (&error["kind"], &error["delivery"]),
            (&json!("too_large"), &json!("answered"))
        );
        let last = run.stderr.lines().last().unwrap();
        assert!(last.starts_with("advice: Gensoft accepted it"), "{last}");
        assert!(last.contains("do not send it again"), "{last}");
    }
}

#[test]
fn nobody_there() {
    let laboratory = Laboratory::answering(Answer::json(200, "{}"));
    laboratory.server.closer.close();
    let run = laboratory.attendance(&["--json"], "{}").is(1);
    let error = &run.json()["error"];
    assert_eq!(error["kind"], "connect");
    assert_eq!(error["delivery"], "not_sent");
    assert!(run.stderr.contains("GENSOFT_BASE_URL"), "{}", run.stderr);
}
