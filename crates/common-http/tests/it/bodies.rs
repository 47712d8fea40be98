//! Bodies are sent completely, with their length, and from the start on every attempt.

use std::fs::File;
use std::io::{self, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use common_http::transport::{
    FakeAnswer, FakeTransport, IncomingBody, OutgoingRequest, Transport, TransportError,
};
use common_http::{
    Body, Cause, Delivery, Effect, Engine, ErrorKind, HttpOptions, Multipart, Operation,
};
use futures_util::stream;
use http::Method;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::io::AsyncSeekExt;
use tokio::time::sleep;

use crate::helper::Step::{Fails, Good, Later, Silent, Status};
use crate::helper::{
    ORDER, REPLACE, STORE, VENDOR, answering, call, effect, engine, fate, millis, network, seconds,
    send_body,
};

const CONTENT: &[u8] = b"EXAMPLE CONTENT";

/// The `Content-Length` that the network saw.
fn length(network: &FakeTransport) -> Option<String> {
    let requests = network.requests();
    let value = requests.last().unwrap().headers.get(CONTENT_LENGTH)?;
    Some(value.to_str().unwrap().to_owned())
}

/// One body of each kind that can be replayed.
async fn replayable(folder: &Path) -> [(&'static str, Body); 4] {
    let path = folder.join("EXAMPLE.bin");
    tokio::fs::write(&path, CONTENT).await.unwrap();
    [
        ("bytes", Body::from(CONTENT)),
        ("factory", Body::from_factory(15, || async { Ok(CONTENT) })),
        ("file", Body::from_path(&path).await.unwrap()),
        ("open file", open_file(&path).await),
    ]
}

/// The file by a handle whose cursor is at its end.
async fn open_file(path: &Path) -> Body {
    let mut file = tokio::fs::File::open(path).await.unwrap();
    file.seek(SeekFrom::End(0)).await.unwrap();
    Body::from_file(file).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_says_so_where_a_body_is_expected() {
    for (method, expected) in [
        (Method::POST, Some("0")),
        (Method::PUT, Some("0")),
        (Method::PATCH, Some("0")),
        (Method::GET, None),
        (Method::HEAD, None),
        (Method::DELETE, None),
        (Method::OPTIONS, None),
    ] {
        let network = network([Good]);
        let operation = Operation::new("testing.any", method, "/any").public();
        call(&engine(&network), &operation).await.unwrap();
        assert_eq!(
            length(&network).as_deref(),
            expected,
            "{}",
            operation.method()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_says_its_length_whatever_the_method() {
    for method in [
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::GET,
    ] {
        let network = network([Good]);
        let operation = Operation::new("testing.any", method, "/any").public();
        send_body(&engine(&network), &operation, Body::from(CONTENT))
            .await
            .unwrap();
        assert_eq!(length(&network).as_deref(), Some("15"));
        assert_eq!(network.requests()[0].body, CONTENT);
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_sends_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, body) in replayable(folder.path()).await {
        let network = network([
            Status(500),
            Later(429, "0"),
            Fails(TransportError::Interrupted),
            Good,
        ]);
        send_body(&engine(&network), &REPLACE, body).await.unwrap();
        let bodies: Vec<_> = network
            .requests()
            .into_iter()
            .map(|seen| seen.body)
            .collect();
        assert_eq!(bodies, [CONTENT; 4], "{kind}");
        assert_eq!(length(&network).as_deref(), Some("15"), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_pass_body_is_never_sent_twice() {
    for step in [
        Status(500),
        Status(429),
        Later(503, "1"),
        Silent,
        Fails(TransportError::Interrupted),
    ] {
        let network = network([step.clone(), Good]);
        let body = Body::single_pass(CONTENT, Some(15));
        let error = send_body(&engine(&network), &REPLACE, body)
            .await
            .unwrap_err();
        assert_eq!((error.attempts(), network.count()), (1, 1), "{step:?}");
    }
}

/// An attempt without a connection, or refused before the body was read, leaves the body unused.
#[tokio::test(start_paused = true)]
async fn a_single_pass_body_that_was_not_read_is_sent() {
    for length in [Some(15), None] {
        let network = FakeTransport::new(|request| match request.index {
            0 | 1 => FakeAnswer::error(TransportError::Connect(Cause::Refused)),
            2 => FakeAnswer::status(429)
                .header("retry-after", "1")
                .read_at_most(0),
            _ => FakeAnswer::json("{}"),
        });
        let body = Body::single_pass(CONTENT, length);
        send_body(&engine(&network), &ORDER, body).await.unwrap();
        let bodies: Vec<_> = network
            .requests()
            .into_iter()
            .map(|seen| seen.body)
            .collect();
        assert_eq!(bodies, [&b""[..], b"", b"", CONTENT]);
    }
}

/// Two calls that share one body do not both send it.
#[tokio::test(start_paused = true)]
async fn a_single_pass_body_serves_one_call() {
    let network = network([Good]);
    let engine = engine(&network);
    let body = Body::single_pass(CONTENT, Some(15));
    send_body(&engine, &ORDER, body.clone()).await.unwrap();
    let error = send_body(&engine, &ORDER, body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(network.count(), 1);
}

#[tokio::test]
async fn a_file_of_another_size_than_before_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EXAMPLE.bin");
    for (before, now) in [(15, 14), (15, 16), (15, 0), (0, 15)] {
        tokio::fs::write(&path, vec![7; before]).await.unwrap();
        let body = Body::from_path(&path).await.unwrap();
        tokio::fs::write(&path, vec![7; now]).await.unwrap();
        let network = network([Good]);
        let error = send_body(&engine(&network), &STORE, body)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalIo, "{before} {now}");
        assert_eq!((error.delivery(), network.count()), (Delivery::NotSent, 0));
    }
}

/// Writes other content of the same length in place. The time is set, too, because the clock of a
/// file system is coarse.
fn rewrite(path: &Path) {
    let mut file = File::options().write(true).open(path).unwrap();
    let metadata = file.metadata().unwrap();
    let content = vec![8; metadata.len().try_into().unwrap()];
    file.write_all(&content).unwrap();
    let later = metadata.modified().unwrap() + millis(1);
    file.set_modified(later).unwrap();
}

#[tokio::test]
async fn a_file_that_was_rewritten_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EXAMPLE.bin");
    for length in [0, 15] {
        std::fs::write(&path, vec![7; length]).unwrap();
        let bodies = [
            Body::from_path(&path).await.unwrap(),
            open_file(&path).await,
        ];
        rewrite(&path);
        for body in bodies {
            let network = network([Good]);
            let error = send_body(&engine(&network), &STORE, body.clone())
                .await
                .unwrap_err();
            assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::NotSent));
            assert_eq!(network.count(), 0);
            assert_eq!(
                body.peek(4).await.unwrap_err().kind(),
                ErrorKind::LocalIo,
                "{length}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_rewritten_between_attempts_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EXAMPLE.bin");
    std::fs::write(&path, CONTENT).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    let network = FakeTransport::new(move |request| {
        if request.index == 0 {
            rewrite(&path);
        }
        FakeAnswer::status(500)
    });
    let error = send_body(&engine(&network), &STORE, body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
    assert_eq!((error.delivery(), network.count()), (Delivery::Unknown, 1));
}

/// A file that changes while it is being sent is never sent to its end.
#[tokio::test(start_paused = true)]
async fn a_file_that_changes_on_the_way_is_not_sent_to_its_end() {
    const LENGTH: usize = 600_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EXAMPLE.bin");
    let resize = |length: usize| {
        let file = File::options().write(true).open(&path).unwrap();
        file.set_len(length as u64).unwrap();
    };
    let changes: [&dyn Fn(); 4] = [
        &|| resize(LENGTH - 1),
        &|| resize(LENGTH + 1),
        &|| resize(0),
        &|| rewrite(&path),
    ];
    for (nth, change) in changes.into_iter().enumerate() {
        for (in_form, is_open) in [(false, false), (true, false), (false, true)] {
            std::fs::write(&path, vec![7; LENGTH]).unwrap();
            let body = if is_open {
                open_file(&path).await
            } else {
                Body::from_path(&path).await.unwrap()
            };
            let network = answering(|| FakeAnswer::json("{}").read_slowly(1, seconds(5)));
            let request = engine(&network).request(&STORE);
            let request = if in_form {
                request.multipart(Multipart::new().file("file", "a", "image/png", body))
            } else {
                request.raw_body(body)
            };
            let change = async {
                sleep(seconds(1)).await;
                change();
            };
            let (result, ()) = tokio::join!(request.send(), change);
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LocalIo, "{nth} {in_form}");
            assert_eq!((error.delivery(), network.count()), (Delivery::Unknown, 1));
            let seen = network.requests().remove(0).body;
            assert!(seen.len() < LENGTH || in_form, "{nth}");
            assert!(!seen.ends_with(b"--\r\n"), "{nth}");
        }
    }
}

/// If a source turns out to be wrong, a part of it may have been sent, but never its end.
#[tokio::test(start_paused = true)]
async fn a_source_of_another_length_than_claimed_is_not_sent_to_its_end() {
    for claimed in [14, 16, 1, 1_000_000] {
        let network = network([Good]);
        let body = Body::from_factory(claimed, || async { Ok(CONTENT) });
        let error = send_body(&engine(&network), &REPLACE, body)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::LocalIo, 1),
            "{claimed}"
        );
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert!(error.io_kind().is_some());
        assert!((network.requests()[0].body.len() as u64) < claimed);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_a_local_failure() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().join("EXAMPLE-MISSING"),
        folder.path().to_owned(),
    ] {
        assert_eq!(
            Body::from_path(path).await.unwrap_err().kind(),
            ErrorKind::LocalIo
        );
    }
    let path = folder.path().join("EXAMPLE.bin");
    std::fs::write(&path, CONTENT).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    std::fs::remove_file(path).unwrap();
    let network = network([Good]);
    let error = send_body(&engine(&network), &STORE, body)
        .await
        .unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::NotSent));
    assert_eq!((error.attempts(), network.count()), (0, 0));
    assert_eq!(error.operation(), Some(STORE.id()));
}

/// If the outcome is unknown and the body cannot be opened again, the outcome stays unknown.
#[tokio::test(start_paused = true)]
async fn doubt_stays_when_the_body_cannot_be_opened_again() {
    let opened = AtomicBool::new(false);
    let body = Body::from_factory(15, move || {
        let again = opened.swap(true, Ordering::SeqCst);
        async move {
            if again {
                Err(io::ErrorKind::NotFound.into())
            } else {
                Ok(CONTENT)
            }
        }
    });
    let network = network([Status(500)]);
    let request = engine(&network).request(&ORDER).body(body, "text/plain");
    let error = request
        .options(effect(Effect::Idempotent))
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::LocalIo, 1));
    assert_eq!(error.delivery(), Delivery::Unknown);
}

/// Answers with 200 although the body broke.
struct Eager;

#[async_trait]
impl Transport for Eager {
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError> {
        assert!(request.body.collect().await.is_err());
        let body: IncomingBody = Box::pin(stream::empty());
        Ok(http::Response::new(body))
    }
}

#[tokio::test]
async fn a_success_does_not_make_up_for_a_body_that_broke() {
    let broken = io::Error::from(io::ErrorKind::ConnectionReset);
    let pieces = [Ok(Bytes::from("EXAMPLE")), Err(broken)];
    let body = Body::from_stream(1000, stream::iter(pieces));
    let options = HttpOptions::default().transport(Arc::new(Eager));
    let builder = Engine::builder(&VENDOR, "http://localhost").http(options);
    let engine = builder.build().unwrap();
    let error = send_body(&engine, &ORDER, body).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::Unknown));
    assert_eq!(error.attempts(), 1);
}
