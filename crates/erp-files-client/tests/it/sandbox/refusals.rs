//! The sandbox's errors, in each form that the ERP's framework may use.

use erp_files_client::sandbox::{ErrorShape, Sandbox, Settings};
use serde_json::json;

use super::wire::{FILE, call};
use crate::support::started;

#[tokio::test]
async fn a_problem_is_as_rfc_7807_has_it() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_file("7", "12", "a.pdf", FILE);
    let got = call(&sandbox, "POST /initialize/a.pdf").await;
    assert_eq!(
        got.header("content-type"),
        Some("application/problem+json; charset=utf-8")
    );
    let problem = json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.10",
        "title": "Conflict",
        "status": 409,
        "detail": "Файл \"a.pdf\" вже існує.",
        "traceId": "00-00000000000000000000000000000000-0000000000000000-00",
    });
    assert_eq!(got.json(), problem);
    let got = call(&sandbox, "DELETE /9").await.json();
    assert_eq!(
        got["type"],
        "https://tools.ietf.org/html/rfc9110#section-15.5.5"
    );
    assert_eq!(
        (&got["title"], got.get("detail")),
        (&json!("Not Found"), None)
    );
    let got = call(&sandbox, "PATCH /1").await.json();
    assert_eq!(
        got["type"],
        "https://tools.ietf.org/html/rfc9110#section-15.5.1"
    );
    assert_eq!(got["title"], "One or more validation errors occurred.");
}

#[tokio::test]
async fn an_error_has_the_form_that_is_set() {
    let detail = "Файл \"a.pdf\" вже існує.";
    for (shape, kind, body) in [
        (ErrorShape::Empty, None, String::new()),
        (
            ErrorShape::JsonString,
            Some("application/json; charset=utf-8"),
            json!(detail).to_string(),
        ),
        (
            ErrorShape::Text,
            Some("text/plain; charset=utf-8"),
            detail.to_owned(),
        ),
    ] {
        let sandbox = started(Settings {
            error_shape: shape,
            ..Settings::default()
        })
        .await;
        sandbox.add_file("7", "12", "a.pdf", FILE);
        let got = call(&sandbox, "POST /initialize/a.pdf").await;
        assert_eq!(
            (got.status, got.header("content-type")),
            (409, kind),
            "{shape:?}"
        );
        assert_eq!(got.text(), body);
    }
}
