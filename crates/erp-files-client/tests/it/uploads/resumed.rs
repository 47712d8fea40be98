//! Uploads that another process resumes, after whatever step the first one ended.

use std::sync::Arc;

use common_http::transport::FakeAnswer;
use common_http::{Body, CallOptions, Delivery, ErrorKind, ForeignHosts};
use erp_files_client::files::{OnConflict, Upload};
use erp_files_client::sandbox::{Fault, RepeatedInitialize, Sandbox, Settings};
use erp_files_client::{ErrorCode, FileId};
use http::StatusCode;
use serde_json::Value;

use super::state::state;
use crate::support::store::OneUpload;
use crate::support::{
    Ended, NAME, Op, PDF, builder, client, eager, files, network, on, seen, started, steps,
};
use Op::{Finalize, Initialize, List, Transfer};

const OTHER: &str = "%PDF-1.4 EXAMPLE of another";

/// A sandbox at which an upload ended at this step, and the store that has its state.
async fn ended_at(step: Op, settings: Settings) -> (Sandbox, Arc<OneUpload>) {
    let sandbox = started(settings).await;
    let store = OneUpload::empty();
    let refused = Fault::status(StatusCode::BAD_REQUEST);
    sandbox.fail_next(step.id(), refused).unwrap();
    let upload = files(&client(&sandbox, eager())).upload(NAME, Body::from(PDF));
    let error = upload.resumable(&store).await.unwrap_err();
    assert_eq!(error.operation(), Some(step.id()));
    sandbox.clear_requests();
    assert!(store.kept().is_some());
    (sandbox, store)
}

/// The upload in another process.
fn resume(sandbox: &Sandbox, store: &Arc<OneUpload>) -> Upload {
    let upload = files(&client(sandbox, eager())).upload(NAME, Body::from(PDF));
    upload.resumable(store)
}

/// The operations that the ERP got, without token requests, and the number of transfers.
fn asked(sandbox: &Sandbox) -> (Vec<Op>, usize) {
    let at_erp = sandbox
        .requests()
        .into_iter()
        .filter(|request| request.address == 0)
        .filter_map(|request| request.operation);
    let op = |id: &str| Op::ALL.into_iter().find(|op| op.id() == id).unwrap();
    let ops = at_erp.map(op).filter(|op| *op != Op::Token).collect();
    (ops, sandbox.count(Transfer.id()))
}

fn contents(sandbox: &Sandbox) -> Vec<String> {
    let files = sandbox.files("7", "12").into_iter();
    files
        .map(|file| String::from_utf8(sandbox.stored_bytes(&file.id).unwrap().to_vec()).unwrap())
        .collect()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_ended() {
    for (step, transfers) in [(Transfer, 1), (Finalize, 0)] {
        let (sandbox, store) = ended_at(step, Settings::default()).await;
        let outcome = resume(&sandbox, &store).await.unwrap();
        assert_eq!(outcome, Ended::uploaded(Some(FileId::from(1))));
        assert_eq!(asked(&sandbox), (vec![List, Finalize, List], transfers));
        assert_eq!(contents(&sandbox), [PDF]);
        assert!(store.kept().is_none());
    }
}

/// The first process ended between the answer to finalize and the removal of its state.
#[tokio::test]
async fn an_upload_that_turns_out_finished_ends_well() {
    let (sandbox, store) = ended_at(Finalize, Settings::default()).await;
    files(&sandbox.client())
        .finalize(NAME)
        .send()
        .await
        .unwrap();
    sandbox.clear_requests();
    let outcome = resume(&sandbox, &store).send().await.unwrap();
    assert_eq!(outcome, Ended::uploaded(Some(FileId::from(1))));
    assert_eq!(asked(&sandbox), (vec![List], 0));
}

#[tokio::test]
async fn an_address_that_has_expired_is_asked_for_again() {
    let (sandbox, store) = ended_at(Transfer, Settings::default()).await;
    sandbox.expire_addresses();
    let outcome = resume(&sandbox, &store).send().await.unwrap();
    assert_eq!(outcome, Ended::uploaded(Some(FileId::from(1))));
    assert_eq!(asked(&sandbox), (vec![List, Initialize, Finalize, List], 2));
    assert_eq!(contents(&sandbox), [PDF]);
}

/// The name is reserved and the URL is of no use. No program can do anything, so the state is kept.
#[tokio::test]
async fn one_that_has_expired_under_a_reserved_name_is_unfinished() {
    let reserved = || Settings {
        repeated_initialize: RepeatedInitialize::Conflict,
        ..Settings::default()
    };
    let (sandbox, store) = ended_at(Transfer, reserved()).await;
    sandbox.expire_addresses();
    let error = resume(&sandbox, &store).await.unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::UnfinishedUpload));
    assert_eq!(asked(&sandbox), (vec![List, Initialize, List], 1));
    assert!(store.kept().is_some() && contents(&sandbox).is_empty());
    // A URL that has not expired is of use under a reserved name, too.
    let (sandbox, store) = ended_at(Transfer, reserved()).await;
    resume(&sandbox, &store).send().await.unwrap();
    assert_eq!(contents(&sandbox), [PDF]);
}

