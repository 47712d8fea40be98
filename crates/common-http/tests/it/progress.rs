//! Transfers may take hours as long as they make progress; a stalled one ends.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Body, CallOptions, Delivery, ErrorKind, HttpOptions, RetryPolicy};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep};

use crate::helper::{
    ORDER, STORE, answering, download, engine, engine_with, millis, seconds, send_body,
};

const KIB: usize = 1024;
const NOW: Duration = Duration::ZERO;

/// A body of this many pieces of 16 KiB.
fn large(pieces: usize) -> Body {
    Body::from(vec![7; pieces * 16 * KIB])
}

fn once() -> HttpOptions {
    HttpOptions::default().retry(RetryPolicy::never())
}

async fn upload(network: &Arc<FakeTransport>, body: Body) -> (Option<ErrorKind>, Duration) {
    let started = Instant::now();
    let result = send_body(&engine_with(network, once()), &STORE, body).await;
    (result.err().map(|error| error.kind()), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_slow_but_steady_upload_goes_on_for_hours() {
    let network = answering(|| FakeAnswer::json("{}").read_slowly(1, seconds(29)));
    let (failed, took) = upload(&network, large(400)).await;
    assert_eq!((failed, took), (None, seconds(29 * 399)));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_does_not_move_ends() {
    let network = answering(|| FakeAnswer::json("{}").read_slowly(1, seconds(40)));
    let (failed, took) = upload(&network, large(10)).await;
    assert_eq!((failed, took), (Some(ErrorKind::Timeout), seconds(30)));
}

/// A body that yields `size` bytes after each pause and claims to be much longer.
fn trickling(pieces: usize, size: usize, every: Duration) -> Body {
    Body::from_factory(1_000_000, move || async move {
        let (reader, mut writer) = tokio::io::simplex(8 * KIB);
        tokio::spawn(async move {
            for _ in 0..pieces {
                sleep(every).await;
                let _ = writer.write_all(&vec![7; size]).await;
            }
            pending::<()>().await;
        });
        Ok(reader)
    })
}

#[tokio::test(start_paused = true)]
async fn an_upload_whose_source_does_not_move_ends() {
    for (pieces, size, every, ends) in [
        (0, 0, NOW, 30),
        // 1,000 bytes in 30 s are less than a kibibyte.
        (100_000, 10, millis(300), 30),
        (3, KIB, seconds(10), 60),
        (3, KIB - 1, seconds(10), 50),
        (1, 8 * KIB, seconds(29), 59),
    ] {
        let network = answering(|| FakeAnswer::json("{}"));
        let ended = upload(&network, trickling(pieces, size, every)).await;
        assert_eq!(
            ended,
            (Some(ErrorKind::Timeout), seconds(ends)),
            "{pieces} {size}"
        );
    }
}

/// The head is due 30 s after the last byte was sent, however long sending took.
#[tokio::test(start_paused = true)]
async fn the_head_is_due_after_the_last_byte() {
    let last_byte = seconds(20 * 49);
    for (thinking, failed) in [(29_999, None), (30_001, Some(ErrorKind::Timeout))] {
        let slow = move || FakeAnswer::json("{}").read_slowly(1, seconds(20));
        let network = answering(move || slow().after(millis(thinking)));
        let expected = last_byte + millis(thinking.min(30_000));
        assert_eq!(upload(&network, large(50)).await, (failed, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_body_the_head_is_due_from_the_start() {
    let network = answering(|| FakeAnswer::json("{}").after(millis(30_001)));
    let started = Instant::now();
    let error = engine_with(&network, once())
        .request(&ORDER)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), started.elapsed()),
        (ErrorKind::Timeout, seconds(30))
    );
    assert_eq!(error.delivery(), Delivery::Unknown);
}

/// An answer whose body arrives in pieces of `size` bytes at this interval.
fn in_pieces(pieces: usize, size: usize, every: Duration) -> FakeAnswer {
    (0..pieces).fold(FakeAnswer::status(200), |answer, _| {
        answer.chunk(every, vec![7; size])
    })
}

#[tokio::test(start_paused = true)]
async fn a_slow_but_steady_download_goes_on_for_hours() {
    let network = answering(|| in_pieces(1000, KIB, seconds(29)));
    let started = Instant::now();
    let bytes = download(&engine(&network))
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(
        (bytes.len(), started.elapsed()),
        (1000 * KIB, seconds(29_000))
    );
}

#[tokio::test(start_paused = true)]
async fn a_download_below_a_kibibyte_in_thirty_seconds_ends() {
    for (size, every) in [(100, seconds(3)), (1, millis(30)), (KIB, millis(30_001))] {
        let network = answering(move || in_pieces(100_000, size, every));
        let download = download(&engine_with(&network, once())).await.unwrap();
        let started = Instant::now();
        let error = download.bytes().await.unwrap_err();
        assert_eq!(
            (error.kind(), started.elapsed()),
            (ErrorKind::Timeout, seconds(30)),
            "{size}"
        );
    }
    // Just enough progress.
    let network = answering(|| in_pieces(1000, 103, seconds(3)));
    let download = download(&engine_with(&network, once())).await.unwrap();
    assert_eq!(download.bytes().await.unwrap().len(), 103_000);
}

/// Time that the caller spends between two chunks does not count.
#[tokio::test(start_paused = true)]
async fn the_callers_own_pauses_do_not_count() {
    let network = answering(|| in_pieces(5, 10, seconds(5)));
    let mut download = download(&engine_with(&network, once())).await.unwrap();
    for _ in 0..5 {
        sleep(seconds(100)).await;
        assert_eq!(download.chunk().await.unwrap().unwrap().len(), 10);
    }
    assert!(download.chunk().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_from_nothing_to_all_for_each_attempt() {
    let network = FakeTransport::new(|request| match request.index {
        0 => FakeAnswer::status(503).read_at_most(2 * 16 * KIB),
        _ => FakeAnswer::json("{}"),
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let options = CallOptions::default().on_progress(move |progress| {
        tell.lock()
            .unwrap()
            .push((progress.attempt, progress.sent, progress.total));
    });
    let request = engine(&network).request(&STORE).options(options);
    request.body(large(3), "text/plain").send().await.unwrap();
    let piece = 16 * KIB as u64;
    let of = |attempt, pieces: u64| (attempt, pieces * piece, Some(3 * piece));
    let expected = [of(1, 1), of(1, 2), of(2, 1), of(2, 2), of(2, 3)];
    assert_eq!(*told.lock().unwrap(), expected);
}
