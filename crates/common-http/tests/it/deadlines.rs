//! No call outlives its deadline, and none waits forever.

use std::future::pending;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use common_http::transport::{
    FakeAnswer, FakeRequest, FakeTransport, IncomingBody, OutgoingRequest, Transport,
    TransportError,
};
use common_http::{
    Body, CallOptions, Cause, Delivery, Engine, Error, ErrorKind, HttpOptions, RetryPolicy,
};
use futures_util::stream;
use tokio::task::coop::poll_proceed;
use tokio::time::{Instant, advance};

use crate::helper::Step::{Fails, Good, Later, Silent, Status};
use crate::helper::door::{Login, MINE, client, door, token, welcome};
use crate::helper::{
    FETCH, ORDER, READ, STORE, VENDOR, answering, call, call_with, download, engine, engine_with,
    failure, fate, millis, network, seconds, send_body,
};

fn by(deadline: Duration) -> CallOptions {
    CallOptions::default().deadline(deadline)
}

async fn timed<T>(call: impl Future<Output = Result<T, Error>>) -> (Error, Duration) {
    let started = Instant::now();
    let Err(error) = call.await else {
        panic!("the call succeeded");
    };
    (error, started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_kept_to_the_millisecond() {
    let deadline = millis(5_123);
    let network = network([Silent]);
    let engine = engine(&network);
    let (error, took) = timed(call_with(&engine, &ORDER, by(deadline))).await;
    assert_eq!((error.kind(), took), (ErrorKind::Timeout, deadline));
    assert_eq!(error.delivery(), Delivery::Unknown);

    let engine = engine_with(&network, HttpOptions::default().deadline(deadline));
    assert_eq!(timed(call(&engine, &FETCH)).await.1, deadline);
    // The call's own deadline takes precedence over the client's.
    let longer = call_with(&engine, &FETCH, by(seconds(10)));
    assert_eq!(timed(longer).await.1, seconds(10));
}

/// With any mixture of failures and waits, a call ends by its deadline and sends nothing after it.
#[tokio::test(start_paused = true)]
async fn a_deadline_holds_over_all_attempts() {
    let slow_failure = || FakeAnswer::status(500).after(millis(700));
    for deadline in (100..6000).step_by(97).map(millis) {
        let network = answering(slow_failure);
        let policy = RetryPolicy::default().max_attempts(100);
        let engine = engine_with(&network, HttpOptions::default().retry(policy));
        let started = Instant::now();
        let (error, took) = timed(call_with(&engine, &READ, by(deadline))).await;
        assert!(took <= deadline, "{took:?} of {deadline:?}");
        assert!(matches!(
            error.kind(),
            ErrorKind::Timeout | ErrorKind::Server
        ));
        let in_time = |at: Instant| at - started < deadline;
        assert!(network.requests().iter().all(|request| in_time(request.at)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_must_end_before_the_deadline() {
    for (deadline, attempts) in [(millis(10_001), 2), (millis(10_000), 1), (millis(1), 1)] {
        let network = network([Later(429, "10"), Status(404)]);
        let (error, took) = timed(call_with(&engine(&network), &READ, by(deadline))).await;
        assert_eq!(error.attempts(), attempts, "{deadline:?}");
        assert_eq!(error.retry_after().is_some(), attempts == 1);
        assert_eq!(
            took,
            if attempts == 1 {
                Duration::ZERO
            } else {
                seconds(10)
            }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_works_for_a_minute() {
    let network = network([Silent]);
    let (error, took) = failure(&network, &READ).await;
    assert_eq!((error.kind(), took), (ErrorKind::Timeout, seconds(60)));
    assert_eq!(network.count(), 2); // 30 s for the first head

    let engine = engine_with(&network, HttpOptions::default().call_timeout(seconds(7)));
    assert_eq!(timed(call(&engine, &READ)).await.1, seconds(7));
}

/// What has no body is no upload, so a download's head has the usual time.
#[tokio::test(start_paused = true)]
async fn a_downloads_head_comes_within_30_s() {
    let once = HttpOptions::default().retry(RetryPolicy::never());
    let (error, took) = timed(download(&engine_with(&network([Silent]), once))).await;
    assert_eq!((error.kind(), took), (ErrorKind::Timeout, seconds(30)));
}

/// After 200 s of throttling there is still a minute of working time. A deadline includes the
/// waits.
#[tokio::test(start_paused = true)]
async fn throttle_waits_are_no_work() {
    let answers = |request: &FakeRequest| match request.index % 3 {
        0 | 1 => FakeAnswer::status(429).header("retry-after", "100"),
        _ => FakeAnswer::json("{}").after(millis(29_500)),
    };
    let network = FakeTransport::new(answers);
    let engine = engine(&network);
    let started = Instant::now();
    call(&engine, &READ).await.unwrap();
    assert_eq!(started.elapsed(), millis(229_500));

    let (error, took) = timed(call_with(&engine, &READ, by(seconds(150)))).await;
    assert_eq!((error.kind(), took), (ErrorKind::RateLimited, seconds(100)));
}

#[tokio::test(start_paused = true)]
async fn work_before_and_after_a_throttle_wait_is_added_up() {
    let answers = |request: &FakeRequest| match request.index {
        0 => FakeAnswer::status(429)
            .header("retry-after", "100")
            .after(seconds(25)),
        1 => FakeAnswer::status(429)
            .header("retry-after", "100")
            .after(seconds(25)),
        _ => FakeAnswer::json("{}").after(seconds(11)),
    };
    let network = FakeTransport::new(answers);
    let (error, took) = timed(call(&engine(&network), &READ)).await;
    assert_eq!((error.kind(), took), (ErrorKind::Timeout, seconds(260)));
}

/// If the time is up before an attempt begins, nothing is sent.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_time_is_over() {
    let nothing = network([Good]);
    let error = call_with(&engine(&nothing), &ORDER, by(Duration::ZERO))
        .await
        .unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::NotSent));
    assert_eq!((error.attempts(), nothing.count()), (0, 0));

    let door = door(|n| token(n).after(seconds(5)), welcome);
    let client = client(&door, Login::default());
    let error = call_with(&client, &MINE, by(seconds(5))).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::NotSent));
    assert_eq!(door.count(), 1);
}

/// A source that never opens does not block the call forever, and nothing is sent.
#[tokio::test(start_paused = true)]
async fn a_body_that_never_opens_ends_the_call() {
    let network = network([Good]);
    let engine = engine(&network);
    for operation in [&ORDER, &STORE] {
        let body = Body::from_factory(4, pending::<io::Result<&[u8]>>);
        let (error, took) = timed(send_body(&engine, operation, body)).await;
        assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::NotSent));
        assert!(took <= seconds(60), "{took:?}");
    }
    assert_eq!(network.count(), 0);
}

/// The answer is known even if the rest of its body does not arrive in time.
#[tokio::test(start_paused = true)]
async fn an_error_answer_whose_body_stalls_is_that_answer() {
    let network = answering(|| {
        let answer = FakeAnswer::status(409).chunk(Duration::ZERO, r#"{"error":"knownCode"}"#);
        answer.hang()
    });
    for (options, limit) in [
        (by(seconds(5)), seconds(5)),
        (CallOptions::default(), seconds(30)),
    ] {
        let (error, took) = timed(call_with(&engine(&network), &ORDER, options)).await;
        assert_eq!(fate(&error), (ErrorKind::Conflict, Delivery::Answered));
        assert_eq!((error.code(), took), (Some("knownCode"), limit));
    }
}

/// An error body that trickles does not delay a transfer for long either.
#[tokio::test(start_paused = true)]
async fn an_error_answer_that_trickles_is_that_answer() {
    let network = answering(|| {
        (0..60).fold(FakeAnswer::status(404), |answer, _| {
            answer.chunk(seconds(20), vec![b'x'; 1024])
        })
    });
    let (error, took) = failure(&network, &FETCH).await;
    assert_eq!((error.kind(), took), (ErrorKind::NotFound, seconds(30)));
    assert_eq!(error.body().len(), 1024);
}

/// 64 KiB of an error body are enough.
#[tokio::test(start_paused = true)]
async fn an_error_answer_is_read_up_to_its_limit() {
    for pieces in [vec![65_536], vec![65_535, 1], vec![65_535, 40_000]] {
        let network = answering(move || {
            let start = FakeAnswer::status(404);
            let add =
                |answer: FakeAnswer, size: &usize| answer.chunk(Duration::ZERO, vec![b'x'; *size]);
            pieces.iter().fold(start, add).hang()
        });
        let (error, took) = failure(&network, &READ).await;
        assert_eq!((error.body().len(), took), (65_536, Duration::ZERO));
    }
}

/// A vendor that answers without end, and never lets the call wait. A millisecond passes at each of
/// its pieces, which cost the task this much of tokio's budget: without any left it pauses.
struct Flood {
    cost: usize,
}

#[async_trait]
impl Transport for Flood {
    async fn send(
        &self,
        _request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError> {
        let cost = self.cost;
        let pieces = stream::poll_fn(move |cx| {
            for _ in 0..cost {
                ready!(poll_proceed(cx)).made_progress();
            }
            let passing = pin!(advance(millis(1)));
            let _ = passing.poll(&mut Context::from_waker(Waker::noop()));
            Poll::Ready(Some(Ok(Bytes::from_static(b"x"))))
        });
        Ok(http::Response::new(Box::pin(pieces)))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_end_and_without_waits_ends_at_the_deadline() {
    for cost in [0, 1, 3] {
        let options = HttpOptions::default().transport(Arc::new(Flood { cost }));
        let builder = Engine::builder(&VENDOR, "http://localhost").http(options);
        let engine = builder.build().unwrap();
        let (error, took) = timed(call_with(&engine, &ORDER, by(seconds(5)))).await;
        assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));
        // The clock is looked at now and then.
        assert!(took < millis(5_100), "{cost}: {took:?}");
    }
}

/// An order that was accepted must not be in doubt because this machine was slow.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_here_when_the_time_ends_is_taken() {
    let network = answering(|| FakeAnswer::json("{}").after(seconds(5)));
    let answer = call_with(&engine(&network), &ORDER, by(seconds(5))).await;
    assert_eq!(answer.unwrap().body(), "{}");
}

/// The clock is read every 64 pieces.
#[tokio::test(start_paused = true)]
async fn an_answer_of_many_pieces_is_read_while_there_is_time() {
    let network = answering(|| {
        let start = FakeAnswer::json("[");
        let pieces = (0..200).fold(start, |answer, _| answer.chunk(Duration::ZERO, "1,"));
        pieces.chunk(Duration::ZERO, "1]")
    });
    let answer = call_with(&engine(&network), &READ, by(seconds(1))).await;
    assert_eq!(answer.unwrap().body().len(), 403);
}

#[tokio::test(start_paused = true)]
async fn endless_settings_are_allowed() {
    let network = network([
        Status(500),
        Fails(TransportError::Connect(Cause::Refused)),
        Good,
    ]);
    let policy = RetryPolicy::default()
        .max_throttle_wait(Duration::MAX)
        .throttle_floor(Duration::MAX);
    let options = HttpOptions::default()
        .head_timeout(Duration::MAX)
        .idle_timeout(Duration::MAX)
        .call_timeout(Duration::MAX)
        .deadline(Duration::MAX)
        .retry(policy);
    let answer = call_with(&engine_with(&network, options), &READ, by(Duration::MAX)).await;
    assert_eq!(answer.unwrap().attempts(), 3);
}