/// Somebody else has uploaded a file of the name meanwhile. The saved URL may lead to where that
/// file is stored, so nothing is sent there, and the conflict is settled like any other.
#[tokio::test]
async fn a_name_that_was_finished_meanwhile_is_a_conflict() {
    for (on_conflict, outcome, content) in [
        (OnConflict::Error, None, OTHER),
        (
            OnConflict::Skip,
            Some(Ended::skipped(Some(FileId::from(1)))),
            OTHER,
        ),
        (
            OnConflict::Replace,
            Some(Ended::replaced(Some(FileId::from(2)))),
            PDF,
        ),
    ] {
        let (sandbox, store) = ended_at(Transfer, Settings::default()).await;
        files(&sandbox.client())
            .upload(NAME, Body::from(OTHER))
            .send()
            .await
            .unwrap();
        sandbox.clear_requests();
        let resumed = resume(&sandbox, &store)
            .on_conflict(on_conflict)
            .send()
            .await;
        match outcome {
            Some(outcome) => assert_eq!(resumed.unwrap(), outcome),
            None => assert_eq!(
                ErrorCode::of(&resumed.unwrap_err()),
                Some(ErrorCode::FileExists)
            ),
        }
        assert_eq!(contents(&sandbox), [content], "{on_conflict:?}");
    }
}

/// The ERP has forgotten the upload, at whatever step that shows.
#[tokio::test]
async fn a_name_that_the_erp_no_longer_knows_starts_anew() {
    for (step, finalizes) in [(Transfer, 1), (Finalize, 2)] {
        for status in [404, 409] {
            let (sandbox, store) = ended_at(step, Settings::default()).await;
            for _ in 0..finalizes {
                let forgotten = Fault::status(StatusCode::from_u16(status).unwrap());
                sandbox.fail_next(Finalize.id(), forgotten).unwrap();
            }
            let outcome = resume(&sandbox, &store).send().await.unwrap();
            assert_eq!(outcome, Ended::uploaded(Some(FileId::from(1))));
            // After an earlier finalize, the list is read whatever the answer to the next one.
            let refused = match step {
                Transfer => vec![Finalize],
                _ => vec![Finalize, List, Finalize, List],
            };
            let steps = [vec![List], refused, vec![Initialize, Finalize, List]].concat();
            assert_eq!(asked(&sandbox), (steps, 2));
            assert_eq!(contents(&sandbox), [PDF]);
        }
    }
}

fn holding(name: &str, value: &str) -> Arc<OneUpload> {
    let mut state = state();
    state[name] = Value::from(value);
    OneUpload::holding(&state)
}

