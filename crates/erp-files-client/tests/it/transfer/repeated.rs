//! A file that is sent again: from its start, unchanged, and with progress that says so.

use std::sync::{Arc, Mutex};

use common_http::transport::{FakeAnswer, TransportError};
use common_http::{Body, CallOptions, Delivery, ErrorKind, Progress};

use crate::support::{NAME, Op, PDF, files, network, on, seen, target};

const LENGTH: u64 = 300_001;

fn large() -> Vec<u8> {
    (0..LENGTH).map(|at| (at % 251) as u8).collect()
}

#[tokio::test(start_paused = true)]
async fn each_attempt_sends_the_whole_file_and_names_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    std::fs::write(&path, large()).unwrap();
    let bodies = [Body::from(large()), Body::from_path(&path).await.unwrap()];
    for body in bodies {
        let erp = network(|op, nth| match (op, nth) {
            // Interrupted after a third of it, then after all of it.
            (Op::Transfer, 1) => {
                Some(FakeAnswer::error(TransportError::Interrupted).read_at_most(100_000))
            }
            (Op::Transfer, 2) => Some(FakeAnswer::status(503)),
            _ => None,
        });
        let events: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let log = Arc::clone(&events);
        let options =
            CallOptions::default().on_progress(move |progress| log.lock().unwrap().push(progress));
        let transfer = files(&on(&erp)).transfer(&target().await, body);
        transfer.options(options).send().await.unwrap();

        let puts = seen(&erp, Op::Transfer);
        assert_eq!(puts.len(), 3);
        assert!(puts[0].body.len() < large().len() && large().starts_with(&puts[0].body));
        assert!(puts[1].body == large() && puts[2].body == large());
        let events = events.lock().unwrap();
        for attempt in 1..=3 {
            let sent: Vec<u64> = events
                .iter()
                .filter(|event| event.attempt == attempt)
                .map(|event| event.sent)
                .collect();
            assert!(
                sent.is_sorted() && sent[0] < 100_000,
                "attempt {attempt} begins at {}",
                sent[0]
            );
            let last = *sent.last().unwrap();
            assert_eq!(
                last == LENGTH,
                attempt > 1,
                "attempt {attempt} ends at {last}"
            );
        }
        assert!(events.iter().all(|event| event.total == Some(LENGTH)));
        assert!(events.is_sorted_by_key(|event| event.attempt));
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_be_read_once_is_sent_once() {
    let erp = network(|op, _| (op == Op::Transfer).then(|| FakeAnswer::status(503)));
    let body = Body::single_pass(PDF.as_bytes(), PDF.len() as u64);
    let transfer = files(&on(&erp)).transfer(&target().await, body);
    let error = transfer.send().await.unwrap_err();
    let is = (error.kind(), error.attempts(), error.delivery());
    assert_eq!(is, (ErrorKind::Server, 1, Delivery::Unknown));
    assert_eq!(seen(&erp, Op::Transfer)[0].body, PDF);
}

/// Half of one and half of the other would be a file that never existed.
#[tokio::test(start_paused = true)]
async fn a_file_that_changed_meanwhile_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    for change in [
        None,
        Some("%PDF"),
        Some("%PDF-1.4 and more than there was before"),
    ] {
        std::fs::write(&path, PDF).unwrap();
        let body = Body::from_path(&path).await.unwrap();
        match change {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let erp = network(|_, _| None);
        let transfer = files(&on(&erp)).transfer(&target().await, body);
        let error = transfer.send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::LocalIo, Delivery::NotSent),
            "{change:?}"
        );
        assert_eq!(erp.count(), 0);
    }
}
