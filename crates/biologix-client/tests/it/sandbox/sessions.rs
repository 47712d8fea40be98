//! Opening a session, and how long it lives.

use std::time::Duration;

use biologix_client::sandbox::{HeaderCase, Sandbox, Settings};
use serde_json::json;

use super::wire::{list, log_in, open_with, send};

#[tokio::test]
async fn what_the_vendor_would_refuse_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let (name, password) = (&*sandbox.settings.username, &*sandbox.settings.password);
    let login = |name: &str, password: &str| json!({ "username": name, "password": password, "source": 100 });

    let got = open_with(&sandbox, &login(name, "wrong")).await;
    let class = "com.biologix.springbase.core.error.ExampleException";
    assert_eq!(
        (got.status, got.json()),
        (
            401,
            json!({ "_class": class, "error": "incorrectPassword" })
        )
    );
    let got = open_with(&sandbox, &login("c|EXAMPLE|000002", password)).await;
    assert_eq!(
        (got.status, &got.json()["error"]),
        (401, &json!("incorrectPassword"))
    );
    for malformed in [
        "someone@example.invalid",
        "c|EXAMPLE",
        "c|EXAMPLE|1|1",
        "cc|EXAMPLE|1",
        "c||1",
        "c|EXAMPLE|x",
    ] {
        let got = open_with(&sandbox, &login(malformed, password)).await;
        assert_eq!(
            (got.status, &got.json()["message"]),
            (400, &json!("Invalid user identifier"))
        );
        assert_eq!(got.json()["path"], "/v2/sessions/open");
    }
    for source in [json!("100"), json!(101), json!(null)] {
        let got = open_with(
            &sandbox,
            &json!({ "username": name, "password": password, "source": source }),
        )
        .await;
        assert_eq!(got.status, 400);
    }
    assert_eq!(
        open_with(&sandbox, &json!({ "username": name, "source": 100 }))
            .await
            .status,
        400
    );
    let good = login(name, password).to_string();
    let line = "POST /v2/sessions/open";
    assert_eq!(
        send(
            sandbox.url(),
            line,
            &[("content-type", "text/plain")],
            &good
        )
        .await
        .status,
        415
    );
    assert_eq!(send(sandbox.url(), line, &[], &good).await.status, 415);
    assert_eq!(
        send(
            sandbox.url(),
            line,
            &[("content-type", "application/json")],
            "{"
        )
        .await
        .status,
        400
    );
    assert_eq!(sandbox.sessions_opened(), 0);
    let kind = [("content-type", "application/json; charset=utf-8")];
    assert_eq!(send(sandbox.url(), line, &kind, &good).await.status, 200);
}

#[tokio::test]
async fn the_token_header_can_be_spelled_as_in_the_document() {
    let sandbox = Sandbox::with(Settings {
        header_case: HeaderCase::Title,
        ..Settings::default()
    })
    .await
    .unwrap();
    let body = json!({ "username": sandbox.settings.username, "password": sandbox.settings.password, "source": 100 });
    assert_eq!(
        open_with(&sandbox, &body).await.header("Bx-Session-Token"),
        Some("EXAMPLETOKEN0001")
    );
}

#[tokio::test]
async fn a_token_expires_by_the_clock() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.clock().freeze();
    let old = log_in(&sandbox).await;
    sandbox
        .clock()
        .advance(Duration::from_secs(7 * 24 * 3600 - 1));
    assert_eq!(list(&sandbox, &old, "").await.status, 200);
    let new = log_in(&sandbox).await;
    sandbox.clock().advance(Duration::from_secs(1));
    let got = list(&sandbox, &old, "").await;
    let class = "com.biologix.springbase.core.error.ExampleException";
    assert_eq!(
        (got.status, got.json()),
        (401, json!({ "_class": class, "error": "notAuthenticated" }))
    );
    assert_eq!(list(&sandbox, &new, "").await.status, 200);
    sandbox.expire_tokens();
    assert_eq!(list(&sandbox, &new, "").await.status, 401);

    let brief = Sandbox::with(Settings {
        token_life: Duration::from_secs(60),
        ..Settings::default()
    })
    .await
    .unwrap();
    brief.clock().freeze();
    let token = log_in(&brief).await;
    brief.clock().advance(Duration::from_secs(60));
    assert_eq!(list(&brief, &token, "").await.status, 401);

    let endless = Sandbox::with(Settings {
        token_life: Duration::MAX,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&endless).await;
    endless.clock().advance(Duration::from_secs(1 << 36));
    assert_eq!(list(&endless, &token, "").await.status, 200);
}

#[tokio::test]
async fn basic_auth_is_checked_and_its_scheme_logged_as_it_came() {
    let sandbox = Sandbox::start().await.unwrap();
    let good = log_in(&sandbox).await;
    let code = good.strip_prefix("basic ").unwrap();
    for scheme in ["basic", "Basic", "BASIC"] {
        assert_eq!(
            list(&sandbox, &format!("{scheme} {code}"), "").await.status,
            200
        );
    }
    let unpadded = good.trim_end_matches('=');
    assert_ne!(unpadded, good);
    // "0000001AB:EXAMPLETOKEN0001", another user.
    let other_user = "basic MDAwMDAwMUFCOkVYQU1QTEVUT0tFTjAwMDE=";
    for bad in [
        "",
        "basic",
        "basic ?",
        &format!("bearer {code}"),
        unpadded,
        other_user,
    ] {
        assert_eq!(list(&sandbox, bad, "").await.status, 401, "{bad}");
    }
    let log = sandbox.requests_for("biologix.exams.list");
    let schemes: Vec<_> = log
        .iter()
        .take(3)
        .map(|entry| entry.authorization_scheme())
        .collect();
    assert_eq!(schemes, [Some("basic"), Some("Basic"), Some("BASIC")]);
}

#[tokio::test]
async fn credentials_can_be_chosen() {
    let settings = Settings {
        username: "someone".to_owned(),
        password: "EXAMPLE-OTHER".to_owned(),
        partner_id: "0000002DD".to_owned(),
        ..Settings::default()
    };
    assert!(!format!("{settings:?}").contains("EXAMPLE-OTHER"));
    let sandbox = Sandbox::with(settings).await.unwrap();
    assert_eq!(sandbox.settings.username, "someone");
    assert_eq!(sandbox.settings.password, "EXAMPLE-OTHER");
    let token = log_in(&sandbox).await;
    assert_eq!(list(&sandbox, &token, "").await.status, 200);
    let got = send(
        sandbox.url(),
        "GET /v2/partners/0000001DD/exams",
        &[("authorization", &token)],
        "",
    )
    .await;
    assert_eq!(
        (got.status, &got.json()["error"]),
        (403, &json!("notAuthorized"))
    );
    assert!(!format!("{sandbox:?} {:?}", sandbox.state()).contains("EXAMPLE-OTHER"));
}
