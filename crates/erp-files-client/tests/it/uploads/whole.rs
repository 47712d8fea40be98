//! An upload is one call to its caller: its error covers all steps.

use std::time::Duration;

use common_http::transport::{FakeAnswer, TransportError};
use common_http::{Body, CallOptions, Delivery, ErrorKind, ForeignHosts};
use erp_files_client::files::OnConflict;
use erp_files_client::{ErrorCode, FileId};

use crate::support::store::OneUpload;
use crate::support::{Ended, NAME, Op, PDF, builder, files, network, on, steps};
use Op::{Delete, Finalize, Initialize, List, Transfer};

const EMPTY: &str = "[]";
const THERE: &str = r#"[{"Id":5,"FileName":"result.pdf"}]"#;

fn no_way() -> FakeAnswer {
    FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused))
}

fn lost() -> FakeAnswer {
    FakeAnswer::error(TransportError::Interrupted)
}

/// The ERP goes away after this step, when something was sent.
#[tokio::test(start_paused = true)]
async fn what_an_earlier_step_has_sent_has_left() {
    for step in [Transfer, Finalize] {
        let erp = network(move |op, _| (op == step).then(no_way));
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.send().await.unwrap_err();
        assert_eq!(
            (error.operation(), error.kind(), error.delivery()),
            (Some(step.id()), ErrorKind::Connect, Delivery::Answered)
        );
    }
    // Nothing was sent.
    let erp = network(|op, _| (op == Initialize).then(no_way));
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    assert_eq!(
        upload.send().await.unwrap_err().delivery(),
        Delivery::NotSent
    );
}

/// The old file is gone, so the error must not say that nothing was sent.
#[tokio::test(start_paused = true)]
async fn a_replacement_that_ends_after_the_deletion() {
    for (after, delivery) in [
        (no_way as fn() -> FakeAnswer, Delivery::Answered),
        (|| FakeAnswer::status(403), Delivery::Answered),
    ] {
        let erp = network(move |op, nth| match (op, nth) {
            (Initialize, 1) => Some(FakeAnswer::status(409)),
            (Initialize, _) => Some(after()),
            (List, _) => Some(FakeAnswer::json(THERE)),
            _ => None,
        });
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload
            .on_conflict(OnConflict::Replace)
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.operation(), Some(Initialize.id()));
        assert_eq!(error.delivery(), delivery);
        assert_eq!(steps(&erp)[..3], [Initialize, List, Delete]);
    }
}

/// A lost initialize is settled by the list after a deletion, too. Otherwise the old file would be
/// gone and no new one in its place.
#[tokio::test(start_paused = true)]
async fn an_initialize_that_is_lost_after_the_deletion_is_sent_once_more() {
    let erp = network(|op, nth| match (op, nth) {
        (Initialize, 1) => Some(FakeAnswer::status(409)),
        (Initialize, 2) => Some(lost()),
        (List, 2) => Some(FakeAnswer::json(EMPTY)),
        (List, _) => Some(FakeAnswer::json(THERE)),
        _ => None,
    });
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let outcome = upload.on_conflict(OnConflict::Replace).send().await;
    assert_eq!(outcome.unwrap(), Ended::replaced(Some(FileId::from(5))));
    let settled = [Initialize, List, Delete, Initialize, List, Initialize];
    assert_eq!(
        steps(&erp),
        [&settled[..], &[Transfer, Finalize, List]].concat()
    );

    // Somebody else was faster: their file is not deleted.
    let erp = network(|op, nth| match (op, nth) {
        (Initialize, 1) => Some(FakeAnswer::status(409)),
        (Initialize, _) => Some(lost()),
        (List, _) => Some(FakeAnswer::json(THERE)),
        _ => None,
    });
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let ended = upload.on_conflict(OnConflict::Replace).send().await;
    assert_eq!(
        ErrorCode::of(&ended.unwrap_err()),
        Some(ErrorCode::FileExists)
    );
    assert_eq!(steps(&erp), settled[..5]);
}

/// The error is a conflict, with nothing of the lost answer in it.
#[tokio::test(start_paused = true)]
async fn a_conflict_that_only_the_list_tells_has_no_status() {
    let erp = network(|op, nth| match (op, nth) {
        (Initialize, 1) => Some(FakeAnswer::status(502)),
        (List, _) => Some(FakeAnswer::json(THERE)),
        _ => None,
    });
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let error = upload.send().await.unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::FileExists));
    assert_eq!(
        (error.kind(), error.status(), error.delivery()),
        (ErrorKind::Conflict, None, Delivery::Answered)
    );
    assert_eq!(error.operation(), Some(Initialize.id()));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_does_not_hide_the_conflict() {
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        let erp = network(|op, _| match op {
            Initialize => Some(FakeAnswer::status(409)),
            List => Some(FakeAnswer::status(500)),
            _ => None,
        });
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.on_conflict(on_conflict).send().await.unwrap_err();
        assert_eq!(
            (error.operation(), error.kind(), ErrorCode::of(&error)),
            (Some(Initialize.id()), ErrorKind::Conflict, None)
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(409));
        assert!(error.to_string().contains("list"), "{error}");
    }
}

