//! Uploads that are resumed, each step on a scripted network.

use std::sync::{Arc, Mutex};

use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport, TransportError};
use common_http::{Body, CallOptions, ErrorKind, HttpOptions, Result};
use erp_files_client::files::{Files, OnConflict, UploadOutcome};
use erp_files_client::{ErpFilesClient, ErrorCode, FileId};
use serde_json::{Value, json};

use crate::support::store::OneUpload;
use crate::support::{Ended, NAME};

const LISTED: &str = r#"[{"Id":5,"FileName":"result.pdf"}]"#;

/// The answers to each step in order. The last one is repeated.
struct Erp {
    initialize: Vec<u16>,
    list: Vec<&'static str>,
    /// The storage's answer at the saved URL.
    kept: u16,
    /// 0: no connection.
    finalize: Vec<u16>,
}

impl Erp {
    /// All goes well, and there are no files.
    fn new() -> Self {
        Self {
            initialize: vec![200],
            list: vec!["[]"],
            kept: 201,
            finalize: vec![200],
        }
    }

    fn answer(&mut self, request: &FakeRequest) -> FakeAnswer {
        match step(request) {
            "list" => FakeAnswer::json(next(&mut self.list)),
            "initialize" => match next(&mut self.initialize) {
                200 => FakeAnswer::json(r#""https://storage.example/new?sig=EXAMPLE""#),
                status => FakeAnswer::status(status),
            },
            "transfer to kept" => FakeAnswer::status(self.kept),
            "finalize" => match next(&mut self.finalize) {
                0 => FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused)),
                status => FakeAnswer::status(status),
            },
            _ => FakeAnswer::status(200),
        }
    }
}

fn next<T: Copy>(answers: &mut Vec<T>) -> T {
    match answers.len() {
        1 => answers[0],
        _ => answers.remove(0),
    }
}

fn step(request: &FakeRequest) -> &'static str {
    match (request.method.as_str(), request.target.as_str()) {
        ("GET", _) => "list",
        ("DELETE", _) => "delete",
        ("PUT", target) if target.starts_with("/kept") => "transfer to kept",
        ("PUT", _) => "transfer",
        (_, target) if target.contains("/initialize/") => "initialize",
        _ => "finalize",
    }
}

struct Run {
    outcome: Result<UploadOutcome>,
    steps: Vec<&'static str>,
    /// The state that is left in the store.
    kept: Option<Value>,
}

fn state(transferred: bool) -> Value {
    json!({
        "version": 1, "patient": "7", "analysis": "12", "name": NAME,
        "address": "https://storage.example/kept?sig=EXAMPLE", "length": 4, "fingerprint": "one",
        "sending": true, "transferred": transferred, "finalizing": transferred,
        "unsettled": false, "replaces": false,
    })
}

fn files(erp: Erp) -> (Files, Arc<FakeTransport>) {
    let erp = Mutex::new(erp);
    let network = FakeTransport::new(move |request| erp.lock().unwrap().answer(request));
    let http = HttpOptions::default().transport(Arc::clone(&network) as _);
    let client = ErpFilesClient::builder()
        .base_url("http://127.0.0.1:8080")
        .access_token("EXAMPLE-TOKEN")
        .http(http)
        .build()
        .unwrap();
    (client.files(&7.into(), &12.into()), network)
}

/// Resumes from this state, with the same content or another of the same length.
async fn resume(erp: Erp, state: Value, same: bool, on_conflict: OnConflict) -> Run {
    let (files, network) = files(erp);
    let store = OneUpload::holding(&state);
    let outcome = files
        .upload(NAME, Body::from("%PDF"))
        .fingerprint(if same { "one" } else { "another" })
        .on_conflict(on_conflict)
        .resumable(&store)
        .await;
    Run {
        outcome,
        steps: network.requests().iter().map(step).collect(),
        kept: store.kept(),
    }
}

impl Run {
    #[track_caller]
    fn is(&self, outcome: Ended, steps: &[&str]) {
        assert_eq!(self.steps, steps);
        assert_eq!(*self.outcome.as_ref().unwrap(), outcome);
        assert!(self.kept.is_none());
    }

