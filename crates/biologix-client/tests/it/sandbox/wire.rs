//! Requests by a client that is only a socket.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use biologix_client::sandbox::Sandbox;
use serde_json::{Value, json};
pub(crate) use testing::wire::{Got, send};

pub(crate) async fn open_with(sandbox: &Sandbox, body: &Value) -> Got {
    let headers = [("content-type", "application/json")];
    send(
        sandbox.url(),
        "POST /v2/sessions/open",
        &headers,
        &body.to_string(),
    )
    .await
}

/// Opens a session; returns the value of the `Authorization` header for the next requests.
pub(crate) async fn log_in(sandbox: &Sandbox) -> String {
    let body = json!({ "username": sandbox.settings.username, "password": sandbox.settings.password, "source": 100 });
    let got = open_with(sandbox, &body).await;
    assert_eq!(got.status, 200);
    let token = got.header("bx-session-token").expect("a token");
    let user_id = got.json()["userId"].as_str().expect("a user id").to_owned();
    format!(
        "basic {}",
        BASE64_STANDARD.encode(format!("{user_id}:{token}"))
    )
}

pub(crate) async fn list(sandbox: &Sandbox, authorization: &str, query: &str) -> Got {
    let line = format!(
        "GET /v2/partners/{}/exams{query}",
        sandbox.settings.partner_id
    );
    send(
        sandbox.url(),
        &line,
        &[("authorization", authorization)],
        "",
    )
    .await
}

/// The ids of a page, in its order.
pub(crate) fn ids(page: &Got) -> Vec<String> {
    let exams = page.json();
    let exams = exams.as_array().expect("a bare array");
    exams
        .iter()
        .filter_map(|exam| exam["examId"].as_str())
        .map(str::to_owned)
        .collect()
}