/// A URL that the settings refuse: if names are reserved, there is no second one.
#[tokio::test(start_paused = true)]
async fn an_address_that_is_refused_is_kept() {
    let private = r#""https://10.255.255.1/result.pdf?sig=EXAMPLE""#;
    let inside = || {
        network(move |op, nth| match (op, nth) {
            (Initialize, 1) => Some(FakeAnswer::json(private)),
            (Initialize, _) => Some(FakeAnswer::status(409)),
            (List, 1) => Some(FakeAnswer::json(EMPTY)),
            (List, _) => Some(FakeAnswer::json(THERE)),
            _ => None,
        })
    };
    let erp = inside();
    let store = OneUpload::empty();
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let error = upload.resumable(&store).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Config, Some(Initialize.id()))
    );
    assert_eq!(steps(&erp), [Initialize]);

    // With other settings.
    let erp = inside();
    let hosts = ForeignHosts::default().allow_private(true);
    let client = builder(&erp).upload_hosts(hosts).build().unwrap();
    let resumed = files(&client).upload(NAME, Body::from(PDF));
    let outcome = resumed.resumable(&store).await.unwrap();
    assert_eq!(outcome, Ended::uploaded(Some(FileId::from(5))));
    assert_eq!(steps(&erp), [List, Transfer, Finalize, List]);
    assert!(store.kept().is_none());
}

/// A URL that cannot be sent as it is, is of no use with other settings either.
#[tokio::test(start_paused = true)]
async fn an_address_that_cannot_be_used_is_not_kept() {
    for answer in [r#""https://storage.example/../x?sig=EXAMPLE""#, "{}"] {
        let erp = network(move |op, _| (op == Initialize).then(|| FakeAnswer::json(answer)));
        let store = OneUpload::empty();
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.resumable(&store).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(store.kept().is_none());
    }
}

/// From whatever is saved when a step fails, a second run succeeds.
#[tokio::test(start_paused = true)]
async fn a_failure_leaves_the_state_in_the_store() {
    for (step, is_kept) in [(Initialize, false), (Transfer, true), (Finalize, true)] {
        let erp = network(move |op, nth| match (op, nth) {
            (op, 1..=3) if op == step => Some(FakeAnswer::status(500)),
            (List, 1) => Some(FakeAnswer::json(EMPTY)),
            (List, 2) if step == Finalize => Some(FakeAnswer::json(EMPTY)),
            _ => None,
        });
        let (files, store) = (files(&on(&erp)), OneUpload::empty());
        let upload = || {
            let upload = files.upload(NAME, Body::from(PDF));
            upload.resumable(&store)
        };
        let error = upload().await.unwrap_err();
        assert_eq!(error.operation(), Some(step.id()));
        assert_eq!(store.kept().is_some(), is_kept, "{step:?}");
        for secret in ["sig=", NAME, "storage.example"] {
            assert!(!format!("{error:?} {error}").contains(secret));
        }
        if is_kept {
            assert_eq!(upload().await.unwrap().as_str(), "uploaded");
        }
    }
    // A state that was there is not lost when the list cannot be read.
    let erp = network(|op, _| (op == Finalize || op == List).then(|| FakeAnswer::status(500)));
    let (files, store) = (files(&on(&erp)), OneUpload::empty());
    let upload = || {
        let upload = files.upload(NAME, Body::from(PDF));
        upload.resumable(&store)
    };
    upload().await.unwrap_err();
    let state = store.kept();
    assert!(state.is_some());
    let error = upload().await.unwrap_err();
    assert_eq!((error.operation(), store.kept()), (Some(List.id()), state));
    // Nothing is kept if there is nothing to resume.
    let erp = network(|op, _| (op == Initialize).then(|| FakeAnswer::status(409)));
    let store = OneUpload::empty();
    let upload = crate::support::files(&on(&erp)).upload(NAME, Body::from(PDF));
    let error = upload.resumable(&store).await.unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::FileExists));
    assert_eq!(store.kept(), None);
}

/// The options are those of each step, and so is the deadline.
#[tokio::test(start_paused = true)]
async fn the_options_reach_every_step() {
    for step in [Initialize, Transfer, Finalize, List, Delete] {
        let erp = network(move |op, nth| match (op, nth) {
            (op, _) if op == step => Some(FakeAnswer::never()),
            (List, _) if step == Finalize => Some(FakeAnswer::json(EMPTY)),
            (Initialize, 1) if matches!(step, List | Delete) => Some(FakeAnswer::status(409)),
            _ => None,
        });
        let upload = files(&on(&erp))
            .upload(NAME, Body::from(PDF))
            .on_conflict(OnConflict::Replace)
            .options(CallOptions::default().deadline(Duration::from_secs(5)));
        let started = tokio::time::Instant::now();
        assert!(upload.send().await.is_err(), "{step:?}");
        // A lost finalize is looked up and sent again, for five more seconds.
        assert!(started.elapsed() <= Duration::from_secs(11), "{step:?}");
    }
    let erp = network(|op, _| {
        (op == Initialize).then(|| FakeAnswer::status(503).header("retry-after", "0"))
    });
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let once = upload.options(CallOptions::default().max_attempts(1));
    assert!(once.send().await.is_err());
    assert_eq!(steps(&erp), [Initialize]);
}

/// Progress counts the bytes of the file, and nothing else.
#[tokio::test(start_paused = true)]
async fn progress_is_the_transfers() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let erp = network(|_, _| None);
    let options = CallOptions::default().on_progress(move |progress| {
        let _ = sender.send((progress.sent, progress.total));
    });
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    upload.options(options).send().await.unwrap();
    let length = PDF.len() as u64;
    assert!(receiver.iter().all(|(_, total)| total == Some(length)));
}
