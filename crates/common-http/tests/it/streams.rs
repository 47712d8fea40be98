//! A download as a stream and as a reader: whole, or visibly broken.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Download, Error, ErrorKind, HttpOptions, RetryPolicy};
use futures_util::{StreamExt, TryStreamExt, poll};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep};

use crate::helper::Step::Cut;
use crate::helper::{answering, download, engine, engine_with, network, seconds};

const NOW: Duration = Duration::ZERO;

fn file() -> FakeAnswer {
    let answer = FakeAnswer::status(200).header("content-length", "15");
    let answer = answer.chunk(seconds(1), "%PDF-");
    answer.chunk(seconds(1), "EXAM").chunk(NOW, "PLE-15")
}

async fn of(network: &Arc<FakeTransport>) -> Download {
    download(&engine(network)).await.unwrap()
}

fn inner(error: io::Error) -> Error {
    error.downcast().unwrap()
}

#[test]
fn other_libraries_can_own_it() {
    fn check<T: Send + Unpin + 'static>() {}
    check::<Download>();
}

#[tokio::test(start_paused = true)]
async fn a_stream_and_a_reader_give_the_whole_body() {
    let network = answering(file);
    let chunks: Vec<Bytes> = of(&network).await.try_collect().await.unwrap();
    assert_eq!(chunks, ["%PDF-", "EXAM", "PLE-15"]);

    let mut copied = Vec::new();
    let length = tokio::io::copy(&mut of(&network).await, &mut copied).await;
    assert_eq!((length.unwrap(), &*copied), (15, &b"%PDF-EXAMPLE-15"[..]));
}

/// Nothing was taken from it, so it can still be read from the start.
#[tokio::test(start_paused = true)]
async fn a_wait_for_the_first_piece_that_is_given_up_costs_nothing() {
    let mut download = of(&answering(file)).await;
    assert!(poll!(pin!(download.chunk())).is_pending());
    assert_eq!(download.bytes().await.unwrap(), "%PDF-EXAMPLE-15");
}

/// The stream ends after its error; whoever reads again gets the error again, never the end.
#[tokio::test(start_paused = true)]
async fn a_broken_body_is_an_error_once_in_a_stream_and_at_every_read() {
    let network = network([Cut]);
    let mut download = of(&network).await;
    assert_eq!(download.next().await.unwrap().unwrap(), "{}");
    let error = download.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Interrupted, 1)
    );
    assert!(download.next().await.is_none());
    assert!(download.next().await.is_none());

    for _ in 0..2 {
        let error = download.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
        assert_eq!(inner(error).kind(), ErrorKind::Interrupted);
        let error = download.chunk().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
    }
    assert_eq!(network.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_a_broken_body_fails() {
    for (answer, kind) in [
        (
            (|| FakeAnswer::json("{}").cut()) as fn() -> FakeAnswer,
            io::ErrorKind::ConnectionAborted,
        ),
        (|| FakeAnswer::json("{}").hang(), io::ErrorKind::TimedOut),
        (
            || FakeAnswer::json("{}").header("content-length", "3"),
            io::ErrorKind::ConnectionAborted,
        ),
    ] {
        let mut copied = Vec::new();
        let mut download = of(&answering(answer)).await;
        let error = tokio::io::copy(&mut download, &mut copied).await;
        assert_eq!((error.unwrap_err().kind(), &*copied), (kind, &b"{}"[..]));
    }
}

/// What a small read leaves is there for whoever reads next, by whichever way.
#[tokio::test(start_paused = true)]
async fn the_ways_to_read_can_be_mixed() {
    let mut download = of(&answering(file)).await;
    assert_eq!(download.read(&mut []).await.unwrap(), 0);
    let mut two = [0; 2];
    assert_eq!(download.read(&mut two).await.unwrap(), 2);
    assert_eq!(&two, b"%P");
    assert_eq!(download.next().await.unwrap().unwrap(), "DF-");
    assert_eq!(download.read(&mut two).await.unwrap(), 2);
    assert_eq!(&two, b"EX");
    assert_eq!(download.chunk().await.unwrap().unwrap(), "AM");
    let mut rest = String::new();
    download.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "PLE-15");
    assert!(download.next().await.is_none());
    assert_eq!(download.read(&mut two).await.unwrap(), 0);
    assert!(download.chunk().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_was_read_in_part_cannot_be_had_whole() {
    let mut download = of(&answering(file)).await;
    download.read_exact(&mut [0]).await.unwrap();
    let error = download.bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// A poll that found nothing, a wait that was given up, and the next call are one wait.
#[tokio::test(start_paused = true)]
async fn a_cancelled_read_loses_nothing_and_does_not_restart_the_time() {
    let mut download = of(&answering(file)).await;
    assert!(poll!(download.next()).is_pending());
    assert!(poll!(pin!(download.read(&mut [0; 9]))).is_pending());
    assert_eq!(download.chunk().await.unwrap().unwrap(), "%PDF-");

    let stalling = answering(|| FakeAnswer::json("{}").hang());
    let options = HttpOptions::default().retry(RetryPolicy::never());
    let mut download = self::download(&engine_with(&stalling, options))
        .await
        .unwrap();
    download.chunk().await.unwrap();
    let started = Instant::now();
    let error = loop {
        if let Ok(chunk) = tokio::time::timeout(seconds(7), download.next()).await {
            break chunk.unwrap().unwrap_err();
        }
    };
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(started.elapsed(), seconds(30));
}

/// A consumer that polls, and comes back long after the bytes came, did not wait for the vendor.
#[tokio::test(start_paused = true)]
async fn a_consumer_that_was_away_is_not_a_stall() {
    let in_pieces = || {
        (0..5).fold(FakeAnswer::status(200), |answer, _| {
            answer.chunk(seconds(5), "EXAMPLE")
        })
    };
    let mut download = of(&answering(in_pieces)).await;
    for _ in 0..5 {
        assert!(poll!(download.next()).is_pending());
        sleep(seconds(100)).await;
        assert_eq!(download.next().await.unwrap().unwrap(), "EXAMPLE");
    }
    assert!(download.next().await.is_none());
}
