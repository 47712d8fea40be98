//! The sandbox's storage: what Azure and S3 accept and refuse, with their error texts.

use std::time::Duration;

use erp_files_client::sandbox::{Fault, Sandbox, Settings, StorageKind};

use super::wire::{BLOCK, FILE, Xml as _, begin, call, put, raw, send, split, upload};
use crate::support::started;

async fn start(kind: StorageKind) -> Sandbox {
    started(Settings {
        storage: kind,
        ..Settings::default()
    })
    .await
}

#[tokio::test]
async fn azure_answers_201_and_keeps_the_bytes() {
    let sandbox = start(StorageKind::Azure).await;
    let address = begin(&sandbox, "a.pdf").await;
    let kind = ("content-type", "application/pdf");
    let got = put(&address, &[BLOCK, kind], FILE).await;
    assert_eq!((got.status, got.text()), (201, ""));
    assert!(got.header("etag").is_some() && got.header("x-ms-request-id").is_some());
    assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 200);
    let file = sandbox.files("7", "12").remove(0);
    assert_eq!(file.content_type.as_deref(), Some("application/pdf"));
    assert_eq!(
        (file.size, sandbox.stored_bytes(&file.id).unwrap()),
        (25, FILE.into())
    );
    assert_eq!(
        file.sha256,
        "3e2240e372a8e1925695c78106f3717fc7ab8a8be5ec83e5c4736b62286307ad"
    );
    upload(&sandbox, "leer.txt", b"").await;
    assert_eq!(sandbox.files("7", "12")[1].size, 0);
}

#[tokio::test]
async fn azure_wants_the_type_of_the_blob() {
    let sandbox = start(StorageKind::Azure).await;
    let address = begin(&sandbox, "a.pdf").await;
    let got = put(&address, &[], FILE).await;
    assert_eq!(got.code(), (400, "MissingRequiredHeader"));
    assert_eq!(got.header("x-ms-error-code"), Some("MissingRequiredHeader"));
    assert_eq!(got.element("HeaderName"), Some("x-ms-blob-type"));
    assert!(got.text().starts_with("\u{feff}<?xml"));
    for other in ["blockblob", "PageBlob", ""] {
        let got = put(&address, &[("x-ms-blob-type", other)], FILE).await;
        assert_eq!(got.code(), (400, "InvalidHeaderValue"), "{other}");
    }
    assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 404);
}

#[tokio::test]
async fn a_length_is_wanted_and_no_chunks() {
    for (kind, code) in [
        (StorageKind::Azure, "MissingContentLengthHeader"),
        (StorageKind::S3, "MissingContentLength"),
    ] {
        let sandbox = start(kind).await;
        let address = begin(&sandbox, "a.pdf").await;
        let (server, target) = split(&address);
        let line = format!("PUT {target}");
        let chunked = [BLOCK, ("transfer-encoding", "chunked")];
        let got = raw(server, &line, &chunked, b"4\r\n%PDF\r\n0\r\n\r\n").await;
        assert_eq!(got.code(), (411, code));
        assert_eq!(raw(server, &line, &[BLOCK], b"").await.code(), (411, code));
        assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 404);
    }
}

/// The storage would try that credential instead of the signature.
#[tokio::test]
async fn a_credential_beside_the_signature_is_refused() {
    for (kind, code) in [
        (StorageKind::Azure, (403, "AuthenticationFailed")),
        (StorageKind::S3, (400, "InvalidArgument")),
    ] {
        let sandbox = start(kind).await;
        let address = begin(&sandbox, "a.pdf").await;
        let authorization = ("authorization", "Bearer EXAMPLE.TOKEN.FIXED");
        assert_eq!(
            put(&address, &[BLOCK, authorization], FILE).await.code(),
            code
        );
    }
}

#[tokio::test]
async fn azure_says_what_is_wrong_with_an_address_beside_its_message() {
    let sandbox = start(StorageKind::Azure).await;
    sandbox.clock().freeze();
    let address = begin(&sandbox, "a.pdf").await;
    let got = put(&format!("{address}x"), &[BLOCK], FILE).await;
    assert_eq!(got.code(), (403, "AuthenticationFailed"));
    assert_eq!(
        got.element("AuthenticationErrorDetail"),
        Some("Signature did not match.")
    );
    sandbox.clock().advance(Duration::from_secs(901));
    let got = put(&address, &[BLOCK], FILE).await;
    assert_eq!(got.code(), (403, "AuthenticationFailed"));
    let message = got.element("Message").unwrap();
    assert!(
        message.starts_with("Server failed to authenticate the request.")
            && !message.contains("frame")
    );
    let detail = got.element("AuthenticationErrorDetail").unwrap();
    assert!(detail.starts_with("Signature not valid in the specified time frame: Start ["));
}

#[tokio::test]
async fn s3_answers_200_and_wants_no_header_of_azures() {
    let sandbox = start(StorageKind::S3).await;
    sandbox.clock().freeze();
    let address = begin(&sandbox, "a.pdf").await;
    let got = put(&format!("{address}0"), &[], FILE).await;
    assert_eq!(got.code(), (403, "SignatureDoesNotMatch"));
    assert!(got.text().starts_with("<?xml") && got.header("x-ms-error-code").is_none());
    for headers in [&[][..], &[BLOCK]] {
        let got = put(&address, headers, FILE).await;
        assert_eq!((got.status, got.text()), (200, ""));
    }
    assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 200);
    sandbox.clock().advance(Duration::from_secs(900));
    let got = put(&address, &[], FILE).await;
    assert_eq!(got.code(), (403, "AccessDenied"));
    assert_eq!(got.element("Message"), Some("Request has expired"));
}

#[tokio::test]
async fn a_file_sent_again_takes_the_others_place() {
    let sandbox = start(StorageKind::Azure).await;
    let address = begin(&sandbox, "a.pdf").await;
    for file in [&b"first"[..], b"second"] {
        assert_eq!(put(&address, &[BLOCK], file).await.status, 201);
    }
    assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 200);
    assert_eq!(sandbox.stored_bytes("1").unwrap(), &b"second"[..]);
}

#[tokio::test]
async fn the_plumbing_speaks_xml_here() {
    for (kind, codes) in [
        (
            StorageKind::Azure,
            [
                "RequestBodyTooLarge",
                "ResourceNotFound",
                "UnsupportedHttpVerb",
                "ServerBusy",
            ],
        ),
        (
            StorageKind::S3,
            [
                "EntityTooLarge",
                "NoSuchBucket",
                "MethodNotAllowed",
                "SlowDown",
            ],
        ),
    ] {
        let sandbox = started(Settings {
            storage: kind,
            largest_file: 30,
            ..Settings::default()
        })
        .await;
        let address = begin(&sandbox, "a.pdf").await;
        let (server, target) = split(&address);
        let got = put(&address, &[BLOCK], &[b'x'; 31]).await;
        assert_eq!(got.code(), (413, codes[0]));
        assert_eq!(
            send(server, "PUT /other", &[], b"").await.code(),
            (404, codes[1])
        );
        let got = send(server, &format!("GET {target}"), &[], b"").await;
        assert_eq!(
            (got.code(), got.header("allow")),
            ((405, codes[2]), Some("PUT"))
        );
        let busy = Fault::Unavailable {
            retry_after: Some("2".to_owned()),
        };
        sandbox.fail_next("erp.files.transfer", busy).unwrap();
        let got = put(&address, &[BLOCK], FILE).await;
        assert_eq!(
            (got.code(), got.header("retry-after")),
            ((503, codes[3]), Some("2"))
        );
        assert!(put(&address, &[BLOCK], FILE).await.status < 300);
    }
}
