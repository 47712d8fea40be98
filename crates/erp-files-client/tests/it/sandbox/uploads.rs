//! The sandbox's uploads: which names are taken, and what can be finalized.

use std::time::Duration;

use erp_files_client::sandbox::{Fault, NothingUploaded, RepeatedInitialize, Sandbox, Settings};

use super::wire::{BLOCK, FILE, FILES, begin, call, put, raw, upload};
use crate::support::started;

#[tokio::test]
async fn a_name_that_exists_is_a_conflict() {
    let sandbox = Sandbox::start().await.unwrap();
    upload(&sandbox, "a.pdf", FILE).await;
    let got = call(&sandbox, "POST /initialize/a.pdf").await;
    assert_eq!(got.status, 409);
    assert_eq!(
        (&got.json()["status"], &got.json()["title"]),
        (&409.into(), &"Conflict".into())
    );
    // The same name elsewhere is another file.
    begin(&sandbox, "A.pdf").await;
    for path in [FILES.replace("/7/", "/8/"), FILES.replace("/12/", "/13/")] {
        let authorization = format!("Bearer {}", sandbox.access_token());
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-length", "0"),
        ];
        let line = format!("POST {path}/initialize/a.pdf");
        assert_eq!(raw(sandbox.url(), &line, &headers, b"").await.status, 200);
    }
}

#[tokio::test]
async fn a_repeated_initialize_gives_another_address_or_a_conflict() {
    let sandbox = Sandbox::start().await.unwrap();
    let (first, second) = (
        begin(&sandbox, "a.pdf").await,
        begin(&sandbox, "a.pdf").await,
    );
    assert_ne!(first, second);
    assert_eq!(sandbox.unfinished("7", "12"), ["a.pdf"]);
    // Both URLs lead to the same place.
    assert_eq!(put(&first, &[BLOCK], FILE).await.status, 201);
    assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 200);
    assert!(sandbox.unfinished("7", "12").is_empty());

    let reserved = RepeatedInitialize::Conflict;
    let sandbox = started(Settings {
        repeated_initialize: reserved,
        ..Settings::default()
    })
    .await;
    let first = begin(&sandbox, "a.pdf").await;
    assert_eq!(call(&sandbox, "POST /initialize/a.pdf").await.status, 409);
    assert!(sandbox.files("7", "12").is_empty());
    assert_eq!(put(&first, &[BLOCK], FILE).await.status, 201);
    assert_eq!(call(&sandbox, "POST /a.pdf").await.status, 200);
}

#[tokio::test]
async fn nothing_can_be_finalized_that_was_not_uploaded() {
    for (reading, status) in [
        (NothingUploaded::NotFound, 404),
        (NothingUploaded::Conflict, 409),
    ] {
        let sandbox = started(Settings {
            nothing_uploaded: reading,
            ..Settings::default()
        })
        .await;
        assert_eq!(
            call(&sandbox, "POST /a.pdf").await.status,
            status,
            "never begun"
        );
        begin(&sandbox, "a.pdf").await;
        assert_eq!(
            call(&sandbox, "POST /a.pdf").await.status,
            status,
            "nothing sent"
        );
        upload(&sandbox, "b.pdf", FILE).await;
        assert_eq!(
            call(&sandbox, "POST /b.pdf").await.status,
            status,
            "finished already"
        );
        assert_eq!(sandbox.files("7", "12").len(), 1);
        assert_eq!(sandbox.unfinished("7", "12"), ["a.pdf"]);
    }
}

#[tokio::test]
async fn a_file_is_new_when_it_is_finalized() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.clock().freeze();
    let start = sandbox.clock().now();
    let address = begin(&sandbox, "a.pdf").await;
    put(&address, &[BLOCK], FILE).await;
    sandbox.clock().advance(Duration::from_secs(5));
    let got = call(&sandbox, "POST /a.pdf").await;
    assert_eq!((got.status, got.text()), (200, ""));
    let file = sandbox.files("7", "12").remove(0);
    assert_eq!((file.name.as_str(), file.is_send), ("a.pdf", false));
    assert_eq!(file.created, start + Duration::from_secs(5));
    let shown = format!("{file:?} {:?} {sandbox:?}", *sandbox);
    assert!(shown.contains("size: 25") && !shown.contains("a.pdf"));
}

/// Some servers in front of such a vendor refuse a POST without a length, even if it is empty.
#[tokio::test]
async fn an_empty_post_needs_its_length_unless_told_otherwise() {
    for required in [true, false] {
        let sandbox = started(Settings {
            length_required: required,
            ..Settings::default()
        })
        .await;
        let authorization = format!("Bearer {}", sandbox.access_token());
        let headers = [("authorization", authorization.as_str())];
        for (end, status) in [("initialize/a.pdf", 200), ("b.pdf", 404)] {
            let line = format!("POST {FILES}/{end}");
            let got = raw(sandbox.url(), &line, &headers, b"").await;
            assert_eq!(got.status, if required { 411 } else { status }, "{end}");
        }
        for line in [format!("GET {FILES}"), format!("DELETE {FILES}/1")] {
            assert_ne!(raw(sandbox.url(), &line, &headers, b"").await.status, 411);
        }
        assert_eq!(sandbox.unfinished("7", "12").is_empty(), required);
    }
}

/// What is left after a lost answer.
#[tokio::test]
async fn faults_act_or_do_not_as_they_say() {
    let sandbox = Sandbox::start().await.unwrap();
    let lost = async |line: &str| {
        let authorization = format!("Bearer {}", sandbox.access_token());
        let address = sandbox.url().strip_prefix("http://").unwrap();
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Length: 0\r\n\r\n"
        );
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
            .await
            .unwrap();
        let mut bytes = Vec::new();
        assert!(
            tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes)
                .await
                .is_err()
        );
    };
    sandbox
        .fail_next("erp.files.initialize", Fault::ResetBeforeEffect)
        .unwrap();
    lost(&format!("POST {FILES}/initialize/a.pdf")).await;
    assert!(sandbox.unfinished("7", "12").is_empty());
    sandbox
        .fail_next("erp.files.initialize", Fault::ResetAfterRequest)
        .unwrap();
    lost(&format!("POST {FILES}/initialize/a.pdf")).await;
    assert_eq!(sandbox.unfinished("7", "12"), ["a.pdf"]);
    let address = begin(&sandbox, "a.pdf").await;
    put(&address, &[BLOCK], FILE).await;
    sandbox
        .fail_next("erp.files.finalize", Fault::ResetAfterRequest)
        .unwrap();
    lost(&format!("POST {FILES}/a.pdf")).await;
    assert_eq!(sandbox.files("7", "12").len(), 1);
}
