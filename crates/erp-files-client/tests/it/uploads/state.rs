//! A journal in memory, and the states that go into it.

use std::io;
use std::sync::{Arc, Mutex};

use common_http::{Body, Delivery, ErrorKind, async_trait};
use erp_files_client::files::{UploadJournal, UploadState};
use serde_json::{Value, json};

use crate::support::{NAME, Op, PDF, files, network, on, steps};

/// Keeps every state, and fails when it is full.
#[derive(Clone, Default)]
pub(crate) struct InMemory {
    pub(crate) saved: Arc<Mutex<Vec<UploadState>>>,
    pub(crate) room: Option<usize>,
    pub(crate) cleared: Arc<Mutex<bool>>,
}

impl InMemory {
    /// The last state, unless the upload is finished.
    pub(crate) fn kept(&self) -> Option<UploadState> {
        let cleared = *self.cleared.lock().unwrap();
        self.saved
            .lock()
            .unwrap()
            .last()
            .filter(|_| !cleared)
            .cloned()
    }
}

#[async_trait]
impl UploadJournal for InMemory {
    async fn save(&self, state: &UploadState) -> io::Result<()> {
        let mut saved = self.saved.lock().unwrap();
        if self.room == Some(saved.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        saved.push(state.clone());
        *self.cleared.lock().unwrap() = false;
        Ok(())
    }

    async fn clear(&self) -> io::Result<()> {
        *self.cleared.lock().unwrap() = true;
        Ok(())
    }
}

fn read(state: &UploadState) -> Value {
    serde_json::from_str(state.to_json().expose()).unwrap()
}

#[tokio::test]
async fn a_state_is_kept_before_each_step_and_forgotten_at_the_end() {
    let erp = network(|_, _| None);
    let journal = InMemory::default();
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    upload
        .fingerprint("EXAMPLE")
        .journal(journal.clone())
        .send()
        .await
        .unwrap();
    let saved: Vec<Value> = journal.saved.lock().unwrap().iter().map(read).collect();
    let state = |done: bool| {
        json!({
            "version": 1, "patient": "7", "analysis": "12", "name": NAME, "address": crate::support::ADDRESS,
            "length": PDF.len(), "fingerprint": "EXAMPLE", "transferred": done, "finalizing": done, "replaces": false,
        })
    };
    assert_eq!(saved, [state(false), state(true)]);
    assert!(journal.kept().is_none());
    assert_eq!(journal.saved.lock().unwrap()[0].name(), NAME);
}

/// What could not be taken up again is not begun further. What has been done by then is not denied.
#[tokio::test]
async fn a_state_that_cannot_be_kept_ends_the_upload() {
    for (room, operation, sent) in [
        (0, Op::Initialize, vec![Op::Initialize]),
        (1, Op::Transfer, vec![Op::Initialize, Op::Transfer]),
    ] {
        let erp = network(|_, _| None);
        let journal = InMemory {
            room: Some(room),
            ..InMemory::default()
        };
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.journal(journal).send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::LocalIo, Some(operation.id()))
        );
        assert_eq!((error.delivery(), steps(&erp)), (Delivery::Answered, sent));
    }
}

#[test]
fn what_is_no_state_is_not_taken_for_one() {
    let state = json!({
        "version": 1, "patient": "7", "analysis": "12", "name": NAME, "address": "https://storage.example/x",
        "length": 4, "transferred": false, "replaces": false,
    });
    let with = |name: &str, value: Value| {
        let mut changed = state.clone();
        changed[name] = value;
        UploadState::from_json(&changed.to_string())
    };
    assert!(with("length", json!(4)).is_some());
    // Of an earlier version that had no fingerprints, or of a later one with more.
    assert!(with("fingerprint", Value::Null).is_some());
    assert!(with("later", json!(1)).is_some());
    for (name, value) in [
        ("version", json!(2)),
        ("name", json!(1)),
        ("transferred", json!("no")),
        ("length", json!(-1)),
    ] {
        assert!(with(name, value).is_none(), "{name}");
    }
    let text = state.to_string();
    assert!(UploadState::from_json(&text[..text.len() - 1]).is_none());
}