    #[track_caller]
    fn failed(&self, code: Option<ErrorCode>, steps: &[&str]) {
        assert_eq!(self.steps, steps);
        let error = self.outcome.as_ref().unwrap_err();
        assert_eq!(ErrorCode::of(error), code, "{error}");
    }
}

fn uploaded() -> Ended {
    Ended::uploaded(Some(FileId::from(5)))
}

#[tokio::test]
async fn transferred_and_finished() {
    let erp = Erp {
        list: vec![LISTED],
        ..Erp::new()
    };
    let run = resume(erp, state(true), true, OnConflict::Error).await;
    run.is(uploaded(), &["list"]);
}

#[tokio::test]
async fn transferred_and_not_finished() {
    let erp = Erp {
        list: vec!["[]", LISTED],
        ..Erp::new()
    };
    let run = resume(erp, state(true), true, OnConflict::Error).await;
    run.is(uploaded(), &["list", "finalize", "list"]);
}

#[tokio::test]
async fn not_transferred() {
    let erp = Erp {
        list: vec!["[]", LISTED],
        ..Erp::new()
    };
    let run = resume(erp, state(false), true, OnConflict::Error).await;
    run.is(
        uploaded(),
        &["list", "transfer to kept", "finalize", "list"],
    );
}

/// Another content of the same length: what was transferred is not taken for it.
#[tokio::test]
async fn another_content_is_transferred_again() {
    let erp = Erp {
        list: vec!["[]", LISTED],
        ..Erp::new()
    };
    let run = resume(erp, state(true), false, OnConflict::Error).await;
    run.is(
        uploaded(),
        &["list", "transfer to kept", "finalize", "list"],
    );
}

#[tokio::test]
async fn another_content_than_the_finished_one_is_a_conflict() {
    let erp = || Erp {
        list: vec![LISTED],
        initialize: vec![409, 200],
        ..Erp::new()
    };
    let conflict = ["list", "initialize", "list"];
    let run = resume(erp(), state(true), false, OnConflict::Error).await;
    run.failed(Some(ErrorCode::FileExists), &conflict);
    assert!(run.kept.is_none());

    let run = resume(erp(), state(true), false, OnConflict::Skip).await;
    run.is(Ended::skipped(Some(FileId::from(5))), &conflict);

    let run = resume(erp(), state(true), false, OnConflict::Replace).await;
    let replaced = Ended::replaced(Some(FileId::from(5)));
    let rest = ["delete", "initialize", "transfer", "finalize", "list"];
    run.is(replaced, &[&conflict[..], &rest].concat());
}

#[tokio::test]
async fn an_address_that_the_storage_refuses() {
    for status in [401, 403, 404, 410] {
        let erp = Erp {
            list: vec!["[]", LISTED],
            kept: status,
            ..Erp::new()
        };
        let run = resume(erp, state(false), true, OnConflict::Error).await;
        let again = ["initialize", "transfer", "finalize", "list"];
        let kept = ["list", "transfer to kept"];
        run.is(uploaded(), &[&kept[..], &again].concat());
    }
    // Another URL would not help. What is there later is ours only if this content was sent before.
    for (sending, same) in [(true, true), (true, false), (false, true), (false, false)] {
        let erp = Erp {
            kept: 413,
            ..Erp::new()
        };
        let mut state = state(false);
        state["sending"] = sending.into();
        let run = resume(erp, state, same, OnConflict::Error).await;
        run.failed(None, &["list", "transfer to kept"]);
        let kept = &run.kept.unwrap()["sending"];
        assert_eq!(*kept, sending && same, "{sending} {same}");
    }
}

/// `a-refused-finalize-sends-the-file-again`: what was transferred may no longer be there, and the
/// status of that is not known.
#[tokio::test]
async fn what_is_not_finalized_is_transferred_again() {
    for status in [400, 404, 409, 422] {
        let erp = Erp {
            list: vec!["[]", "[]", LISTED],
            finalize: vec![status, 200],
            ..Erp::new()
        };
        let run = resume(erp, state(true), true, OnConflict::Error).await;
        let again = ["transfer to kept", "finalize", "list"];
        run.is(
            uploaded(),
            &[&["list", "finalize", "list"][..], &again].concat(),
        );
    }
    // The refusal is not about the file.
    for finalize in [vec![401], vec![403]] {
        let erp = Erp {
            finalize,
            ..Erp::new()
        };
        let run = resume(erp, state(true), true, OnConflict::Error).await;
        run.failed(None, &["list", "finalize"]);
        assert_eq!(run.kept, Some(state(true)));
    }
}

