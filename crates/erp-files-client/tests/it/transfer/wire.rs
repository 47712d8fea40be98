//! The bytes that the storage gets.

use std::time::Duration;

use common_http::{Body, CallOptions, Delivery, ErrorKind};
use erp_files_client::sandbox::{Sandbox, Settings};
use http::StatusCode;

use crate::support::storage::RawStorage;
use crate::support::{NAME, Op, PDF, files, header, network, on, only, seen, started, target};

const CREATED: &str = "HTTP/1.1 201 Created\r\nset-cookie: EXAMPLE=1\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn only_the_headers_that_are_due_go_along() {
    let storage = RawStorage::answering(CREATED).await;
    let path = "/container/result%201.pdf?sv=2030-01-01&sig=a%2Bb%2f%3D";
    let (_sandbox, files, target) = storage.target(path).await;
    // The second time, there is a cookie that could be sent.
    for _ in 0..2 {
        files
            .transfer(&target, Body::from(PDF))
            .send()
            .await
            .unwrap();
    }
    for put in storage.puts() {
        assert_eq!(
            put.head.lines().next(),
            Some(&*format!("PUT {path} HTTP/1.1"))
        );
        assert_eq!(
            put.names(),
            ["accept", "content-length", "host", "x-ms-blob-type"]
        );
        assert_eq!(put.header("accept"), Some("*/*"));
        assert_eq!(put.header("content-length"), Some(&*PDF.len().to_string()));
        assert_eq!(put.header("host"), Some(storage.host()));
        assert_eq!(put.header("x-ms-blob-type"), Some("BlockBlob"));
        assert_eq!(put.body, PDF.as_bytes());
    }
    assert_eq!(storage.puts().len(), 2);
}

/// A URL that does not look like Azure's, and a type: S3 may have signed either.
#[tokio::test]
async fn a_content_type_goes_along_where_it_is_given() {
    let storage = RawStorage::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let (_sandbox, files, target) = storage.target("/c/x?X-Amz-Signature=EXAMPLE").await;
    files
        .transfer(&target, Body::from(PDF))
        .send()
        .await
        .unwrap();
    let typed = files
        .transfer(&target, Body::from(PDF))
        .content_type("application/pdf");
    typed.send().await.unwrap();
    let puts = storage.puts();
    assert_eq!(puts[0].names(), ["accept", "content-length", "host"]);
    assert_eq!(
        puts[1].names(),
        ["accept", "content-length", "content-type", "host"]
    );
    assert_eq!(puts[1].header("content-type"), Some("application/pdf"));

    let sandbox = Sandbox::start().await.unwrap();
    let upload = crate::support::files(&sandbox.client()).upload(NAME, Body::from(PDF));
    upload.content_type("application/pdf").send().await.unwrap();
    assert_eq!(
        sandbox.files("7", "12")[0].content_type.as_deref(),
        Some("application/pdf")
    );
}

/// What may be signed is not changed, however it is written.
#[tokio::test]
async fn the_address_is_used_as_it_was_given() {
    let storage = RawStorage::answering(CREATED).await;
    for (given, sent) in [
        (
            "/c/a%20b%2Fc%7ed~e+f;g=h,i@j:k!$&*()?x=%3d&X=a%2Bb+c%20d/?e:@",
            None,
        ),
        ("//c//x?", None),
        ("/c/%E2%82%AC?sig=%e2%82%ac", None),
        (
            "/c/знімок 1.jpg?n=ї",
            Some("/c/%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%201.jpg?n=%D1%97"),
        ),
    ] {
        let (_sandbox, files, target) = storage.target(given).await;
        files
            .transfer(&target, Body::from(PDF))
            .send()
            .await
            .unwrap();
        let line = storage
            .puts()
            .last()
            .unwrap()
            .head
            .lines()
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(line, format!("PUT {} HTTP/1.1", sent.unwrap_or(given)));
    }
    // The sandbox's storage knows its URLs byte for byte.
    let sandbox = started(Settings {
        unencoded_addresses: true,
        ..Settings::default()
    })
    .await;
    let name = "знімок №1 (2).jpg";
    files(&sandbox.client())
        .upload(name, Body::from(PDF))
        .send()
        .await
        .unwrap();
    assert_eq!(sandbox.files("7", "12")[0].name, name);
}

