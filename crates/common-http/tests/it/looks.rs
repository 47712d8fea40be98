//! Reading the start of a body before it is sent: limited in time, and without loss.

use std::future::pending;
use std::io;

use common_http::transport::FakeAnswer;
use common_http::{Body, CallOptions, Delivery, ErrorKind, HttpOptions};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep, timeout};

use crate::helper::Step::Good;
use crate::helper::{
    ORDER, REPLACE, STORE, answering, engine, engine_with, fate, network, seconds, send_body,
};

#[tokio::test(start_paused = true)]
async fn a_look_ends_by_the_idle_limit_or_the_deadline() {
    let network = network([Good]);
    let by = |limit| CallOptions::default().deadline(seconds(limit));
    let short = HttpOptions::default().deadline(seconds(6));
    let idle = HttpOptions::default().idle_timeout(seconds(7));
    for (http, options, limit) in [
        (HttpOptions::default(), CallOptions::default(), 30),
        (HttpOptions::default(), by(5), 5),
        (HttpOptions::default(), by(50), 30),
        (short.clone(), CallOptions::default(), 6),
        (short, by(9), 9),
        (idle, by(9), 7),
    ] {
        let engine = engine_with(&network, http);
        let (silent, _open) = tokio::io::duplex(16);
        for body in [
            Body::single_pass(silent, 100),
            Body::from_factory(4, pending::<io::Result<&[u8]>>),
        ] {
            let started = Instant::now();
            let mut options = options.clone();
            let looked = engine.peek(&STORE, &body, 1024, &mut options).await;
            let error = looked.unwrap_err();
            assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::NotSent));
            assert_eq!(error.operation(), Some(STORE.id()));
            assert_eq!(started.elapsed(), seconds(limit));
        }
    }
    assert_eq!(network.count(), 0);
}

/// Peeking uses up the call's deadline and does not start it anew.
#[tokio::test(start_paused = true)]
async fn a_look_takes_its_time_from_the_call() {
    let network = answering(FakeAnswer::never);
    let engine = engine(&network);
    let body = Body::from_factory(4, || async {
        sleep(seconds(3)).await;
        Ok(&b"%PDF"[..])
    });
    let mut options = CallOptions::default().deadline(seconds(10));
    let started = Instant::now();
    engine.peek(&STORE, &body, 4, &mut options).await.unwrap();
    let request = engine.request(&STORE).body(body, "text/plain");
    let error = request.options(options).send().await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));
    assert_eq!(started.elapsed(), seconds(10));
}

/// Bytes that were read from a stream before peeking was cancelled stay part of it.
#[tokio::test(start_paused = true)]
async fn a_cancelled_look_loses_nothing() {
    let network = network([Good]);
    let (stream, mut source) = tokio::io::duplex(64);
    let body = Body::single_pass(stream, 12);
    source.write_all(b"%PDF-").await.unwrap();
    timeout(seconds(1), body.peek(8)).await.unwrap_err();
    timeout(seconds(1), body.peek(8)).await.unwrap_err();
    source.write_all(b"1.7 end").await.unwrap();
    drop(source);
    assert_eq!(&body.peek(8).await.unwrap()[..], b"%PDF-1.7");
    send_body(&engine(&network), &STORE, body).await.unwrap();
    assert_eq!(network.requests()[0].body, "%PDF-1.7 end");
}

/// A large body may take longer than a call's minute of working time, as long as it makes progress.
#[tokio::test(start_paused = true)]
async fn a_large_body_that_moves_is_not_ended() {
    let slow = answering(|| FakeAnswer::json("{}").read_slowly(16 * 1024, seconds(20)));
    let large = || Body::from(vec![b'x'; 160 * 1024]);
    let started = Instant::now();
    send_body(&engine(&slow), &ORDER, large()).await.unwrap();
    assert!(started.elapsed() > seconds(120));

    let stands = answering(|| FakeAnswer::json("{}").read_slowly(16 * 1024, seconds(3600)));
    let error = send_body(&engine(&stands), &ORDER, large())
        .await
        .unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));

    // Two silent attempts of 30 s use up a call's minute. A transfer makes all attempts of its
    // policy.
    let silent = answering(FakeAnswer::never);
    for (size, over) in [(32 * 1024, false), (32 * 1024 + 1, true)] {
        let body = Body::from(vec![b'x'; size]);
        let started = Instant::now();
        let error = send_body(&engine(&silent), &REPLACE, body)
            .await
            .unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));
        assert_eq!(started.elapsed() > seconds(60), over, "{size}");
    }
}
