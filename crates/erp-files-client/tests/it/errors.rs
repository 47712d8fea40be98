//! Each operation under each fault and each status, on a scripted network with paused time: the
//! right value or error, the right number of attempts, and a sound delivery.

use std::sync::Arc;
use std::time::Duration;

use common_http::transport::FakeTransport;
use common_http::transport::{FakeAnswer, TransportError};
use common_http::{Delivery, Error, ErrorKind, HttpOptions};
use erp_files_client::ErpFilesClient;

use crate::support::{Op, builder, files, network, on, seen, target, well};
use Delivery::{Answered, NotSent, Unknown};
use End::{GivesUp, Stops, Value};
use ErrorKind::{
    Conflict, Connect, Credentials, Decode, Interrupted, NotFound, PermissionDenied, RateLimited,
    Rejected, Server, Timeout, Unauthenticated,
};

/// How a call ends if every attempt meets the fault.
#[derive(Debug, Clone, Copy)]
enum End {
    /// As if there were no fault.
    Value,
    /// After all attempts of the operation. One fault is survived.
    GivesUp(ErrorKind, Delivery),
    /// After the first attempt.
    Stops(ErrorKind, Delivery),
}

struct Row {
    what: &'static str,
    answer: fn(Op) -> FakeAnswer,
    status: Option<u16>,
    end: fn(Op) -> End,
}

/// Whether a second call could have a second effect.
fn is_effectful(op: Op) -> bool {
    matches!(op, Op::Initialize | Op::Finalize | Op::SetSend)
}

/// A call is not sent if no token can be got.
fn of(op: Op, kind: ErrorKind, delivery: Delivery) -> (ErrorKind, Delivery) {
    match op {
        Op::Token => (kind, NotSent),
        _ => (kind, delivery),
    }
}

fn stops(op: Op, kind: ErrorKind, delivery: Delivery) -> End {
    let (kind, delivery) = of(op, kind, delivery);
    Stops(kind, delivery)
}

fn gives_up(op: Op, kind: ErrorKind, delivery: Delivery) -> End {
    let (kind, delivery) = of(op, kind, delivery);
    GivesUp(kind, delivery)
}

/// It was sent, and may have had its effect.
fn in_doubt(op: Op, kind: ErrorKind) -> End {
    if is_effectful(op) {
        Stops(kind, Unknown)
    } else {
        gives_up(op, kind, Unknown)
    }
}

/// Refused before it acted. A refused token is not requested again.
fn throttled(op: Op) -> End {
    match op {
        Op::Token => Stops(RateLimited, NotSent),
        _ => GivesUp(RateLimited, Answered),
    }
}

/// A token endpoint that is down is asked again, with or without `Retry-After`.
fn down(op: Op) -> End {
    gives_up(op, Server, Answered)
}

fn unreadable(op: Op) -> End {
    match op {
        Op::Token | Op::Initialize | Op::List => stops(op, Decode, Answered),
        // None of these answers is documented, and none is read.
        _ => Value,
    }
}

/// Nobody knows who wrote the page, so what has an effect may have had it.
fn page(op: Op) -> End {
    match op {
        Op::List => stops(op, Decode, Answered),
        _ => stops(op, Decode, Unknown),
    }
}

/// The faults other than a status, for which see [`end`].
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let row = |what, answer, status, end| Row { what, answer, status, end };
    let no_answer = None;
    vec![
        row("no name",       |_| FakeAnswer::error(TransportError::Connect(common_http::Cause::Dns)), no_answer, |op| gives_up(op, Connect, NotSent)),
        row("no connection", |_| FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused)), no_answer, |op| gives_up(op, Connect, NotSent)),
        row("none in time",  |_| FakeAnswer::error(TransportError::Connect(common_http::Cause::ConnectTimeout)), no_answer, |op| gives_up(op, Connect, NotSent)),
        row("no TLS",        |_| FakeAnswer::error(TransportError::Connect(common_http::Cause::TlsHandshake)), no_answer, |op| gives_up(op, Connect, NotSent)),
        row("reset",         |_| FakeAnswer::error(TransportError::Interrupted), no_answer, |op| in_doubt(op, Interrupted)),
        row("no HTTP",       |_| FakeAnswer::error(TransportError::Protocol), no_answer, |op| in_doubt(op, Interrupted)),
        row("stalled head",  |_| FakeAnswer::never(), no_answer, |op| in_doubt(op, Timeout)),
        row("stalled body",  |op| well(op, 1).hang(), no_answer, |op| in_doubt(op, Timeout)),
        row("cut body",      |op| well(op, 1).cut(), no_answer, |op| in_doubt(op, Interrupted)),
        row("short body",    |op| well(op, 1).header("content-length", "9999"), no_answer, |op| in_doubt(op, Interrupted)),
        row("half a JSON",   |_| FakeAnswer::json("{\"cut\":"), Some(200), unreadable),
        row("no body",       |_| FakeAnswer::status(204), Some(204), |op| if op == Op::List { Value } else { unreadable(op) }),
        row("a page",        |_| FakeAnswer::status(200).header("content-type", "text/html").chunk(Duration::ZERO, "<html>"), Some(200), page),
        row("encoded",       |op| well(op, 1).header("content-encoding", "gzip"), None, |op| stops(op, Decode, Answered)),
        row("redirect",      |_| FakeAnswer::status(307).header("location", "https://clinic.example/elsewhere"), Some(307), |op| stops(op, Rejected, Answered)),
        row("429",           |_| FakeAnswer::status(429), Some(429), throttled),
        row("429 at once",   |_| FakeAnswer::status(429).header("retry-after", "0"), Some(429), throttled),
        row("429 odd",       |_| FakeAnswer::status(429).header("retry-after", "soon"), Some(429), throttled),
        row("429 in 5 s",    |_| FakeAnswer::status(429).header("retry-after", "5"), Some(429), throttled),
        row("429 in a day",  |_| FakeAnswer::status(429).header("retry-after", "86400"), Some(429), |op| stops(op, RateLimited, Answered)),
        row("503",           |_| FakeAnswer::status(503), Some(503), |op| in_doubt(op, Server)),
        row("503 at once",   |_| FakeAnswer::status(503).header("retry-after", "0"), Some(503), down),
        row("503 in a day",  |_| FakeAnswer::status(503).header("retry-after", "86400"), Some(503), |op| stops(op, Server, Answered)),
    ]
}

