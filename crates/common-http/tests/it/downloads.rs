//! Downloads in memory: complete and of the requested kind, or an error.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{CallOptions, Cause, Delivery, Error, ErrorKind, HttpOptions, Operation};
use http::Method;
use http::header::CONTENT_TYPE;
use tokio::time::Instant;

use crate::helper::Step::{Cut, Fails, Good, Later, Short, Status};
use crate::helper::{
    FETCH, answering, download, engine, engine_with, fate, millis, network, seconds,
};

const NOW: Duration = Duration::ZERO;

/// A file in three pieces.
fn file() -> FakeAnswer {
    FakeAnswer::status(200)
        .header("content-length", "15")
        .header("content-type", "application/pdf")
        .chunk(NOW, "%PDF-")
        .chunk(NOW, "EXAM")
        .chunk(NOW, "PLE-15")
}

fn is_pdf(start: &[u8]) -> bool {
    start.starts_with(b"%PDF-")
}

async fn whole(network: &Arc<FakeTransport>) -> Result<Bytes, Error> {
    let request = engine(network).request(&FETCH);
    request.downloads(Some(is_pdf)).await?.bytes().await
}

#[tokio::test(start_paused = true)]
async fn comes_in_chunks_or_whole() {
    let network = answering(file);
    assert_eq!(whole(&network).await.unwrap(), "%PDF-EXAMPLE-15");

    let mut download = download(&engine(&network)).await.unwrap();
    assert_eq!(download.content_length(), Some(15));
    assert_eq!(download.content_type(), Some("application/pdf"));
    assert_eq!(download.headers()[CONTENT_TYPE], "application/pdf");
    let mut chunks = Vec::new();
    while let Some(chunk) = download.chunk().await.unwrap() {
        chunks.push(chunk);
    }
    assert_eq!(chunks, ["%PDF-", "EXAM", "PLE-15"]);
    assert!(download.chunk().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn may_be_empty_and_without_a_length() {
    for answer in [
        || FakeAnswer::status(200),
        || FakeAnswer::status(200).header("content-length", "0"),
        || FakeAnswer::status(200).chunk(NOW, "").chunk(NOW, ""),
    ] {
        let download = download(&engine(&answering(answer))).await.unwrap();
        assert_eq!(download.bytes().await.unwrap(), "");
    }
}

/// The check sees the first kibibyte, even if it arrives byte by byte. The caller gets it too.
#[tokio::test(start_paused = true)]
async fn is_checked_by_its_first_kibibyte() {
    let bytewise = |bytes: usize| {
        (0..bytes).fold(FakeAnswer::status(200), |answer, n| {
            answer.chunk(millis(1), vec![if n < 1023 { b'x' } else { b'!' }])
        })
    };
    fn ends_in_a_mark(start: &[u8]) -> bool {
        start.len() == 1024 && start.ends_with(b"!")
    }
    for (bytes, accepted) in [(1024, true), (1500, true), (1023, false)] {
        let network = answering(move || bytewise(bytes));
        let request = engine(&network).request(&FETCH);
        match request.downloads(Some(ends_in_a_mark)).await {
            Ok(download) => assert_eq!(
                (download.bytes().await.unwrap().len(), accepted),
                (bytes, true)
            ),
            Err(error) => assert_eq!((error.kind(), accepted), (ErrorKind::Decode, false)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_file_than_asked_for_is_refused_and_kept() {
    let network =
        answering(|| FakeAnswer::json(r#"{"error":"EXAMPLE"}"#).header("x-request-id", "R-1"));
    let error = whole(&network).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Decode, Delivery::Answered));
    assert_eq!(
        (error.status().unwrap().as_u16(), error.attempts()),
        (200, 1)
    );
    assert_eq!(error.body(), br#"{"error":"EXAMPLE"}"#);
    assert_eq!(error.request_id(), Some("R-1"));
    assert_eq!(network.count(), 1);
}

/// A file whose first answer breaks off in this way.
fn broken_first(first: fn() -> FakeAnswer) -> Arc<FakeTransport> {
    FakeTransport::new(move |request| match request.index {
        0 => first(),
        _ => file(),
    })
}

#[tokio::test(start_paused = true)]
async fn starts_again_after_a_cut_with_fresh_content() {
    for first in [
        || FakeAnswer::status(200).chunk(NOW, "%PDF-OLD").cut(),
        || FakeAnswer::status(200).chunk(NOW, "%PDF-OLD").hang(),
        || {
            FakeAnswer::status(200)
                .header("content-length", "9")
                .chunk(NOW, "%PDF-OLD")
        },
        || {
            FakeAnswer::status(200)
                .header("content-length", "7")
                .chunk(NOW, "%PDF-OLD")
        },
        || FakeAnswer::status(200).cut(),
        || FakeAnswer::status(502),
        || FakeAnswer::error(TransportError::Connect(Cause::Refused)),
    ] {
        let network = broken_first(first);
        assert_eq!(whole(&network).await.unwrap(), "%PDF-EXAMPLE-15");
        assert_eq!(network.count(), 2);
    }
}

/// Chunks that the caller has received cannot be taken back.
#[tokio::test(start_paused = true)]
async fn chunks_do_not_start_again() {
    let network = network([Cut]);
    let mut download = download(&engine(&network)).await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "{}");
    let error = download.chunk().await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Interrupted, Delivery::Unknown));
    assert_eq!((error.attempts(), network.count()), (1, 1));
    assert_eq!(error.operation(), Some(FETCH.id()));
    // The error is final.
    let again = download.chunk().await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Interrupted);
}

/// After a chunk was taken, the rest is not the whole file.
#[tokio::test(start_paused = true)]
async fn what_was_begun_in_chunks_cannot_be_had_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EXAMPLE.pdf");
    let engine = engine(&answering(file));
    let begun = async || {
        let mut download = download(&engine).await.unwrap();
        download.chunk().await.unwrap();
        download
    };
    for error in [
        begun().await.bytes().await.unwrap_err(),
        begun().await.save_to(&path).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.delivery(), Delivery::Answered);
    }
    assert!(!path.exists());
}

#[tokio::test(start_paused = true)]
async fn no_chunk_goes_beyond_the_length_announced() {
    let network = answering(|| {
        let answer = FakeAnswer::status(200).header("content-length", "9");
        answer
            .chunk(NOW, "EXAMPLE")
            .chunk(NOW, "MORE")
            .chunk(NOW, "")
    });
    let mut download = download(&engine(&network)).await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "EXAMPLE");
    let error = download.chunk().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn is_tried_three_times() {
    for step in [Cut, Short, Status(500), Fails(TransportError::Interrupted)] {
        let network = network([step]);
        let error = match download(&engine(&network)).await {
            Ok(download) => download.bytes().await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!((error.attempts(), network.count()), (3, 3));
        assert_eq!(error.delivery(), Delivery::Unknown);
    }
}

/// Failures of heads and of bodies are counted together. The last one is the error.
#[tokio::test(start_paused = true)]
async fn failures_of_head_and_body_add_up() {
    let network = network([Cut, Later(503, "5"), Status(404)]);
    let started = Instant::now();
    let error = download(&engine(&network))
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 3));
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert!(started.elapsed() >= seconds(5));
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_is_refused() {
    let announced = || {
        FakeAnswer::status(200)
            .header("content-length", "1001")
            .hang()
    };
    let unannounced = || {
        (0..11).fold(FakeAnswer::status(200), |answer, _| {
            answer.chunk(NOW, vec![7; 100])
        })
    };
    let answers: [fn() -> FakeAnswer; 2] = [announced, unannounced];
    for answer in answers {
        let network = answering(answer);
        let options = HttpOptions::default().max_download(1000);
        let limited = engine_with(&network, options.clone());
        let error = download(&limited).await.unwrap().bytes().await.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::TooLarge, Delivery::Answered));
        assert_eq!((error.attempts(), network.count()), (1, 1));
        // A call may set its own limit.
        for (limit, fits) in [(1000, false), (1100, true)] {
            let request = engine(&answering(unannounced)).request(&FETCH);
            let request = request.options(CallOptions::default().max_bytes(limit));
            assert_eq!(
                request.download().await.unwrap().bytes().await.is_ok(),
                fits
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_in_memory_have_a_limit_too() {
    let answers: [fn() -> FakeAnswer; 2] = [
        || FakeAnswer::json("[1,2,3]"),
        || FakeAnswer::json("[1,2,3]").header("content-length", "7"),
    ];
    for answer in answers {
        let network = answering(answer);
        for (limit, fits) in [(6, false), (7, true)] {
            let limited = engine_with(&network, HttpOptions::default().max_answer(limit));
            let result = limited.request(&FETCH).send().await;
            assert_eq!(result.is_ok(), fits);
            if let Err(error) = result {
                assert_eq!((error.kind(), error.attempts()), (ErrorKind::TooLarge, 1));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_holds_inside_the_body() {
    let network = answering(|| {
        (0..1000).fold(FakeAnswer::status(200), |answer, _| {
            answer.chunk(seconds(1), vec![7; 2000])
        })
    });
    let request = engine(&network).request(&FETCH);
    let request = request.options(CallOptions::default().deadline(millis(12_345)));
    let started = Instant::now();
    let error = request.download().await.unwrap().bytes().await.unwrap_err();
    assert_eq!(
        (error.kind(), started.elapsed()),
        (ErrorKind::Timeout, millis(12_345))
    );
    assert_eq!((error.delivery(), network.count()), (Delivery::Unknown, 1));
}

/// The answer to HEAD announces the length of a body that is not sent.
#[tokio::test(start_paused = true)]
async fn a_head_request_has_no_body() {
    let network = answering(|| FakeAnswer::status(200).header("content-length", "1234"));
    let operation = Operation::new("testing.any", Method::HEAD, "/any").public();
    let answer = engine(&network).request(&operation).send().await.unwrap();
    assert_eq!(answer.header("content-length"), Some("1234"));
    assert_eq!(answer.body(), "");
    assert_eq!(network.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_encoding_that_was_not_asked_for_is_an_error() {
    for (encoding, fails) in [
        ("gzip", true),
        ("br", true),
        ("identity", false),
        ("", false),
    ] {
        let network = answering(move || file().header("content-encoding", encoding));
        let result = whole(&network).await;
        assert_eq!(
            result.err().map(|error| error.kind()),
            fails.then_some(ErrorKind::Decode)
        );
    }
    let network = network([Good]);
    assert_eq!(
        download(&engine(&network))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        "{}"
    );
}