/// A URL from a saved state is trusted no more than one from the vendor.
#[tokio::test]
async fn a_state_leads_only_where_an_address_may() {
    for (address, kind) in [
        ("http://storage.example/x?sig=EXAMPLE", ErrorKind::Config),
        ("https://10.1.2.3/x?sig=EXAMPLE", ErrorKind::Config),
        ("https://elsewhere.example/x?sig=EXAMPLE", ErrorKind::Config),
        (
            "https://storage.example/../x?sig=EXAMPLE",
            ErrorKind::Decode,
        ),
    ] {
        let erp =
            network(|op, _| (op == List).then(|| common_http::transport::FakeAnswer::json("[]")));
        let hosts = ForeignHosts::default().only(["storage.example"]);
        let client = builder(&erp).upload_hosts(hosts).build().unwrap();
        let upload = files(&client).upload(NAME, Body::from(PDF));
        let upload = upload.resumable(&holding("address", address));
        let error = upload.await.unwrap_err();
        let is = (error.kind(), error.operation(), error.delivery());
        assert_eq!(
            is,
            (kind, Some(Transfer.id()), Delivery::Answered),
            "{address}"
        );
        assert!(steps(&erp).iter().all(|step| *step == List));
        assert!(!format!("{error} {error:?}").contains("sig="));
    }
}

#[tokio::test]
async fn a_state_of_another_upload_is_refused() {
    for name in ["patient", "analysis", "name"] {
        let erp = network(|_, _| None);
        let upload = files(&crate::support::on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.resumable(&holding(name, "99")).await.unwrap_err();
        assert_eq!((error.kind(), erp.count()), (ErrorKind::InvalidInput, 0));
    }
}

/// `it-exists-already-after-a-lost-answer-is-ours`: the attempt in doubt was another process's.
#[tokio::test]
async fn what_an_earlier_process_stored_is_not_stored_again() {
    let sandbox = started(Settings {
        create_only: true,
        ..Settings::default()
    })
    .await;
    let files = files(&client(&sandbox, eager()));
    let store = OneUpload::empty();
    let upload = |fingerprint: &str| {
        let upload = files.upload(NAME, Body::from(PDF)).fingerprint(fingerprint);
        upload.resumable(&store)
    };
    // Stored, and its answer lost.
    let once = CallOptions::default().max_attempts(1);
    let fault = Fault::ResetAfterRequest;
    sandbox.fail_next("erp.files.transfer", fault).unwrap();
    assert!(upload("one").options(once).await.is_err());
    assert_eq!(store.kept().unwrap()["sending"], true);
    assert_eq!(upload("one").await.unwrap().as_str(), "uploaded");
    assert_eq!(sandbox.count("erp.files.initialize"), 1);
    assert_eq!(store.kept(), None);
}

/// A refusal leaves nothing in doubt, so what exists later is not ours.
#[tokio::test]
async fn what_was_refused_is_not_in_doubt_later() {
    let erp = network(|op, _| (op == Op::Transfer).then(|| FakeAnswer::status(409)));
    let store = OneUpload::empty();
    for _ in 0..2 {
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.resumable(&store).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(store.kept().unwrap()["sending"], false);
    }
}

/// It is kept, so that a second run can confirm it.
#[tokio::test(start_paused = true)]
async fn an_unconfirmed_upload_is_confirmed_by_a_second_run() {
    let erp = network(|op, nth| (op == Op::List && nth <= 3).then(|| FakeAnswer::json("[]")));
    let store = OneUpload::empty();
    let upload = || {
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        upload.resumable(&store)
    };
    assert_eq!(upload().await.unwrap().as_str(), "unconfirmed");
    assert_eq!(upload().await.unwrap().as_str(), "uploaded");
    assert_eq!(store.kept(), None);
    assert_eq!(seen(&erp, Op::Finalize).len(), 1);
}

/// A file that was changed is another content, also of the same length.
#[tokio::test]
async fn a_file_that_was_changed_since_is_transferred_again() {
    let (folder, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start().await.unwrap(),
    );
    let path = folder.path().join(NAME);
    std::fs::write(&path, PDF).unwrap();
    let store = OneUpload::empty();
    let upload = async || {
        let body = Body::from_path(&path).await.unwrap();
        let upload = files(&client(&sandbox, eager())).upload(NAME, body);
        upload.resumable(&store).await
    };
    let refused = Fault::status(StatusCode::BAD_REQUEST);
    sandbox.fail_next(Finalize.id(), refused).unwrap();
    upload().await.unwrap_err();
    let corrected = PDF.replace("synthetic", "CHANGED 1");
    assert_eq!(corrected.len(), PDF.len());
    std::fs::write(&path, &corrected).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    upload().await.unwrap();
    assert_eq!(contents(&sandbox), [corrected]);
}
