//! Events that were handled before a restart.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use medreader_client::FolderStore;
use medreader_client::webhook::{Outcome, Receiver};
use serde_json::json;

use super::{right_headers, verifier};

/// The receiver of a process that was just started, and how many events it handles.
fn started(folder: &Path) -> (Receiver, Arc<AtomicUsize>) {
    let handled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&handled);
    let receiver = Receiver::new(verifier(), move |_event| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, Infallible>(()) }
    });
    let store = Arc::new(FolderStore::new(folder));
    (receiver.store(&store), handled)
}

#[tokio::test]
async fn an_event_is_handled_once_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let event = |number: u32| {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        json!({ "id": id }).to_string().into_bytes()
    };
    let headers = right_headers();
    for run in 0..4_u32 {
        let (receiver, handled) = started(folder.path());
        // Those of earlier runs come again, as after a lost answer.
        for number in 0..run {
            let outcome = receiver.receive(&headers, &event(number)).await;
            assert_eq!(outcome, Outcome::Duplicate, "event {number} in run {run}");
        }
        let outcome = receiver.receive(&headers, &event(run)).await;
        assert_eq!(outcome, Outcome::Handled);
        assert_eq!(handled.load(Ordering::SeqCst), 1);
    }
}

/// Two replicas with one folder: an event that one has handled is a duplicate for the other.
#[tokio::test]
async fn replicas_share_what_they_handled() {
    let folder = tempfile::tempdir().unwrap();
    let replicas = [started(folder.path()), started(folder.path())];
    let headers = right_headers();
    let body = br#"{"id": "00000000-0000-4000-8000-0000000000ff"}"#;
    let outcomes = [
        replicas[0].0.receive(&headers, body).await,
        replicas[1].0.receive(&headers, body).await,
    ];
    assert_eq!(outcomes, [Outcome::Handled, Outcome::Duplicate]);
    assert_eq!(replicas[1].1.load(Ordering::SeqCst), 0);
}
