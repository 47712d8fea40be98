//! `attendance`: a file is sent unchanged.

use std::process::Command;

use serde_json::{Value, json};

use crate::laboratory::{KEY, Laboratory, PDF};
use crate::program::Run;
use crate::server::Answer;

const ATTENDANCE: &str =
    "{ \"campo\" : 1.50,\n  \"nome\": \"Paciente Fict\\u00edcio\", \"campo\": 1e2 }";

#[test]
fn goes_out_byte_for_byte() {
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(2000), "]".repeat(2000));
    for text in [
        ATTENDANCE.to_owned(),
        "{\"a\": \"\\ud83d\", \"a\": 1e999, \"\": -0.0}".to_owned(),
        deep,
        format!("\r\n{ATTENDANCE}\n"),
        "{}".to_owned(),
    ] {
        let laboratory = Laboratory::answering(Answer::json(
            201,
            "{\"id\": 7,\n \"valor\": 1.50, \"a\": \"b  c\"}",
        ));
        let run = laboratory.attendance(&["--json"], &text).is(0);
        assert_eq!(
            run.stdout,
            "{\"status\":201,\"body\":{\"id\":7,\"valor\":1.50,\"a\":\"b  c\"}}\n"
        );
        assert_eq!(run.stderr, "");
        let received = laboratory.received();
        assert_eq!(received.len(), 1);
        let one = &received[0];
        assert_eq!(
            (one.method.as_str(), one.path.as_str()),
            ("POST", "/api/v1/attendance/")
        );
        assert_eq!(one.body, text.as_bytes());
        assert_eq!(one.header("content-type"), "application/json");
        assert_eq!(one.header("content-length"), text.len().to_string());
        assert_eq!(one.header("authorization"), KEY);
    }
}

/// Some editors write a byte order mark, which JSON must not have.
#[test]
fn a_byte_order_mark_stays_behind() {
    let laboratory = Laboratory::answering(Answer::json(200, "{}"));
    laboratory
        .attendance(&[], format!("\u{feff}{ATTENDANCE}"))
        .is(0);
    assert_eq!(laboratory.received()[0].body, ATTENDANCE.as_bytes());
}

#[test]
fn json_before_and_after_the_command() {
    let laboratory = Laboratory::answering(Answer::json(200, "[]"));
    let file = laboratory.file("attendance.json", "{}");
    let file = file.to_str().unwrap();
    for args in [
        ["--json", "attendance", file],
        ["attendance", file, "--json"],
    ] {
        let mut command = laboratory.command();
        let run = Run::of(command.args(args)).is(0);
        assert_eq!(run.json(), json!({"status": 200, "body": []}));
    }
}

/// Gensoft has accepted it, whatever the body of the answer is.
#[test]
fn any_answer_of_2xx_is_success() {
    for (answer, body) in [
        (
            Answer::json(200, "[{\"id\":1},\n null]"),
            json!([{"id": 1}, null]),
        ),
        (Answer::json(200, "\"ok\""), json!("ok")),
        (Answer::json(200, "null"), Value::Null),
        (Answer::json(200, ""), Value::Null),
        (Answer::new(200, "text/plain", "aceito"), Value::Null),
        (
            Answer::new(200, "application/json", "{\"id\":"),
            Value::Null,
        ),
        (Answer::new(204, "text/plain", ""), Value::Null),
        (
            Answer::new(200, "", "\u{feff}{\"id\": 1}"),
            json!({"id": 1}),
        ),
        (
            Answer::new(200, "", "{\"a\": NaN, \"b\": 1}"),
            json!({"a": null, "b": 1}),
        ),
        (
            Answer::new(200, "", b"{\"a\": \"\xe3\"}"),
            json!({"a": "\u{fffd}"}),
        ),
        (
            Answer::new(200, "", "{\"a\": \"b\nc\"}"),
            json!({"a": "b\nc"}),
        ),
        (Answer::new(200, "", "{} {}"), Value::Null),
    ] {
        let laboratory = Laboratory::answering(answer);
        let run = laboratory.attendance(&["--json"], ATTENDANCE).is(0);
        assert_eq!(run.json()["body"], body);
        assert_eq!(run.stdout.lines().count(), 1);
        laboratory.attendance(&[], ATTENDANCE).is(0);
        assert_eq!(laboratory.received().len(), 2);
    }
}

/// A firewall or a gateway may have written it, and nobody knows what became of the attendance.
#[test]
fn a_web_page_is_success_only_if_it_is_accepted() {
    for page in [
        Answer::new(200, "text/html", "<html>bloqueado</html>"),
        Answer::new(201, "text/html; charset=utf-8", "bloqueado"),
        Answer::new(200, "application/json", "\r\n<!DOCTYPE html>"),
    ] {
        let laboratory = Laboratory::answering(page);
        let accept = |run: &dyn Fn(&mut Command), accept| {
            let mut command = laboratory.command();
            run(command.env("ACCEPT_HTML", accept).arg("--json"));
            Run::of(&mut command)
        };
        let file = laboratory.file("attendance.json", ATTENDANCE);
        let pdf = laboratory.file("laudo.pdf", PDF);
        let attendance = |command: &mut Command| {
            command.arg("attendance").arg(&file);
        };
        let report = |command: &mut Command| {
            command.args(["report", "--execution", "10"]).arg(&pdf);
        };
        for (run, advice) in [
            (accept(&attendance, ""), "look it up in Gensoft"),
            (accept(&report, "0"), "ACCEPT_HTML=1"),
        ] {
            let run = run.is(1);
            let error = &run.json()["error"];
            assert_eq!(
                (&error["kind"], &error["delivery"]),
                (&json!("decode"), &json!("unknown"))
            );
            assert_eq!(error["attempts"], 1);
            assert!(run.stderr.contains(advice), "{}", run.stderr);
        }
        for run in [accept(&attendance, "1"), accept(&report, "1")] {
            assert_eq!(run.is(0).json()["body"], Value::Null);
        }
        assert_eq!(laboratory.received().len(), 4);
    }
}

#[test]
fn text_for_people() {
    let laboratory = Laboratory::answering(Answer::json(200, "{\n \"a\": \"\u{9b}1m\"\n}"));
    let run = laboratory.attendance(&[], ATTENDANCE).is(0);
    assert_eq!(
        run.stdout,
        "accepted (status 200)\n{\"a\":\"\u{fffd}1m\"}\n"
    );
    let laboratory = Laboratory::answering(Answer::new(202, "text/plain", "aceito"));
    let run = laboratory.attendance(&[], ATTENDANCE).is(0);
    assert_eq!(run.stdout, "accepted (status 202)\n");
}