/// What a status means for a call.
fn end(status: u16, op: Op) -> End {
    match (status, op) {
        (400 | 401 | 403, Op::Token) => Stops(Credentials, NotSent),
        (408, Op::Token) => Stops(Timeout, NotSent),
        // The storage does not know our session.
        (401, Op::Transfer) => Stops(PermissionDenied, Answered),
        (401, _) => stops(op, Unauthenticated, Answered),
        (403, _) => stops(op, PermissionDenied, Answered),
        (404 | 410, _) => stops(op, NotFound, Answered),
        (408, _) => in_doubt(op, Timeout),
        (409, _) => stops(op, Conflict, Answered),
        (429, _) => throttled(op),
        (501 | 505 | 507 | 511, _) => stops(op, Server, Unknown),
        (500..=599, _) => in_doubt(op, Server),
        _ => stops(op, Rejected, Answered),
    }
}

#[track_caller]
fn assert_error(error: &Error, end: End, status: Option<u16>, op: Op, what: &str) {
    let (kind, attempts, delivery) = match end {
        Value => panic!("{op:?}, {what}: {error}"),
        GivesUp(kind, delivery) => (kind, op.attempts(), delivery),
        Stops(kind, delivery) => (kind, 1, delivery),
    };
    let is = (error.kind(), error.attempts(), error.delivery());
    assert_eq!(is, (kind, attempts, delivery), "{op:?}, {what}: {error}");
    if status.is_some() {
        let is = error.status().map(|status| status.as_u16());
        assert_eq!(is, status, "{op:?}, {what}");
    }
    assert_eq!((error.operation(), error.code()), (Some(op.id()), None));
}

/// A client whose calls have time for all attempts, even if they stall.
fn brisk(erp: &Arc<FakeTransport>) -> ErpFilesClient {
    let limit = Duration::from_secs(5);
    let http = HttpOptions::default()
        .head_timeout(limit)
        .idle_timeout(limit);
    let http = http.transport(Arc::clone(erp) as _);
    builder(erp).http(http).build().unwrap()
}

/// One answer to every request of the operation, then to the first only, each with its own client.
async fn check(
    op: Op,
    what: &str,
    answer: impl Fn() -> FakeAnswer + Clone + Send + Sync + 'static,
    status: Option<u16>,
    end: End,
) {
    let target = target().await;
    let always = answer.clone();
    let erp = network(move |asked, _| (asked == op).then(&always));
    match op.call(&brisk(&erp), &target).await {
        Ok(()) => assert!(matches!(end, Value), "{op:?}, {what}: a value"),
        Err(error) => {
            assert_error(&error, end, status, op, what);
            assert_eq!(seen(&erp, op).len(), error.attempts() as usize);
        }
    }
    if op == Op::Token {
        assert_eq!(
            seen(&erp, Op::List).len(),
            usize::from(matches!(end, Value))
        );
    }

    let erp = network(move |asked, nth| (asked == op && nth == 1).then(&answer));
    let times = match (op.call(&brisk(&erp), &target).await, end) {
        (Ok(()), Value) => 1,
        (Ok(()), GivesUp(..)) => 2,
        (Err(error), Stops(..)) => {
            assert_error(&error, end, status, op, what);
            1
        }
        (result, _) => panic!("{op:?}, {what}: {result:?} in place of {end:?}"),
    };
    assert_eq!(seen(&erp, op).len(), times, "{op:?}, {what}");
}

