use std::io::Cursor;

use futures_util::FutureExt;
use http_body_util::BodyExt;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::body::Body;

async fn outgoing(body: &Body, attempt: u32) -> (OutgoingBody, Sending) {
    OutgoingBody::new(body.open().await.unwrap(), body.len(), attempt, None)
}

fn sent(sending: &Sending) -> u64 {
    sending.shared.as_ref().map_or(0, |shared| shared.sent())
}

async fn collect(body: OutgoingBody) -> Result<Vec<u8>, io::ErrorKind> {
    let collected = body.collect().await.map_err(|error| error.kind())?;
    Ok(collected.to_bytes().to_vec())
}

fn source(content: Vec<u8>, claimed: u64) -> Body {
    Body::from_factory(claimed, move || {
        let content = content.clone();
        async move { Ok(Cursor::new(content)) }
    })
}

#[tokio::test]
async fn a_source_of_another_length_is_refused_before_its_end() {
    for (real, claimed, kind) in [
        (10, 11, io::ErrorKind::UnexpectedEof),
        (11, 10, io::ErrorKind::InvalidData),
        (0, 1, io::ErrorKind::UnexpectedEof),
        (600_000, 599_999, io::ErrorKind::InvalidData),
        (600_000, 600_001, io::ErrorKind::UnexpectedEof),
    ] {
        let (body, sending) = outgoing(&source(vec![7; real], claimed), 1).await;
        assert_eq!(collect(body).await, Err(kind));
        assert_eq!(sending.failure(), Some(kind));
        assert!(sent(&sending) < claimed);
    }
}

/// A source that gives all of its claimed length at once, and then more.
#[tokio::test]
async fn a_source_that_goes_on_after_its_length_is_refused_before_its_end() {
    let body = Body::from_factory(10, || async {
        Ok(Cursor::new([7; 10]).chain(Cursor::new([7; 1])))
    });
    let (body, sending) = outgoing(&body, 1).await;
    assert_eq!(collect(body).await, Err(io::ErrorKind::InvalidData));
    assert_eq!(sent(&sending), 0);
}

#[tokio::test]
async fn what_is_left_is_known_if_the_length_is() {
    for (body, before, after) in [
        (
            Body::from(vec![7; PIECE + 1]),
            Some(PIECE as u64 + 1),
            Some(1),
        ),
        (
            Body::single_pass(Cursor::new(vec![7; PIECE + 1]), None),
            None,
            None,
        ),
    ] {
        let (mut body, _sending) = outgoing(&body, 1).await;
        assert_eq!(body.size_hint().exact(), before);
        body.frame().await.unwrap().unwrap();
        assert_eq!(body.size_hint().exact(), after);
    }
}

#[tokio::test]
async fn an_empty_body_is_handed_over_at_once() {
    let (body, sending) = outgoing(&Body::empty(), 1).await;
    assert!(body.is_end_stream());
    sending.finished().await;
}

async fn next(mut body: OutgoingBody) -> io::Result<Bytes> {
    let frame = body.frame().await.unwrap()?;
    Ok(frame.into_data().unwrap())
}

#[tokio::test]
async fn no_byte_leaves_once_nobody_waits_for_the_answer() {
    let (body, sending) = outgoing(&Body::from("never sent"), 1).await;
    drop(sending);
    assert_eq!(
        next(body).await.unwrap_err().kind(),
        io::ErrorKind::Interrupted
    );
}

#[tokio::test]
async fn a_connection_that_waits_for_the_source_learns_that_nobody_waits_for_the_answer() {
    let silent = Body::from_factory(4, || async { Ok(tokio::io::simplex(4).0) });
    let (body, sending) = outgoing(&silent, 1).await;
    let next = tokio::spawn(next(body));
    tokio::task::yield_now().await;
    drop(sending);
    assert_eq!(
        next.await.unwrap().unwrap_err().kind(),
        io::ErrorKind::Interrupted
    );
}

#[tokio::test]
async fn a_body_is_finished_with_its_last_byte() {
    let (mut body, sending) = outgoing(&Body::from(vec![7; 2 * PIECE]), 1).await;
    body.frame().await.unwrap().unwrap();
    let mut finished = Box::pin(sending.finished());
    assert_eq!(finished.as_mut().now_or_never(), None);
    body.frame().await.unwrap().unwrap();
    finished.await;
}

#[tokio::test]
async fn a_single_pass_body_is_opened_once() {
    let body = Body::single_pass(&b"once"[..], None);
    let (first, _sending) = outgoing(&body, 1).await;
    let (second, sending) = outgoing(&body, 2).await;
    assert_eq!(collect(first).await.unwrap(), b"once");
    assert_eq!(collect(second).await, Err(io::ErrorKind::NotSeekable));
    assert_eq!(sent(&sending), 0);
    assert!(!body.can_be_opened());
    assert!(body.open().await.is_err());
}

#[tokio::test]
async fn a_single_pass_body_that_nobody_read_is_still_there() {
    let body = Body::single_pass(&b"once"[..], 4);
    let (unread, _sending) = outgoing(&body, 1).await;
    drop(unread);
    assert!(body.can_be_opened());
    let (second, _sending) = outgoing(&body, 2).await;
    assert_eq!(collect(second).await.unwrap(), b"once");
}

#[tokio::test]
async fn progress_names_the_attempt_and_ends_at_the_length() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let body = source(vec![1; 600_000], 600_000);
    for attempt in 1..=2 {
        let seen = Arc::clone(&seen);
        let on_progress: OnProgress = Arc::new(move |p| seen.lock().unwrap().push(p));
        let opened = body.open().await.unwrap();
        let (outgoing, _sending) =
            OutgoingBody::new(opened, body.len(), attempt, Some(on_progress));
        collect(outgoing).await.unwrap();
    }
    let seen = seen.lock().unwrap();
    for attempt in 1..=2 {
        let of_attempt: Vec<_> = seen.iter().filter(|p| p.attempt == attempt).collect();
        assert!(
            of_attempt
                .windows(2)
                .all(|pair| pair[0].sent < pair[1].sent)
        );
        assert_eq!(of_attempt.last().unwrap().sent, 600_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn replays_exactly_after_a_break_at_any_point(
        content in proptest::collection::vec(any::<u8>(), 0..4096),
        break_at in 0usize..4096,
        step in 1usize..512,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let chunked = content.clone();
            let body = Body::from_factory(content.len() as u64, move || {
                let chunked = chunked.clone();
                async move {
                    // A source that gives `step` bytes at a time.
                    let (read, mut write) = tokio::io::simplex(step);
                    let feed = async move {
                        let _ = write.write_all(&chunked).await;
                        let _ = write.shutdown().await;
                    };
                    tokio::spawn(feed);
                    Ok(read)
                }
            });
            let (mut first, _sending) = outgoing(&body, 1).await;
            let mut got = 0;
            while got < break_at {
                match first.frame().await {
                    Some(frame) => got += frame.unwrap().into_data().unwrap().len(),
                    None => break,
                }
            }
            drop(first);
            let (second, sending) = outgoing(&body, 2).await;
            assert_eq!(collect(second).await.unwrap(), content);
            assert_eq!(sent(&sending), content.len() as u64);
        });
    }
}
