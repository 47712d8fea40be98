//! The server's refusals and faults, in this vendor's words.

use gensoft_client::sandbox::{Fault, HeaderCase, Sandbox};
use serde_json::json;

use crate::support::{ATTENDANCES_SEND, REPORTS_UPLOAD, start_with};

use super::wire::{JSON, Refusal as _, attend, send, upload};

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_the_frameworks_words() {
    let sandbox = Sandbox::start().await.unwrap();
    for line in [
        "POST /",
        "POST /api/v1/attendances/",
        "POST /api/v1/attendance/1",
    ] {
        let got = send(sandbox.url(), line, &[JSON], b"{}").await;
        assert_eq!(
            (got.status, got.header("content-type")),
            (404, Some("text/html; charset=utf-8"))
        );
        assert!(got.text().contains("<h1>Not Found</h1>"));
    }
    let got = send(sandbox.url(), "GET /api/v1/attendance/", &[], b"").await;
    assert_eq!(
        got.detail(),
        (405, "Método \"GET\" não é permitido.".to_owned())
    );
    assert_eq!(got.header("allow"), Some("POST"));
    let got = send(
        sandbox.url(),
        "POST /api/v1/results/upload/execution/10",
        &[],
        b"",
    )
    .await;
    assert_eq!((got.status, got.header("allow")), (405, Some("PUT")));
}

#[tokio::test]
async fn faults_have_the_frameworks_bodies() {
    let sandbox = Sandbox::start().await.unwrap();
    let retry_after = Some("3".to_owned());
    for operation in [ATTENDANCES_SEND, REPORTS_UPLOAD] {
        let throttled = Fault::Throttled {
            retry_after: retry_after.clone(),
        };
        sandbox.fail_next(operation, throttled).unwrap();
        let unavailable = Fault::Unavailable {
            retry_after: retry_after.clone(),
        };
        sandbox.fail_next(operation, unavailable).unwrap();
    }
    for expected in [
        (429, "Pedido foi limitado.".to_owned()),
        (503, "Serviço temporariamente indisponível.".to_owned()),
    ] {
        for got in [attend(&sandbox, "{}").await, upload(&sandbox, "10").await] {
            assert_eq!(
                (got.detail(), got.header("retry-after")),
                (expected.clone(), Some("3"))
            );
        }
    }
    assert!(sandbox.attendances().is_empty() && sandbox.report_versions("10").is_empty());
}

#[tokio::test]
async fn drift_adds_undocumented_fields() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fail_next(ATTENDANCES_SEND, Fault::Drift).unwrap();
    let got = attend(&sandbox, "{}").await.json();
    assert_eq!(got[0]["name"], "Fluffums");
    assert!(got[0]["sandboxUnknownBlock"].is_object() && got[1]["sandboxUnknownText"].is_string());
    assert_eq!(sandbox.attendances().len(), 1);
}

#[tokio::test]
async fn the_body_limit_and_the_header_case_can_be_set() {
    let sandbox =
        start_with(|set| (set.body_limit, set.header_case) = (10, HeaderCase::Title)).await;
    let got = attend(&sandbox, &json!({ "campo": "mais de dez" }).to_string()).await;
    assert_eq!(
        (got.status, got.header("Content-Type")),
        (413, Some("text/html; charset=utf-8"))
    );
    assert!(sandbox.attendances().is_empty());
    assert_eq!(attend(&sandbox, "{\"a\":1}").await.status, 200);
}
