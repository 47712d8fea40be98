//! A storage whose signed URLs may create a file but not overwrite one.

use common_http::transport::{FakeAnswer, TransportError};
use common_http::{Body, Delivery, ErrorKind};
use erp_files_client::sandbox::{Fault, Settings, StorageKind};
use std::time::Duration;

use crate::support::{NAME, Op, PDF, client, eager, files, network, on, seen, started, target};

fn xml(code: &str) -> String {
    if code.is_empty() {
        return String::new();
    }
    format!("<Error><Code>{code}</Code><Message>texto</Message></Error>")
}

/// How often it was sent, and how it ended, if the storage answers this to every attempt after the first.
async fn repeated(status: u16, code: &'static str, first: fn() -> FakeAnswer) -> (usize, bool) {
    let erp = network(move |op, nth| match (op, nth) {
        (Op::Transfer, 1) => Some(first()),
        (Op::Transfer, _) => Some(FakeAnswer::status(status).chunk(Duration::ZERO, xml(code))),
        _ => None,
    });
    let sent = files(&on(&erp))
        .transfer(&target().await, Body::from(PDF))
        .await;
    (seen(&erp, Op::Transfer).len(), sent.is_ok())
}

const THERE: [(u16, &str); 9] = [
    (403, "UnauthorizedBlobOverwrite"),
    (409, ""),
    (409, "BlobAlreadyExists"),
    (409, "BlobImmutableDueToPolicy"),
    (409, "EXAMPLE-UNLISTED"),
    (412, ""),
    (412, "PreconditionFailed"),
    (412, "ConditionNotMet"),
    (412, "TargetConditionNotMet"),
];

/// `it-exists-already-after-a-lost-answer-is-ours`.
#[tokio::test(start_paused = true)]
async fn what_exists_after_a_lost_answer_is_ours() {
    let in_doubt: [fn() -> FakeAnswer; 3] = [
        || FakeAnswer::error(TransportError::Interrupted),
        || FakeAnswer::status(500),
        FakeAnswer::never,
    ];
    for (status, code) in THERE {
        for first in in_doubt {
            assert_eq!(repeated(status, code, first).await, (2, true), "{code}");
        }
    }
    // These are about something else.
    for (status, code) in [
        (403, ""),
        (403, "AccessDenied"),
        (403, "AuthenticationFailed"),
        (409, "InvalidBlobType"),
        (409, "ContainerBeingDeleted"),
        (412, "LeaseIdMissing"),
        (404, ""),
    ] {
        let (sent, is_done) = repeated(status, code, in_doubt[0]).await;
        assert_eq!((sent, is_done), (2, false), "{code}");
    }
}

/// Somebody else's, or an earlier one of ours: nothing of this one has arrived.
#[tokio::test(start_paused = true)]
async fn what_exists_without_an_attempt_in_doubt_is_an_error() {
    let not_sent: fn() -> FakeAnswer =
        || FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused));
    let throttled: fn() -> FakeAnswer = || FakeAnswer::status(429);
    for (status, code) in THERE {
        for first in [not_sent, throttled] {
            assert_eq!(repeated(status, code, first).await, (2, false), "{code}");
        }
        let erp = network(move |op, _| {
            let answer = || FakeAnswer::status(status).chunk(Duration::ZERO, xml(code));
            (op == Op::Transfer).then(answer)
        });
        let transfer = files(&on(&erp)).transfer(&target().await, Body::from(PDF));
        let error = transfer.await.unwrap_err();
        let expected = match status {
            403 => ErrorKind::PermissionDenied,
            409 => ErrorKind::Conflict,
            _ => ErrorKind::Rejected,
        };
        assert_eq!(
            (error.kind(), error.attempts(), error.delivery()),
            (expected, 1, Delivery::Answered)
        );
    }
}

/// The whole upload, at the sandbox's storages.
#[tokio::test]
async fn an_upload_whose_transfer_was_lost_goes_on_to_finalize() {
    for storage in [StorageKind::Azure, StorageKind::S3] {
        let sandbox = started(Settings {
            storage,
            create_only: true,
            ..Settings::default()
        })
        .await;
        let fault = Fault::ResetAfterRequest;
        sandbox.fail_next("erp.files.transfer", fault).unwrap();
        let files = files(&client(&sandbox, eager()));
        let done = files.upload(NAME, Body::from(PDF)).await.unwrap();
        assert_eq!(done.as_str(), "uploaded");
        assert_eq!(sandbox.count("erp.files.transfer"), 2);
        assert_eq!(sandbox.files("7", "12")[0].size, PDF.len() as u64);
    }
}
