//! What spans, events and the observer report about a call.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{Attempt, Body, Engine, ErrorKind, HttpOptions};
use tokio::time::advance;

use crate::helper::Step::{Cut, Fails, Good, Later, Status};
use crate::helper::door::{Login, MINE, builder_with, door, only, token, welcome};
use crate::helper::record::{self, Fields};
use crate::helper::{
    FETCH, LOGIN, ORDER, READ, Watch, answering, call, download, engine, engine_with, login,
    millis, network, seconds,
};

/// A client with an observer.
fn watched(network: &Arc<FakeTransport>) -> (Engine, Watch) {
    let watch = Watch::default();
    let engine = engine_with(network, HttpOptions::default().observer(watch.clone()));
    (engine, watch)
}

/// Operation, number, status and kind of an attempt.
type Told = (&'static str, u32, Option<u16>, Option<ErrorKind>);

fn told(attempt: &Attempt) -> Told {
    let status = attempt.status.map(|status| status.as_u16());
    (attempt.operation, attempt.number, status, attempt.error)
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_of_each_attempt() {
    let network = network([
        Fails(TransportError::Dns),
        Status(500),
        Later(429, "7"),
        Good,
    ]);
    let (engine, watch) = watched(&network);
    call(&engine, &READ).await.unwrap();
    let seen = watch.seen();
    let expected: [Told; 4] = [
        (READ.id(), 1, None, Some(ErrorKind::Connect)),
        (READ.id(), 2, Some(500), Some(ErrorKind::Server)),
        (READ.id(), 3, Some(429), Some(ErrorKind::RateLimited)),
        (READ.id(), 4, Some(200), None),
    ];
    assert_eq!(seen.iter().map(told).collect::<Vec<_>>(), expected);
    let waits: Vec<_> = seen.iter().map(|attempt| attempt.retry_in).collect();
    assert!(waits[0].is_some() && waits[1].is_some());
    assert_eq!(waits[2..], [Some(seconds(7)), None]);
    for attempt in seen {
        assert_eq!(attempt.method, http::Method::GET);
        assert_eq!(
            (attempt.template, attempt.host.as_str()),
            ("/things", "localhost")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_attempt_of_a_call_that_fails_has_no_wait() {
    let network = network([Status(500)]);
    let (engine, watch) = watched(&network);
    call(&engine, &ORDER).await.unwrap_err();
    let seen = watch.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].retry_in, None);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_lasts_from_its_own_start_to_its_end() {
    let network = door(
        |n| token(n).after(seconds(5)),
        |request| match request.index {
            1 => FakeAnswer::status(429)
                .header("retry-after", "10")
                .after(millis(100)),
            _ => FakeAnswer::json("{}").after(millis(300)),
        },
    );
    let watch = Watch::default();
    let options = HttpOptions::default().observer(watch.clone());
    let client = builder_with(&network, Login::default(), options)
        .build()
        .unwrap();
    call(&client, &MINE).await.unwrap();
    let lasted: Vec<_> = watch
        .seen()
        .iter()
        .map(|seen| (seen.operation, seen.elapsed))
        .collect();
    let expected = [
        (LOGIN.id(), seconds(5)),
        (MINE.id(), millis(100)),
        (MINE.id(), millis(300)),
    ];
    assert_eq!(lasted, expected);
}

#[tokio::test(start_paused = true)]
async fn logins_are_attempts_of_their_own() {
    let network = door(token, only(&[2]));
    let watch = Watch::default();
    let options = HttpOptions::default().observer(watch.clone());
    let client = builder_with(&network, Login::default(), options)
        .build()
        .unwrap();
    login(&client).await.unwrap();
    advance(seconds(61)).await;
    call(&client, &MINE).await.unwrap();
    let expected: [Told; 4] = [
        (LOGIN.id(), 1, Some(200), None),
        (MINE.id(), 1, Some(401), Some(ErrorKind::Unauthenticated)),
        (LOGIN.id(), 1, Some(200), None),
        (MINE.id(), 2, Some(200), None),
    ];
    let seen = watch.seen();
    assert_eq!(seen.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(seen[1].retry_in, Some(Duration::ZERO));
}

/// A request that was refused locally is not reported as an attempt.
#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_no_attempt() {
    let network = door(|_| FakeAnswer::status(401), welcome);
    let watch = Watch::default();
    let options = HttpOptions::default().observer(watch.clone());
    let client = builder_with(&network, Login::default(), options)
        .build()
        .unwrap();
    call(&client, &MINE).await.unwrap_err();
    call(&client, &MINE).await.unwrap_err();
    let gone = Body::from_factory(4, || async {
        Err::<&[u8], _>(io::ErrorKind::NotFound.into())
    });
    let request = client.request(&ORDER).body(gone, "text/plain");
    request.send().await.unwrap_err();
    let expected: [Told; 1] = [(LOGIN.id(), 1, Some(401), Some(ErrorKind::Credentials))];
    assert_eq!(watch.seen().iter().map(told).collect::<Vec<_>>(), expected);
}

/// The attempt of a download ends with its body.
#[tokio::test(start_paused = true)]
async fn a_download_that_breaks_off_is_one_failed_attempt() {
    let network = network([Cut, Status(500), Good]);
    let (engine, watch) = watched(&network);
    download(&engine).await.unwrap().bytes().await.unwrap();
    let expected: [Told; 3] = [
        (FETCH.id(), 1, None, Some(ErrorKind::Interrupted)),
        (FETCH.id(), 2, Some(500), Some(ErrorKind::Server)),
        (FETCH.id(), 3, Some(200), None),
    ];
    assert_eq!(watch.seen().iter().map(told).collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_download_that_comes_in_chunks_is_told_once() {
    let network = answering(|| {
        let answer = FakeAnswer::status(200).chunk(seconds(1), "EXAMPLE");
        answer.chunk(seconds(1), "CONTENT")
    });
    let (engine, watch) = watched(&network);
    let mut download = download(&engine).await.unwrap();
    assert!(watch.seen().is_empty());
    while download.chunk().await.unwrap().is_some() {}
    download.chunk().await.unwrap();
    let seen = watch.seen();
    assert_eq!(
        seen.iter().map(told).collect::<Vec<_>>(),
        [(FETCH.id(), 1, Some(200), None)]
    );
    assert_eq!(seen[0].elapsed, seconds(2));
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_one_span_with_its_facts() {
    record::start();
    let network = network([Status(500), Good]);
    call(&engine(&network), &READ).await.unwrap();
    let recording = record::take();
    assert_eq!(recording.spans.len(), 1);
    let span = &recording.spans[0];
    for (name, value) in [
        ("span", "call"),
        ("otel.name", "testing.things.list"),
        ("otel.kind", "client"),
        ("otel.status_code", ""),
        ("operation", "testing.things.list"),
        ("http.request.method", "GET"),
        ("url.template", "/things"),
        ("server.address", "localhost"),
        ("http.response.status_code", "200"),
        ("attempts", "2"),
        ("error.type", ""),
    ] {
        assert_eq!(field(span, name), value, "{name}");
    }
    let levels: Vec<_> = recording
        .events
        .iter()
        .map(|event| field(event, "level"))
        .collect();
    assert_eq!(levels, ["INFO", "DEBUG"]);
    assert_eq!(field(&recording.events[0], "status"), "500");
    assert_eq!(field(&recording.events[0], "error.type"), "server");
}

#[tokio::test(start_paused = true)]
async fn a_failed_call_says_so_in_its_span() {
    record::start();
    let network = network([Fails(TransportError::Connect), Status(409)]);
    call(&engine(&network), &ORDER).await.unwrap_err();
    let recording = record::take();
    let span = &recording.spans[0];
    for (name, value) in [
        ("operation", "testing.orders.create"),
        ("http.request.method", "POST"),
        ("http.response.status_code", "409"),
        ("attempts", "2"),
        ("error.type", "conflict"),
        ("otel.status_code", "ERROR"),
    ] {
        assert_eq!(field(span, name), value, "{name}");
    }
    let last = recording.events.last().unwrap();
    for (name, value) in [
        ("level", "WARN"),
        ("attempt", "2"),
        ("status", "409"),
        ("error.type", "conflict"),
        ("delivery", "answered"),
    ] {
        assert_eq!(field(last, name), value, "{name}");
    }
}

/// A login that a call needs has its own span.
#[tokio::test(start_paused = true)]
async fn a_login_is_a_span_of_its_own() {
    record::start();
    let network = door(token, welcome);
    let client = builder_with(&network, Login::default(), HttpOptions::default());
    call(&client.build().unwrap(), &MINE).await.unwrap();
    let spans = record::take().spans;
    let operations: Vec<_> = spans.iter().map(|span| field(span, "operation")).collect();
    assert_eq!(operations, [MINE.id(), LOGIN.id()]);
}