#[tokio::test(start_paused = true)]
async fn every_operation_under_every_fault() {
    for op in Op::ALL {
        for row in rows() {
            check(
                op,
                row.what,
                move || (row.answer)(op),
                row.status,
                (row.end)(op),
            )
            .await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_under_every_status() {
    for status in (300..=308)
        .chain(400..=431)
        .chain([451])
        .chain(500..=511)
        .chain(520..=530)
    {
        for op in Op::ALL {
            let answer = move || FakeAnswer::status(status);
            check(
                op,
                &status.to_string(),
                answer,
                Some(status),
                end(status, op),
            )
            .await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_that_the_vendor_names_is_waited_for_or_in_the_error() {
    let target = target().await;
    for op in Op::ALL {
        for status in [429, 503] {
            let asked = |time: &'static str| {
                let answer = move || FakeAnswer::status(status).header("retry-after", time);
                network(move |asked, nth| (asked == op && nth == 1).then(answer))
            };
            let error = op.call(&on(&asked("3600")), &target).await.unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
            assert!(error.is_transient());
            if (status, op) != (429, Op::Token) {
                let erp = asked("7");
                op.call(&on(&erp), &target).await.unwrap();
                let requests = seen(&erp, op);
                let waited = requests[1].at - requests[0].at;
                assert!(waited >= Duration::from_secs(7), "{op:?}: {waited:?}");
            }
        }
    }
}

/// `403-names-the-scope`: the program can tell its user what to ask the vendor for.
#[tokio::test(start_paused = true)]
async fn a_403_names_the_scope_and_is_not_repeated() {
    let target = target().await;
    for op in Op::ALL {
        let erp = network(move |asked, _| (asked == op).then(|| FakeAnswer::status(403)));
        let error = op.call(&on(&erp), &target).await.unwrap_err();
        let names = error.to_string().contains("lacks the scope gambit:erp");
        let of_the_erp = !matches!(op, Op::Token | Op::Transfer);
        assert_eq!(names, of_the_erp, "{op:?}: {error}");
        assert_eq!(seen(&erp, op).len(), 1);
    }
}

/// `errors-in-any-form`: a program can read the text, which is never printed.
#[tokio::test(start_paused = true)]
async fn an_error_of_any_form_is_an_error_with_its_body() {
    let target = target().await;
    for (body, message) in [
        ("", None),
        ("<h1>texto</h1>", None),
        ("texto", Some("texto")),
        ("\"texto\"", Some("texto")),
        ("null", None),
        ("[1]", None),
        ("{\"title\":", Some("{\"title\":")),
        (r#"{"title":"Conflict","status":409}"#, Some("Conflict")),
        (r#"{"title":"Conflict","detail":"texto"}"#, Some("texto")),
        (r#"{"errors":{"isSend":["texto"]}}"#, None),
    ] {
        for op in [
            Op::Initialize,
            Op::Finalize,
            Op::List,
            Op::SetSend,
            Op::Delete,
        ] {
            let answer = move || FakeAnswer::status(409).chunk(Duration::ZERO, body);
            let erp = network(move |asked, _| (asked == op).then(answer));
            let error = op.call(&on(&erp), &target).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.message()),
                (Conflict, message),
                "{op:?}, {body}"
            );
            assert_eq!(error.body(), body.as_bytes());
            assert!(!format!("{error} {error:?}").contains("texto"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_by_its_deadline() {
    use common_http::CallOptions;
    let target = target().await;
    for op in Op::ALL {
        let erp = network(move |asked, _| (asked == op).then(FakeAnswer::never));
        let started = tokio::time::Instant::now();
        let options = CallOptions::default().deadline(Duration::from_secs(5));
        let error = op
            .call_with(files(&on(&erp)), &target, &1.into(), options)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Timeout, "{op:?}");
        assert_eq!(started.elapsed(), Duration::from_secs(5), "{op:?}");
        assert_eq!(error.delivery(), of(op, Timeout, Unknown).1, "{op:?}");
    }
}

/// One odd byte does not cost the message or the code.
#[tokio::test(start_paused = true)]
async fn an_error_with_an_odd_byte_is_read() {
    let target = target().await;
    for (op, body, code, message) in [
        (
            Op::List,
            &b"\xef\xbb\xbf{\"title\":\"texto\"}"[..],
            None,
            Some("texto"),
        ),
        (
            Op::List,
            b"{\"title\":\"n\xe3o\"}",
            None,
            Some("n\u{fffd}o"),
        ),
        (Op::List, b"\xef\xbb\xbf\"texto\"", None, Some("texto")),
        (Op::List, b"n\xe3o", None, Some("n\u{fffd}o")),
        (
            Op::Token,
            b"\xef\xbb\xbf{\"error\":\"invalid_client\"}",
            Some("invalid_client"),
            None,
        ),
        (
            Op::Token,
            b"{\"error\":\"invalid_client\",\"x\":\"n\xe3o\"}",
            Some("invalid_client"),
            None,
        ),
        (
            Op::Transfer,
            b"\xef\xbb\xbf<Error><Code>AccessDenied</Code><Message>n\xe3o</Message></Error>",
            Some("AccessDenied"),
            Some("n\u{fffd}o"),
        ),
    ] {
        let answer = move || FakeAnswer::status(400).chunk(Duration::ZERO, body);
        let erp = network(move |asked, _| (asked == op).then(answer));
        let error = op.call(&on(&erp), &target).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (code, message), "{op:?}");
    }
}