#[tokio::test]
async fn a_file_of_any_length_has_its_length_and_no_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    let storage = RawStorage::answering(CREATED).await;
    let (_sandbox, files, target) = storage.target("/c/x?sv=1&sig=x").await;
    for length in [0, 1, 16 * 1024, 300_001] {
        let bytes = vec![b'x'; length];
        std::fs::write(&path, &bytes).unwrap();
        let bodies = [
            Body::from(bytes.clone()),
            Body::from_path(&path).await.unwrap(),
            Body::single_pass(std::io::Cursor::new(bytes.clone()), length as u64),
        ];
        for body in bodies {
            files.transfer(&target, body).send().await.unwrap();
            let put = storage.puts().pop().unwrap();
            assert_eq!(put.header("content-length"), Some(&*length.to_string()));
            assert_eq!(put.header("transfer-encoding"), None);
            assert!(put.body == bytes);
        }
    }
}

/// `length-known-and-no-chunks`.
#[tokio::test]
async fn a_body_of_unknown_length_is_refused_before_it_is_sent() {
    let erp = network(|_, _| None);
    let files = files(&on(&erp));
    let unknown = || Body::single_pass(PDF.as_bytes(), None);
    let step = files
        .transfer(&target().await, unknown())
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (step.operation(), step.kind()),
        (Some("erp.files.transfer"), ErrorKind::InvalidInput)
    );
    // Not even the name is taken.
    let whole = files.upload(NAME, unknown()).send().await.unwrap_err();
    assert_eq!(whole.kind(), ErrorKind::InvalidInput);
    for error in [step, whole] {
        assert_eq!((error.attempts(), error.delivery()), (0, Delivery::NotSent));
    }
    assert_eq!(erp.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn any_2xx_is_stored() {
    use common_http::transport::FakeAnswer;
    let target = target().await;
    for status in 200..300 {
        let erp = network(move |op, _| (op == Op::Transfer).then(|| FakeAnswer::status(status)));
        let transfer = files(&on(&erp)).transfer(&target, Body::from(PDF));
        transfer.send().await.unwrap();
        let put = &seen(&erp, Op::Transfer)[0];
        assert_eq!(
            (&put.body[..], header(put, "authorization")),
            (PDF.as_bytes(), None)
        );
        // No token was requested either.
        assert_eq!(erp.count(), 1);
    }
}

/// `any-2xx-is-stored`: S3 answers in XML. A web page is nobody's word.
#[tokio::test(start_paused = true)]
async fn what_is_stored_may_be_said_in_xml() {
    use common_http::transport::FakeAnswer;
    let target = target().await;
    let stored = "<PostResponse/>";
    for (kind, root, is_stored) in [
        ("application/xml", stored, true),
        ("Text/XML; charset=utf-8", stored, true),
        (
            "application/xml",
            "<Error><Code>InternalError</Code></Error>",
            false,
        ),
        ("application/xml", "<!DOCTYPE html><html>", false),
        ("application/xhtml+xml", stored, false),
        ("text/html", stored, false),
        ("", stored, false),
    ] {
        let answer = move || {
            let answer = FakeAnswer::status(201).header("content-type", kind);
            answer.chunk(Duration::ZERO, format!("<?xml version='1.0'?>\n{root}"))
        };
        let erp = network(move |op, _| (op == Op::Transfer).then(answer));
        let transfer = files(&on(&erp)).transfer(&target, Body::from(PDF));
        assert_eq!(transfer.send().await.is_ok(), is_stored, "{kind} {root}");
    }
}

#[tokio::test]
async fn the_storages_code_and_words_are_in_the_error() {
    use erp_files_client::files::BlobType;
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox
        .client_builder()
        .blob_type(BlobType::Never)
        .build()
        .unwrap();
    let files = files(&client);
    let target = files.initialize(NAME).send().await.unwrap();
    let error = files
        .transfer(&target, Body::from(PDF))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Rejected, Some(StatusCode::BAD_REQUEST))
    );
    assert_eq!(error.printable_code(), Some("MissingRequiredHeader"));
    assert!(
        error
            .message()
            .unwrap()
            .starts_with("An HTTP header that's mandatory")
    );
    assert_eq!(
        error.request_id(),
        Some("00000000-0000-0000-0000-000000000000")
    );
    let is = (error.operation(), error.attempts(), error.delivery());
    assert_eq!(is, (Some("erp.files.transfer"), 1, Delivery::Answered));
    assert_eq!(
        only(&sandbox, "erp.files.transfer").header("x-ms-blob-type"),
        None
    );
}

/// From a storage that reads no more of the file than this.
#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let sandbox = started(Settings {
        largest_file: 10,
        ..Settings::default()
    })
    .await;
    let upload = files(&sandbox.client()).upload(NAME, Body::from(PDF));
    let options = CallOptions::default().max_attempts(1);
    let error = upload.options(options).send().await.unwrap_err();
    assert_eq!(error.operation(), Some("erp.files.transfer"));
    assert!(sandbox.files("7", "12").is_empty());
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.printable_code(), Some("RequestBodyTooLarge"));
}
