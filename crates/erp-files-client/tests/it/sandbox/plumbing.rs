//! The sandbox's two servers: operations, faults and log.

use std::time::Duration;

use erp_files_client::sandbox::{Fault, HeaderCase, Sandbox, SandboxError, Settings};
use http::StatusCode;

use super::wire::{BLOCK, FILE, begin, call, put, send, upload};
use crate::support::started;

#[tokio::test]
async fn each_operation_has_its_id_and_its_server() {
    let sandbox = Sandbox::start().await.unwrap();
    send(sandbox.url(), "POST /connect/token", &[], b"").await;
    upload(&sandbox, "a.pdf", FILE).await;
    call(&sandbox, "GET ").await;
    call(&sandbox, "PATCH /1?isSend=true").await;
    call(&sandbox, "DELETE /1").await;
    // Names that look like parts of a route.
    call(&sandbox, "POST /initialize").await;
    call(&sandbox, "POST /initialize/initialize").await;
    let log = sandbox.requests();
    let asked: Vec<_> = log.iter().map(|entry| entry.operation.unwrap()).collect();
    assert_eq!(
        asked,
        [
            "erp.sessions.open",
            "erp.files.initialize",
            "erp.files.transfer",
            "erp.files.finalize",
            "erp.files.list",
            "erp.files.set_send",
            "erp.files.delete",
            "erp.files.finalize",
            "erp.files.initialize",
        ]
    );
    let at_storage: Vec<_> = log.iter().filter(|entry| entry.address == 1).collect();
    assert_eq!(at_storage.len(), 1);
    assert_eq!(at_storage[0].operation, Some("erp.files.transfer"));
    for (operation, count) in [
        ("erp.sessions.open", 1),
        ("erp.files.initialize", 2),
        ("erp.files.transfer", 1),
    ] {
        assert_eq!(sandbox.count(operation), count);
        assert_eq!(sandbox.requests_for(operation).len(), count);
        assert_eq!(
            sandbox.wait_for(operation, count).await.unwrap().len(),
            count
        );
    }
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_fault_goes_to_the_server_of_its_operation() {
    let sandbox = Sandbox::start().await.unwrap();
    let gone = || Fault::status(StatusCode::GONE);
    let address = begin(&sandbox, "a.pdf").await;
    sandbox.fail_next("erp.files.transfer", gone()).unwrap();
    sandbox.fail_times("erp.files.list", 2, gone()).unwrap();
    sandbox.fail_always("erp.files.delete", gone()).unwrap();
    for status in [410, 201] {
        assert_eq!(put(&address, &[BLOCK], FILE).await.status, status);
    }
    for status in [410, 410, 200] {
        assert_eq!(call(&sandbox, "GET ").await.status, status);
        assert_eq!(call(&sandbox, "DELETE /1").await.status, 410);
    }
    sandbox.fail_always("erp.files.transfer", gone()).unwrap();
    sandbox.clear_faults();
    assert_eq!(put(&address, &[BLOCK], FILE).await.status, 201);
    assert_eq!(call(&sandbox, "DELETE /1").await.status, 404);
    let unknown = sandbox.fail_next("erp.files.upload", gone());
    assert!(matches!(
        unknown,
        Err(SandboxError::UnknownOperation { .. })
    ));
    assert!(sandbox.on_request("erp.files.list", 0, |_| {}).is_err());
    assert!(sandbox.wait_for("erp.files.upload", 1).await.is_err());
}

/// The framework's own refusals have no body.
#[tokio::test]
async fn what_is_no_operation_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    for line in [
        "GET /",
        "GET /api/erp/v1/patients/7/analysis/12",
        "POST /connect/tokens",
    ] {
        let got = send(sandbox.url(), line, &[], b"").await;
        assert_eq!((got.status, got.text()), (404, ""), "{line}");
    }
    let got = call(&sandbox, "PUT ").await;
    assert_eq!(
        (got.status, got.header("allow"), got.text()),
        (405, Some("GET"), "")
    );
    // Each server has only its own operations.
    assert_eq!(
        send(sandbox.url(), "PUT /storage/EXAMPLE-0001/a.pdf", &[], b"")
            .await
            .status,
        404
    );
    assert_eq!(
        send(sandbox.storage_url(), "POST /connect/token", &[], b"")
            .await
            .status,
        404
    );
    assert_eq!(call(&sandbox, "POST /initialize/").await.status, 404);
}

#[tokio::test]
async fn throttling_and_its_like_have_a_form() {
    let sandbox = Sandbox::start().await.unwrap();
    let retry_after = Some("3".to_owned());
    let throttled = Fault::Throttled {
        retry_after: retry_after.clone(),
    };
    sandbox.fail_next("erp.files.list", throttled).unwrap();
    sandbox
        .fail_next("erp.files.list", Fault::Unavailable { retry_after })
        .unwrap();
    let got = call(&sandbox, "GET ").await;
    assert_eq!((got.status, &got.json()["status"]), (429, &429.into()));
    assert_eq!(got.header("retry-after"), Some("3"));
    let got = call(&sandbox, "GET ").await;
    assert_eq!(
        (got.status, got.header("content-type")),
        (503, Some("text/html; charset=us-ascii"))
    );
    assert_eq!(got.header("retry-after"), Some("3"));
}

#[tokio::test]
async fn both_servers_share_the_settings_and_the_clock() {
    let sandbox = started(Settings {
        header_case: HeaderCase::Title,
        ..Settings::default()
    })
    .await;
    sandbox.clock().freeze();
    let address = begin(&sandbox, "a.pdf").await;
    sandbox.clock().advance(Duration::from_secs(900));
    assert_eq!(put(&address, &[BLOCK], FILE).await.status, 403);
    assert!(
        call(&sandbox, "GET ")
            .await
            .header("Content-Type")
            .is_some()
    );
    let got = send(sandbox.storage_url(), "GET /", &[], b"").await;
    assert!(got.header("Content-Type").is_some());
    sandbox.stop().await;
    assert_eq!(sandbox.open_connections(), 0);
    let address = sandbox.storage_url().strip_prefix("http://").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn ports_can_be_chosen() {
    let first = Sandbox::start().await.unwrap();
    let port = |url: &str| url.rsplit(':').next().unwrap().parse().unwrap();
    let taken = [
        Settings {
            port: port(first.url()),
            ..Settings::default()
        },
        Settings {
            storage_port: port(first.storage_url()),
            ..Settings::default()
        },
    ];
    for settings in taken {
        let error = Sandbox::with(settings).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    }
}
