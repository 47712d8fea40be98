//! Bodies from other libraries' streams and from files that are open already.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{Body, Delivery, ErrorKind, Multipart};
use futures_util::stream::{self, StreamExt, poll_fn};
use http::header::CONTENT_LENGTH;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::helper::Step::{Cut, Fails, Good};
use crate::helper::{REPLACE, STORE, answering, download, engine, fate, network, send_body};

const CONTENT: &str = "EXAMPLE CONTENT";

/// The content in pieces, one of them empty. It panics if it is polled after its end.
fn pieces(length: u64) -> Body {
    let pieces = ["EXAMPLE", "", " CONT", "ENT"].map(|piece| Ok(Bytes::from(piece)));
    let mut left = stream::iter(pieces);
    let mut ended = false;
    let once = poll_fn(move |cx| {
        assert!(!ended, "polled after its end");
        let next = left.poll_next_unpin(cx);
        ended = next == std::task::Poll::Ready(None::<Result<Bytes, std::fmt::Error>>);
        next
    });
    Body::from_stream(length, once)
}

fn sent(network: &FakeTransport) -> Vec<u8> {
    network.requests().remove(0).body.to_vec()
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_sent_with_its_length_and_once() {
    let body = pieces(15);
    assert_eq!((body.len(), body.is_replayable()), (Some(15), false));
    let network = network([Good]);
    send_body(&engine(&network), &STORE, body.clone())
        .await
        .unwrap();
    assert_eq!(sent(&network), CONTENT.as_bytes());
    assert_eq!(network.requests()[0].headers[CONTENT_LENGTH], "15");

    let error = send_body(&engine(&network), &STORE, body)
        .await
        .unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::NotSent));

    let lost = crate::helper::network([Fails(TransportError::Interrupted), Good]);
    let error = send_body(&engine(&lost), &REPLACE, pieces(15)).await;
    assert_eq!((error.unwrap_err().attempts(), lost.count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stream_in_a_form_has_a_length_and_can_be_peeked_at() {
    let body = pieces(15);
    assert_eq!(body.peek(9).await.unwrap(), "EXAMPLE C");
    assert_eq!(body.peek(99).await.unwrap(), CONTENT);
    let form = Multipart::new().file("file", "a", "image/png", body);
    let network = network([Good]);
    let request = engine(&network).request(&STORE).multipart(form);
    request.send().await.unwrap();
    let sent = sent(&network);
    let length = network.requests()[0].headers[CONTENT_LENGTH].clone();
    assert_eq!(length, sent.len().to_string());
    assert!(String::from_utf8(sent).unwrap().contains(CONTENT));
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_another_length_is_not_sent_to_its_end() {
    for (claimed, kind) in [
        (14, io::ErrorKind::InvalidData),
        (16, io::ErrorKind::UnexpectedEof),
    ] {
        let network = network([Good]);
        let error = send_body(&engine(&network), &STORE, pieces(claimed)).await;
        let error = error.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::Unknown));
        assert_eq!((error.io_kind(), error.attempts()), (Some(kind), 1));
        assert!((sent(&network).len() as u64) < claimed);
    }
}

/// A body of no length is never asked for its bytes, so they are looked for before.
#[tokio::test(start_paused = true)]
async fn a_stream_that_should_be_empty_and_is_not_is_not_sent() {
    let factory = Body::from_factory(0, || async { Ok(CONTENT.as_bytes()) });
    for body in [pieces(0), Body::single_pass(CONTENT.as_bytes(), 0), factory] {
        let network = network([Good]);
        let error = send_body(&engine(&network), &STORE, body).await;
        let error = error.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::NotSent));
        assert_eq!(error.io_kind(), Some(io::ErrorKind::InvalidData));
        assert_eq!(network.count(), 0);
    }
    // An empty one can be sent, and again.
    let network = network([Fails(TransportError::Interrupted), Good]);
    let empty = Body::from_stream(0, stream::empty::<io::Result<Bytes>>());
    send_body(&engine(&network), &REPLACE, empty).await.unwrap();
    assert_eq!(network.count(), 2);
}

fn broken<E>(error: E) -> Body
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
{
    Body::from_stream(15, stream::iter([Ok(Bytes::from("EXAMPLE")), Err(error)]))
}

/// The kind of the stream's error is kept, and its text, which may quote anything, is not.
#[tokio::test(start_paused = true)]
async fn an_error_of_the_stream_ends_the_call() {
    let refused = io::Error::new(io::ErrorKind::PermissionDenied, "MARKER");
    for (body, kind) in [
        (broken(refused), io::ErrorKind::PermissionDenied),
        (broken("MARKER"), io::ErrorKind::Other),
    ] {
        let network = network([Good]);
        let error = send_body(&engine(&network), &STORE, body)
            .await
            .unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::Unknown));
        assert_eq!(error.io_kind(), Some(kind));
        assert!(!format!("{error} {error:?}").contains("MARKER"));
    }
}

/// What one vendor sends goes on to another: whole, or visibly broken.
#[tokio::test(start_paused = true)]
async fn a_download_is_sent_on() {
    let whole: Arc<FakeTransport> = answering(|| {
        let answer = FakeAnswer::status(200).header("content-length", "15");
        answer.chunk(Duration::from_secs(1), CONTENT)
    });
    for (from, broken) in [(whole, false), (network([Cut]), true)] {
        let report = download(&engine(&from)).await.unwrap();
        let body = Body::from_stream(report.content_length().unwrap_or(15), report);
        let to = network([Good]);
        let result = send_body(&engine(&to), &STORE, body).await;
        if broken {
            let error = result.unwrap_err();
            assert_eq!(error.operation(), Some(STORE.id()));
            assert_eq!(error.io_kind(), Some(io::ErrorKind::ConnectionAborted));
        } else {
            result.unwrap();
            assert_eq!(sent(&to), CONTENT.as_bytes());
        }
    }
}

/// The handle is all that is needed, and its clones do not disturb each other.
#[tokio::test]
async fn an_open_file_is_sent_whole_although_it_has_no_name_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EXAMPLE.bin");
    let content: Vec<u8> = (0..700_000u32).map(|n| (n % 251) as u8).collect();
    let mut options = File::options();
    let options = options.read(true).write(true).create_new(true);
    let mut file = options.open(&path).await.unwrap();
    // Not flushed: the last write may still be under way.
    file.write_all(&content).await.unwrap();
    let body = Body::from_file(file).await.unwrap();
    #[cfg(unix)]
    std::fs::remove_file(path).unwrap();

    assert_eq!((body.len(), body.is_replayable()), (Some(700_000), true));
    assert_eq!(body.peek(4).await.unwrap(), content[..4]);
    let networks = [network([Good]), network([Good])];
    let engines = [engine(&networks[0]), engine(&networks[1])];
    let send = |nth: usize| send_body(&engines[nth], &STORE, body.clone());
    let (first, second) = tokio::join!(send(0), send(1));
    first.and(second).unwrap();
    assert!(networks.iter().all(|network| sent(network) == content));
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_open_but_no_file_is_refused() {
    let folder = File::open("/").await.unwrap();
    let device = File::open("/dev/null").await.unwrap();
    for (other, kind) in [
        (folder, io::ErrorKind::IsADirectory),
        (device, io::ErrorKind::InvalidInput),
    ] {
        let error = Body::from_file(other).await.unwrap_err();
        assert_eq!(error.io_kind(), Some(kind));
    }
}