#[tokio::test]
async fn an_upload_that_the_erp_has_forgotten() {
    for status in [404, 409] {
        let erp = Erp {
            list: vec!["[]", "[]", "[]", LISTED],
            finalize: vec![status, status, 200],
            ..Erp::new()
        };
        let run = resume(erp, state(true), true, OnConflict::Error).await;
        let kept = [
            "list",
            "finalize",
            "list",
            "transfer to kept",
            "finalize",
            "list",
        ];
        let again = ["initialize", "transfer", "finalize", "list"];
        run.is(uploaded(), &[&kept[..], &again].concat());
    }
}

/// The earlier process's finalize was still on its way during the list request.
#[tokio::test]
async fn a_finalize_of_before_that_acts_late() {
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        for status in [400, 404, 409] {
            let erp = Erp {
                list: vec!["[]", LISTED],
                finalize: vec![status],
                initialize: vec![409],
                ..Erp::new()
            };
            let run = resume(erp, state(true), true, on_conflict).await;
            run.is(uploaded(), &["list", "finalize", "list"]);
        }
    }
}

/// Transferred, but never finalized: a listed file is somebody else's.
#[tokio::test]
async fn a_file_that_was_never_finalized_is_not_ours() {
    let never = || {
        let mut state = state(true);
        state["finalizing"] = json!(false);
        state
    };
    let erp = || Erp {
        list: vec![LISTED],
        initialize: vec![409],
        ..Erp::new()
    };
    let conflict = ["list", "initialize", "list"];
    let run = resume(erp(), never(), true, OnConflict::Error).await;
    run.failed(Some(ErrorCode::FileExists), &conflict);
    let run = resume(erp(), never(), true, OnConflict::Skip).await;
    let skipped = Ended::skipped(Some(FileId::from(5)));
    run.is(skipped, &conflict);
}

/// The state says whether a finalize was sent.
#[tokio::test]
async fn a_finalize_that_was_not_sent_is_kept_as_such() {
    for (status, finalizing) in [(0, false), (400, true), (404, true), (500, true)] {
        let (files, _) = files(Erp {
            finalize: vec![status],
            ..Erp::new()
        });
        let store = OneUpload::empty();
        let once = CallOptions::default().max_attempts(1);
        let upload = files.upload(NAME, Body::from("%PDF"));
        let ended = upload.options(once).resumable(&store).await;
        assert!(ended.is_err());
        let kept = store.kept().unwrap();
        assert_eq!(kept["transferred"], true);
        assert_eq!(kept["finalizing"], finalizing);
        assert_eq!(kept["unsettled"], status == 500);
    }
}

/// The name is reserved, and there is no other URL: the state is kept, since it is all there is.
#[tokio::test]
async fn an_upload_that_cannot_be_taken_up_is_kept() {
    let erp = Erp {
        initialize: vec![409],
        finalize: vec![409],
        ..Erp::new()
    };
    let run = resume(erp, state(true), true, OnConflict::Error).await;
    let kept = [
        "list",
        "finalize",
        "list",
        "transfer to kept",
        "finalize",
        "list",
    ];
    run.failed(
        Some(ErrorCode::UnfinishedUpload),
        &[&kept[..], &["initialize", "list"]].concat(),
    );
    assert_eq!(run.kept, Some(state(true)));
}

/// The name would stay taken.
#[tokio::test]
async fn nothing_is_begun_for_what_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.pdf");
    std::fs::write(&path, "%PDF").unwrap();
    let body = Body::from_path(&path).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let (files, network) = files(Erp::new());
    let error = files.upload("result.pdf", body).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
    assert_eq!(network.count(), 0);
}
