//! An expired URL has another code than a wrong one.

use std::time::Duration;

use common_http::transport::FakeAnswer;
use common_http::{Body, Delivery, Error, ErrorKind};
use erp_files_client::ErrorCode;
use erp_files_client::sandbox::{Settings, StorageKind};

use crate::support::{NAME, Op, PDF, files, network, on, started, target_of};

#[track_caller]
fn assert_expired(error: &Error) {
    let expected = (
        ErrorKind::PermissionDenied,
        Some(ErrorCode::UploadUrlExpired),
    );
    assert_eq!((error.kind(), ErrorCode::of(error)), expected, "{error}");
    assert_eq!(
        (error.attempts(), error.delivery()),
        (1, Delivery::Answered)
    );
    assert!(error.to_string().contains("the signed URL has expired"));
}

/// With the error texts of Azure and of S3.
#[tokio::test]
async fn as_each_storage_says_it() {
    for kind in [StorageKind::Azure, StorageKind::S3] {
        let sandbox = started(Settings {
            storage: kind,
            address_life: Duration::from_secs(3600),
            ..Settings::default()
        })
        .await;
        let files = files(&sandbox.client());
        let target = files.initialize(NAME).send().await.unwrap();
        sandbox.expire_addresses();
        let error = files
            .transfer(&target, Body::from(PDF))
            .send()
            .await
            .unwrap_err();
        assert_expired(&error);
        assert!(!error.body().is_empty());
        // Another URL is all that is needed.
        let target = files.initialize(NAME).send().await.unwrap();
        files
            .transfer(&target, Body::from(PDF))
            .send()
            .await
            .unwrap();
    }
}

async fn refused(address: &str, status: u16, body: &'static str) -> Error {
    let target = target_of(address).await;
    let answer = move || FakeAnswer::status(status).chunk(Duration::ZERO, body);
    let erp = network(move |op, _| (op == Op::Transfer).then(answer));
    let transfer = files(&on(&erp)).transfer(&target, Body::from(PDF));
    transfer.send().await.unwrap_err()
}

const PAST: [&str; 2] = [
    "https://storage.example/x?sv=1&se=2020-01-02T03%3A04%3A05Z&sig=x",
    "https://storage.example/x?X-Amz-Date=20200102T030405Z&X-Amz-Expires=900&X-Amz-Signature=x",
];
const FUTURE: [&str; 3] = [
    "https://storage.example/x?sv=1&se=9998-01-02T03%3A04%3A05Z&sig=x",
    "https://storage.example/x?X-Amz-Date=20200102T030405Z&X-Amz-Expires=99999999999&X-Amz-Signature=x",
    "https://storage.example/x?sv=1&se=soon&sig=x",
];
const WRONG: &str = "<Error><Code>AuthenticationFailed</Code><Message>texto</Message></Error>";

/// A storage in between may say nothing, but the URL says when it expires.
#[tokio::test(start_paused = true)]
async fn by_the_time_that_the_address_names() {
    for address in PAST {
        for status in [400, 401, 403] {
            for body in ["", "<html>"] {
                assert_expired(&refused(address, status, body).await);
            }
            // The storage has a reason of its own.
            let error = refused(address, status, WRONG).await;
            assert_eq!(error.printable_code(), Some("AuthenticationFailed"));
        }
        // These have other reasons, whatever the time.
        for status in [404, 409, 411, 413, 500] {
            let error = refused(address, status, "").await;
            assert_eq!(ErrorCode::of(&error), None, "{status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_has_not_expired_is_refused_for_another_reason() {
    for address in FUTURE {
        for status in [401, 403] {
            let error = refused(address, status, WRONG).await;
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            assert_eq!(error.printable_code(), Some("AuthenticationFailed"));
            assert_eq!(error.message(), Some("texto"));
            // It is not about the ERP's scope either.
            assert!(!error.to_string().contains("scope"), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_address_the_storages_word_counts() {
    for words in [
        "Request has expired",
        "The provided token has expired.",
        "Signature not valid in the specified time frame: Start [Wed, 02 Jan 2030 03:04:05 GMT] \
         - Expiry [Wed, 02 Jan 2030 04:04:05 GMT] - Current [Wed, 02 Jan 2030 04:04:06 GMT]",
    ] {
        let body: &'static str =
            format!("<Error><Code>AccessDenied</Code><Message>{words}</Message></Error>").leak();
        for address in FUTURE {
            assert_expired(&refused(address, 403, body).await);
        }
    }
    // Without the times, and the URL has an end alone.
    let body = "<Error><Code>AuthenticationFailed</Code><Message>Signature not valid in the \
        specified time frame</Message></Error>";
    assert_expired(&refused(FUTURE[0], 403, body).await);
}

/// `a-url-that-is-not-valid-yet`: waiting helps, another URL may not.
#[tokio::test(start_paused = true)]
async fn one_that_is_not_valid_yet_is_not_called_expired() {
    let azure = "<Error><Code>AuthenticationFailed</Code><Message>texto</Message>\
        <AuthenticationErrorDetail>Signature not valid in the specified time frame: \
        Start [Wed, 02 Jan 2030 03:04:05 GMT] - Expiry [Wed, 02 Jan 2030 04:04:05 GMT] - \
        Current [Wed, 02 Jan 2030 03:04:00 GMT]</AuthenticationErrorDetail></Error>";
    let unbracketed = "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>\
        Signature not valid in the specified time frame</AuthenticationErrorDetail></Error>";
    let s3 = "<Error><Code>AccessDenied</Code><Message>Request is not yet valid</Message></Error>";
    let minio =
        "<Error><Code>AccessDenied</Code><Message>Request is not valid yet</Message></Error>";
    let starts = "https://storage.example/x?sv=1&st=9997-01-02T03%3A04Z&se=9998-01-02&sig=x";
    let dated =
        "https://storage.example/x?X-Amz-Date=99970102T030405Z&X-Amz-Expires=9&X-Amz-Signature=x";
    for (address, body) in [
        (FUTURE[0], azure),
        (PAST[0], azure),
        (starts, unbracketed),
        (FUTURE[1], s3),
        (FUTURE[1], minio),
        (starts, ""),
        (dated, ""),
    ] {
        let error = refused(address, 403, body).await;
        assert_eq!(
            (error.kind(), error.printable_code()),
            (
                ErrorKind::PermissionDenied,
                Some("upload_url_not_yet_valid")
            ),
            "{address} {body}"
        );
        assert!(!error.to_string().contains("expired"), "{error}");
    }
    // The storage has a reason of its own.
    let error = refused(starts, 403, WRONG).await;
    assert_eq!(error.printable_code(), Some("AuthenticationFailed"));
}
