//! Each operation under each fault and each status: the right value or the right error, with a
//! delivery that is true.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gensoft_client::http::StatusCode;
use gensoft_client::sandbox::{Fault, RecordedRequest, Sandbox};
use gensoft_client::{Delivery, Error, ErrorKind};
use serde_json::json;
use testing::delivery::assert_sound;
use testing::faults::{cut_body, redirect, stall_body, throttle, unavailable};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::{Op, client, eager, of_all_forms, soon};
use Delivery::{Answered, Unknown};
use End::{GivesUp, Stops, Value};
use ErrorKind::{
    Conflict, Decode, Interrupted, NotFound, PermissionDenied, RateLimited, Rejected, Server,
    Timeout, Unauthenticated,
};

/// How a call ends if the fault is played on each of its attempts.
#[derive(Debug, Clone, Copy)]
enum End {
    /// As if there were no fault.
    Value,
    /// With an error after all attempts. The fault is worth repeating: played once, the call
    /// succeeds.
    GivesUp(ErrorKind, Delivery),
    /// With an error after the first attempt.
    Stops(ErrorKind, Delivery),
}

#[derive(Debug, Clone)]
struct Row {
    fault: Fault,
    status: Option<u16>,
    attendance: End,
    report: End,
    /// Whether the vendor acts on each request nevertheless.
    acts: bool,
}

impl Row {
    fn end(&self, op: Op) -> End {
        match op {
            Op::Attendance => self.attendance,
            Op::Report | Op::Form => self.report,
        }
    }

    fn stalls(&self) -> bool {
        matches!(self.fault, Fault::StallHead | Fault::StallBody { .. })
    }
}

/// The faults other than plain statuses, which [`end`] has.
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    // A redirect to the sandbox itself would show in its log if it were followed.
    let redirect = |status| redirect(status, "/api/v1/elsewhere/");
    let row = |fault, status, attendance, report, acts| Row { fault, status, attendance, report, acts };
    // An attendance whose answer is lost may have been accepted. A report may be sent again.
    let (order_lost, report_lost) = (Stops(Interrupted, Unknown), GivesUp(Interrupted, Unknown));
    let (order_silent, report_silent) = (Stops(Timeout, Unknown), GivesUp(Timeout, Unknown));
    let unreadable = Stops(Decode, Answered);
    let redirected = Stops(Rejected, Answered);
    let (throttled, refused) = (GivesUp(RateLimited, Answered), GivesUp(Server, Answered));
    let (order_down, report_down) = (Stops(Server, Unknown), GivesUp(Server, Unknown));
    let (ok, no_answer, too_many, down) = (Some(200), None, Some(429), Some(503));
    vec![
        //  fault                           answer      attendance    report         acts
        row(Fault::ResetBeforeEffect,       no_answer,  order_lost,   report_lost,   false),
        row(Fault::ResetAfterRequest,       no_answer,  order_lost,   report_lost,   true),
        row(Fault::StallHead,               no_answer,  order_silent, report_silent, true),
        row(stall_body(0),                  no_answer,  order_silent, report_silent, true),
        row(stall_body(50),                 no_answer,  order_silent, report_silent, true),
        row(cut_body(0),                    no_answer,  order_lost,   report_lost,   true),
        row(cut_body(50),                   no_answer,  order_lost,   report_lost,   true),
        row(cut_body(usize::MAX),           no_answer,  order_lost,   report_lost,   true),
        row(Fault::Garbage,                 no_answer,  order_lost,   report_lost,   true),
        // Nothing is known about the answers, so one that is not JSON is a success too.
        row(Fault::BadJson,                 ok,         Value,        Value,         true),
        row(Fault::Drift,                   ok,         Value,        Value,         true),
        row(Fault::ContentEncoding,         ok,         unreadable,   unreadable,    true),
        row(redirect(301),                  Some(301),  redirected,   redirected,    false),
        row(redirect(307),                  Some(307),  redirected,   redirected,    false),
        row(throttle(None),                 too_many,   throttled,    throttled,     false),
        row(throttle(Some("0")),            too_many,   throttled,    throttled,     false),
        row(throttle(Some("soon")),         too_many,   throttled,    throttled,     false),
        row(throttle(Some("-5")),           too_many,   throttled,    throttled,     false),
        row(throttle(Some("3600")),         too_many,   Stops(RateLimited, Answered), Stops(RateLimited, Answered), false),
        row(unavailable(None),              down,       order_down,   report_down,   false),
        row(unavailable(Some("soon")),      down,       order_down,   report_down,   false),
        row(unavailable(Some("0")),         down,       refused,      refused,       false),
        row(unavailable(Some("3600")),      down,       Stops(Server, Answered), Stops(Server, Answered), false),
    ]
}

