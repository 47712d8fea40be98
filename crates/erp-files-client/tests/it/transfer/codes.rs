//! The storage's own codes: printed, and repeated where their owner calls them transient.

use std::time::Duration;

use common_http::transport::FakeAnswer;
use common_http::{Body, ErrorKind};

use crate::support::{Op, PDF, files, network, on, seen, target};

async fn sent(status: u16, code: &'static str) -> (usize, Option<String>) {
    let xml = format!("<Error><Code>{code}</Code><Message>texto</Message></Error>");
    let erp = network(move |op, _| {
        (op == Op::Transfer).then(|| FakeAnswer::status(status).chunk(Duration::ZERO, xml.clone()))
    });
    let transfer = files(&on(&erp)).transfer(&target().await, Body::from(PDF));
    let error = transfer.await.unwrap_err();
    let printed = error.printable_code().map(str::to_owned);
    (seen(&erp, Op::Transfer).len(), printed)
}

/// `storage-codes-that-pass`.
#[tokio::test(start_paused = true)]
async fn what_its_owner_calls_transient_is_repeated() {
    for (status, code) in [
        (400, "RequestTimeout"),
        (409, "OperationAborted"),
        (409, "ConditionalRequestConflict"),
        (400, "InternalError"),
        (503, "SlowDown"),
        (503, "ServiceUnavailable"),
        (503, "ServerBusy"),
        (500, "OperationTimedOut"),
    ] {
        assert_eq!(sent(status, code).await, (3, Some(code.to_owned())));
    }
}

#[tokio::test(start_paused = true)]
async fn the_public_codes_of_both_storages_are_printed() {
    for (status, code) in [
        (400, "InvalidArgument"),
        (400, "BadDigest"),
        (400, "AuthorizationQueryParametersError"),
        (403, "InvalidAccessKeyId"),
        (403, "AccountProblem"),
        (400, "XAmzContentSHA256Mismatch"),
        (411, "MissingContentLength"),
        (400, "Md5Mismatch"),
        (400, "OutOfRangeInput"),
        (403, "AuthorizationSourceIPMismatch"),
        (403, "UnauthorizedBlobOverwrite"),
        (409, "BlobAlreadyExists"),
        (409, "ContainerBeingDeleted"),
        (412, "LeaseIdMissing"),
        (404, "ResourceNotFound"),
    ] {
        assert_eq!(sent(status, code).await, (1, Some(code.to_owned())));
    }
    let unlisted = sent(400, "MARIA-DA-SILVA").await;
    assert_eq!(unlisted, (1, Some("unrecognised".to_owned())));
}

/// The address came from the ERP, so the base URL has nothing to do with it.
#[tokio::test(start_paused = true)]
async fn a_redirect_of_the_storage_is_not_about_the_base_url() {
    for location in ["https://elsewhere.example/a", "/a", ""] {
        let erp = network(move |op, _| {
            let moved = || FakeAnswer::status(307).header("location", location);
            (op == Op::Transfer).then(moved)
        });
        let transfer = files(&on(&erp)).transfer(&target().await, Body::from(PDF));
        let error = transfer.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        let text = error.to_string();
        assert!(text.contains("redirect"), "{text}");
        assert!(!text.contains("base URL"), "{text}");
        assert_eq!(seen(&erp, Op::Transfer).len(), 1);
    }
}
