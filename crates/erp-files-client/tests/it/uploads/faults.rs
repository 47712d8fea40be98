//! An upload under each fault at each step, which is then run again: never two files, never none
//! that is reported as done, and exactly one in the end.

use common_http::{Body, Delivery, Error};
use erp_files_client::ErrorCode;
use erp_files_client::files::Files;
use erp_files_client::sandbox::{Fault, NothingUploaded, RepeatedInitialize, Sandbox, Settings};
use futures_util::{StreamExt, stream};
use http::StatusCode;

use crate::support::store::OneUpload;
use crate::support::{NAME, Op, PDF, client, eager, started};
use Op::{Finalize, Initialize, List, Transfer};
use testing::time::soon;

fn faults() -> Vec<Fault> {
    let later = || Some("3600".to_owned());
    let status = |status| Fault::status(StatusCode::from_u16(status).unwrap());
    vec![
        Fault::ResetBeforeEffect,
        Fault::ResetAfterRequest,
        Fault::Garbage,
        Fault::CutBody { after: 0 },
        Fault::ContentEncoding,
        Fault::Throttled {
            retry_after: later(),
        },
        Fault::Unavailable { retry_after: None },
        status(400),
        status(403),
        status(500),
    ]
}

/// Whether the vendor acts before its answer is lost.
fn acts(fault: &Fault) -> bool {
    !matches!(
        fault,
        Fault::ResetBeforeEffect
            | Fault::Throttled { .. }
            | Fault::Unavailable { .. }
            | Fault::Status { .. }
    )
}

fn is_there(sandbox: &Sandbox, analysis: &str) -> bool {
    let files = sandbox.files("7", analysis);
    assert!(files.len() < 2, "{files:?}");
    files
        .iter()
        .all(|file| sandbox.stored_bytes(&file.id).unwrap() == PDF)
        && files.len() == 1
}

fn assert_sound(error: &Error, step: Op, sandbox: &Sandbox, what: &str) {
    assert_eq!(error.operation(), Some(step.id()), "{what}: {error}");
    let seen = sandbox.requests_for(step.id());
    match error.delivery() {
        // The whole upload: no step was sent.
        Delivery::NotSent => {
            let sent = |op: &Op| *op != Op::Token && sandbox.count(op.id()) > 0;
            assert!(!Op::ALL.iter().any(sent), "{what}");
        }
        Delivery::Answered => assert!(
            seen.iter().all(|request| request.status.is_some()),
            "{what}"
        ),
        Delivery::Unknown => assert!(!seen.is_empty(), "{what}"),
    }
}

async fn check(
    files: &Files,
    analysis: &str,
    sandbox: &Sandbox,
    step: Op,
    fault: &Fault,
    reserves: bool,
    always: bool,
) {
    let what = format!("{step:?}, {fault:?}, reserves {reserves}, always {always}");
    sandbox.clear_requests();
    if always {
        sandbox.fail_always(step.id(), fault.clone()).unwrap();
    } else {
        sandbox.fail_next(step.id(), fault.clone()).unwrap();
    }
    let store = OneUpload::empty();
    let upload = || {
        let upload = files.upload(NAME, Body::from(PDF));
        upload.resumable(&store)
    };
    let first = soon(upload().send()).await;
    match &first {
        Ok(outcome) => {
            assert_eq!(outcome.as_str(), "uploaded", "{what}");
            assert!(
                is_there(sandbox, analysis) && store.kept().is_none(),
                "{what}"
            );
        }
        Err(error) => assert_sound(error, step, sandbox, &what),
    }
    // Effectful steps are sent a second time only after a list request.
    for step in [Initialize, Finalize] {
        assert!(sandbox.count(step.id()) <= 2, "{what}");
        if sandbox.count(step.id()) == 2 {
            assert!(sandbox.count(List.id()) > 0, "{what}");
        }
    }
    sandbox.clear_faults();

    // A second run resumes if there is a state, and starts again if there is none.
    if first.is_ok() {
        return;
    }
    let second = soon(upload().send()).await;
    let lost = reserves && step == Initialize && acts(fault);
    if lost && !is_there(sandbox, analysis) {
        let error = second.unwrap_err();
        assert_eq!(
            ErrorCode::of(&error),
            Some(ErrorCode::UnfinishedUpload),
            "{what}"
        );
    } else {
        second.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(is_there(sandbox, analysis), "{what}");
        assert!(store.kept().is_none(), "{what}");
    }
}

async fn check_all(reserves: bool, nothing_uploaded: NothingUploaded, step: Op) {
    let repeated = if reserves {
        RepeatedInitialize::Conflict
    } else {
        RepeatedInitialize::NewAddress
    };
    let sandbox = started(Settings {
        repeated_initialize: repeated,
        nothing_uploaded,
        ..Settings::default()
    })
    .await;
    let mut analyses = 100..;
    for always in [false, true] {
        let client = client(&sandbox, eager());
        for fault in faults() {
            let analysis = analyses.next().unwrap().to_string();
            let files = client.files(&7.into(), &analysis.as_str().into());
            let checked = check(&files, &analysis, &sandbox, step, &fault, reserves, always);
            Box::pin(checked).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_under_any_fault_ends_with_one_file() {
    let mut checks = Vec::new();
    for reserves in [false, true] {
        for nothing_uploaded in [NothingUploaded::NotFound, NothingUploaded::Conflict] {
            for step in [Initialize, Transfer, Finalize, List] {
                checks.push(Box::pin(check_all(reserves, nothing_uploaded, step)));
            }
        }
    }
    stream::iter(checks)
        .buffer_unordered(4)
        .collect::<()>()
        .await;
}