fn assert_error(error: &Error, end: End, status: Option<u16>, op: Op, what: &str) {
    let (kind, attempts, delivery) = match end {
        Value => panic!("{op:?}, {what}: {error}"),
        GivesUp(kind, delivery) => (kind, op.attempts(), delivery),
        Stops(kind, delivery) => (kind, 1, delivery),
    };
    let is = (error.kind(), error.attempts(), error.delivery());
    assert_eq!(is, (kind, attempts, delivery), "{op:?}, {what}: {error}");
    assert_eq!(
        error.status().map(|status| status.as_u16()),
        status,
        "{op:?}, {what}"
    );
    assert_eq!((error.operation(), error.code()), (Some(op.id()), None));
}

/// Checks one row with one operation: the fault on every request, then on the first one alone, each
/// with a sandbox of its own.
async fn check(row: Row, op: Op) {
    let what = format!("{row:?}");
    // How long it waits if nothing comes.
    let limit = Duration::from_secs(if row.stalls() { 2 } else { 30 });
    let http = || eager().head_timeout(limit).idle_timeout(limit);

    let sandbox = Sandbox::with(of_all_forms()).await.unwrap();
    sandbox.fail_always(op.id(), row.fault.clone()).unwrap();
    match op.call(&client(&sandbox, http())).await {
        Ok(_) => assert!(matches!(row.end(op), Value), "{op:?}, {what}: a value"),
        Err(error) => {
            assert_error(&error, row.end(op), row.status, op, &what);
            let attempts = error.attempts() as usize;
            if row.stalls() {
                // On a slow machine an attempt's time can be over before its request has left.
                assert!(sandbox.count(op.id()) <= attempts, "{op:?}, {what}");
            } else {
                // A request whose connection broke may reach the log a moment later.
                let seen = soon(sandbox.wait_for(op.id(), attempts)).await.unwrap();
                assert_eq!(seen.len(), attempts, "{op:?}, {what}");
                assert_sound(&error, op.id(), &sandbox);
            }
        }
    }
    let seen = sandbox.count(op.id());
    match op.effects(&sandbox) {
        done if row.stalls() => assert!(done <= seen, "{op:?}, {what}"),
        done => assert_eq!(done, if row.acts { seen } else { 0 }, "{op:?}, {what}"),
    }
    let elsewhere = |request: &RecordedRequest| request.operation != Some(op.id());
    assert!(
        !sandbox.requests().iter().any(elsewhere),
        "{op:?}, {what}: no redirect is followed"
    );

    let sandbox = Sandbox::with(of_all_forms()).await.unwrap();
    sandbox.fail_next(op.id(), row.fault.clone()).unwrap();
    let once = op.call(&client(&sandbox, http())).await;
    match (once, row.end(op)) {
        (Ok(_), Value) => assert_eq!(sandbox.count(op.id()), 1),
        // As above: it is not known which attempt met the fault.
        (Ok(_), GivesUp(..)) if row.stalls() => (),
        (Ok(_), GivesUp(..)) => assert_eq!(sandbox.count(op.id()), 2, "{op:?}, {what}"),
        (Ok(_), end) => panic!("{op:?}, {what}: a value in place of {end:?}"),
        (Err(error), GivesUp(..)) => panic!("{op:?}, {what}: {error}"),
        (Err(error), end) => {
            assert_error(&error, end, row.status, op, &what);
            assert!(
                row.stalls() || sandbox.count(op.id()) == 1,
                "{op:?}, {what}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_under_every_fault() {
    // A few at a time, because each has its own server and client.
    let places = Arc::new(Semaphore::new(4));
    let mut checks = JoinSet::new();
    for op in Op::IN_ALL_FORMS {
        for row in rows() {
            let places = Arc::clone(&places);
            checks.spawn(async move {
                let _place = places.acquire().await.unwrap();
                check(row, op).await;
            });
        }
    }
    while let Some(checked) = checks.join_next().await {
        checked.expect("a row that holds");
    }
}

/// What a status means for a call.
fn end(status: u16, op: Op) -> End {
    let failed = |kind| match op {
        Op::Attendance => Stops(kind, Unknown),
        Op::Report | Op::Form => GivesUp(kind, Unknown),
    };
    match status {
        401 => Stops(Unauthenticated, Answered),
        403 => Stops(PermissionDenied, Answered),
        404 | 410 => Stops(NotFound, Answered),
        408 => failed(Timeout),
        409 => Stops(Conflict, Answered),
        429 => GivesUp(RateLimited, Answered),
        501 | 505 | 507 | 511 => Stops(Server, Unknown),
        500..=599 => failed(Server),
        _ => Stops(Rejected, Answered),
    }
}

/// The target of the redirect shows what is probably wrong. The error says that, but not the
/// target.
#[tokio::test]
async fn a_redirect_says_what_is_probably_wrong() {
    let sandbox = Sandbox::start().await.unwrap();
    let secure = sandbox.url().replace("http:", "https:") + "/api/v1/marker/";
    for (op, location, says) in [
        (Op::Attendance, secure.as_str(), "the base URL"),
        (Op::Report, "http://marker.example/", "the base URL"),
        (
            Op::Attendance,
            "/api/v1/attendance",
            "without its trailing slash",
        ),
        (
            Op::Report,
            "/api/v1/results/upload/execution/10/",
            "with a trailing slash",
        ),
        (Op::Report, "10/?marker", "with a trailing slash"),
        (Op::Report, "/api/v1/marker", "including a trailing slash"),
        (
            Op::Attendance,
            "http://[marker",
            "including a trailing slash",
        ),
    ] {
        let (status, location) = (StatusCode::PERMANENT_REDIRECT, location.to_owned());
        sandbox
            .fail_next(op.id(), Fault::Redirect { status, location })
            .unwrap();
        let error = op.call(&client(&sandbox, eager())).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(says) && !text.contains("marker"), "{text}");
    }
}

/// They include those of the document's table (400 to 406, 410, 418, 429, 500, 503), which is the
/// template's.
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_under_every_status() {
    let sandbox = Sandbox::with(of_all_forms()).await.unwrap();
    for status in (300..=308).chain(400..=431).chain([451]).chain(500..=511) {
        let fault = Fault::status(StatusCode::from_u16(status).unwrap());
        for op in Op::IN_ALL_FORMS {
            sandbox.clear_requests();
            sandbox.fail_always(op.id(), fault.clone()).unwrap();
            let error = op.call(&client(&sandbox, eager())).await.unwrap_err();
            assert_error(&error, end(status, op), Some(status), op, "always");
            assert_eq!(sandbox.count(op.id()), error.attempts() as usize);
            assert_sound(&error, op.id(), &sandbox);
            sandbox.clear_faults();
        }
    }
}

#[tokio::test]
async fn the_time_that_the_vendor_names_is_in_the_error() {
    let sandbox = Sandbox::start().await.unwrap();
    for op in Op::ALL {
        for fault in [throttle(Some("3600")), unavailable(Some("3600"))] {
            sandbox.fail_next(op.id(), fault).unwrap();
            let error = op.call(&client(&sandbox, eager())).await.unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
            assert!(error.is_transient());
        }
    }
}

/// Inferred: the two forms of Django REST framework. The text is for the program and is not
/// printed.
#[tokio::test]
async fn errors_of_the_framework_have_a_message() {
    let sandbox = Sandbox::start().await.unwrap();
    for (body, message) in [
        (json!({ "detail": "texto de exemplo" }), "texto de exemplo"),
        (
            json!({ "patient": ["texto um", "texto dois"], "non_field_errors": ["texto tres"] }),
            "non_field_errors: texto tres; patient: texto um texto dois",
        ),
        (json!(["texto de exemplo"]), "texto de exemplo"),
        (json!({ "error_message": "texto" }), "texto"),
    ] {
        for op in Op::ALL {
            let error = answered(&sandbox, op, body.to_string()).await;
            assert_eq!((error.kind(), error.message()), (Rejected, Some(message)));
            assert_eq!(error.body(), body.to_string().as_bytes());
            assert!(!format!("{error} {error:?}").contains("texto"));
        }
    }
}

/// One odd byte costs neither the message nor the code.
#[tokio::test]
async fn odd_error_bodies_are_read() {
    let sandbox = Sandbox::start().await.unwrap();
    for (body, message) in [
        (
            &b"\xef\xbb\xbf{\"detail\":\"texto\",\"code\":\"limite\"}"[..],
            "texto",
        ),
        (b"{\"detail\":\"n\xe3o\",\"code\":\"limite\"}", "n\u{fffd}o"),
        (
            b"{\"detail\":\"a\nb\",\"x\":NaN,\"code\":\"limite\"}",
            "a\nb",
        ),
        (
            b"{\"detail\":\"velho\",\"detail\":\"\\ud83dtexto\",\"code\":\"limite\"}",
            "\u{fffd}texto",
        ),
        (
            b"\xef\xbb\xbf{\"patient\":{\"nome\":[\"inv\xe1lido\"]},\"code\":\"limite\"}",
            "patient.nome: inv\u{fffd}lido",
        ),
    ] {
        for op in Op::ALL {
            let error = answered(&sandbox, op, body).await;
            let is = (error.kind(), error.message(), error.code());
            assert_eq!(is, (Rejected, Some(message), Some("limite")));
            assert_eq!(error.body(), body);
        }
    }
}

#[tokio::test]
async fn an_error_of_any_form_is_an_error_with_its_body() {
    let sandbox = Sandbox::start().await.unwrap();
    for body in [
        "",
        "<h1>texto</h1>",
        "texto",
        "null",
        "[]",
        "{\"campo\":{\"a\":[1]}}",
        "{\"code\":42}",
        "{\"detail\":",
    ] {
        for op in Op::ALL {
            let error = answered(&sandbox, op, body.to_owned()).await;
            assert_eq!(
                (error.kind(), error.message(), error.code()),
                (Rejected, None, None),
                "{body}"
            );
            assert_eq!(error.body(), body.as_bytes());
        }
    }
}

async fn answered(sandbox: &Sandbox, op: Op, body: impl Into<Bytes>) -> Error {
    let status = StatusCode::BAD_REQUEST;
    let (headers, body) = (Default::default(), body.into());
    let fault = Fault::Status {
        status,
        headers,
        body,
    };
    sandbox.fail_next(op.id(), fault).unwrap();
    op.call(&client(sandbox, eager())).await.unwrap_err()
}

/// An attendance too is repeated if nothing of it has left.
#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, eager());
    sandbox.stop().await;
    for op in Op::ALL {
        let error = op.call(&client).await.unwrap_err();
        let is = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(is, (ErrorKind::Connect, op.attempts(), Delivery::NotSent));
        assert_eq!(sandbox.count(op.id()), 0);
    }
}
