//! `attendance`: a file is sent unchanged.

use serde_json::{Value, json};

use crate::laboratory::{KEY, Laboratory};
use crate::server::Answer;

const ATTENDANCE: &str =
    "{ \"campo\" : 1.50,\n  \"nome\": \"Paciente Fict\\u00edcio\", \"campo\": 1e2 }";

#[test]
fn goes_out_byte_for_byte() {
    for text in [
        ATTENDANCE.to_owned(),
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
        let run = crate::program::Run::of(command.args(args)).is(0);
        assert_eq!(run.json(), json!({"status": 200, "body": []}));
    }
}

/// Gensoft has accepted it, whatever the body of the answer is.
#[test]
fn any_answer_of_2xx_is_success() {
    let html = "<html>entrada</html>";
    for (answer, body) in [
        (
            Answer::json(200, "[{\"id\":1},\n null]"),
            json!([{"id": 1}, null]),
        ),
        (Answer::json(200, "\"ok\""), json!("ok")),
        (Answer::json(200, "null"), Value::Null),
        (Answer::json(200, ""), Value::Null),
        (Answer::new(200, "text/html", html), Value::Null),
        (
            Answer::new(200, "application/json", "{\"id\":"),
            Value::Null,
        ),
        (Answer::new(204, "text/plain", ""), Value::Null),
    ] {
        let laboratory = Laboratory::answering(answer);
        let run = laboratory.attendance(&["--json"], ATTENDANCE).is(0);
        assert_eq!(run.json()["body"], body);
        assert_eq!(laboratory.received().len(), 1);
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

#[test]
fn a_file_that_is_not_a_json_object_is_refused() {
    let laboratory = Laboratory::answering(Answer::json(200, "{}"));
    let refused = json!({"error": {
        "operation": "gensoft.attendances.send", "kind": "invalid_input", "status": null, "code": null,
        "attempts": 0, "delivery": "not_sent",
    }});
    for content in [
        &b""[..],
        b" \n",
        b"[]",
        b"null",
        b"\"{}\"",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b"%PDF-1.7",
        b"{\"a\": \"\xff\"}",
        b"\xff\xfe{\0}\0",
    ] {
        let run = laboratory.attendance(&["--json"], content).is(2);
        assert_eq!(run.json(), refused);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(
            run.stderr.contains("the attendance is not "),
            "{}",
            run.stderr
        );
    }
    assert!(laboratory.server.requests().is_empty());
}
