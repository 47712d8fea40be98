//! The sandbox's token endpoint, and what a token allows.

use std::time::Duration;

use erp_files_client::sandbox::{Sandbox, Settings};
use serde_json::json;

use super::wire::{Got, call, call_with, send};
use crate::support::started;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const GOOD: &str = "client_id=EXAMPLE-CLIENT&client_secret=EXAMPLE-SECRET&grant_type=client_credentials&scope=gambit%3Aerp";

async fn ask(sandbox: &Sandbox, form: &str) -> Got {
    send(
        sandbox.url(),
        "POST /connect/token",
        &[FORM],
        form.as_bytes(),
    )
    .await
}

#[tokio::test]
async fn a_token_is_as_rfc_6749_has_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let got = ask(&sandbox, GOOD).await;
    let expected = json!({
        "access_token": "EXAMPLE.TOKEN.0001", "expires_in": 3600, "token_type": "Bearer", "scope": "gambit:erp",
    });
    assert_eq!((got.status, got.json()), (200, expected));
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert!(got.header("cache-control").unwrap().contains("no-store"));
    assert_eq!(
        call_with(&sandbox, "GET ", "EXAMPLE.TOKEN.0001")
            .await
            .status,
        200
    );
    assert_eq!(
        (sandbox.tokens_issued(), sandbox.count("erp.sessions.open")),
        (1, 1)
    );
    assert_eq!(
        sandbox.token_url(),
        format!("{}/connect/token", sandbox.url())
    );
}

#[tokio::test]
async fn what_the_endpoint_would_refuse_is_refused() {
    let sandbox = started(Settings {
        scopes: ["gambit:erp", "gambit:static_data"]
            .map(str::to_owned)
            .into(),
        ..Settings::default()
    })
    .await;
    let many = GOOD.replace("gambit%3Aerp", "gambit%3Aerp+gambit%3Astatic_data");
    for (form, error) in [
        (
            GOOD.replace("EXAMPLE-SECRET", "EXAMPLE-WRONG"),
            "invalid_client",
        ),
        (
            GOOD.replace("EXAMPLE-CLIENT", "EXAMPLE-WRONG"),
            "invalid_client",
        ),
        (GOOD.replace("client_secret", "secret"), "invalid_client"),
        (
            GOOD.replace("client_credentials", "password"),
            "unsupported_grant_type",
        ),
        (
            GOOD.replace("&grant_type=client_credentials", ""),
            "unsupported_grant_type",
        ),
        (
            GOOD.replace("gambit%3Aerp", "gambit%3Aerp%3Ausers"),
            "invalid_scope",
        ),
        (GOOD.replace("gambit%3Aerp", ""), "invalid_scope"),
        (many.replace('+', "++"), "invalid_scope"),
        (format!("{GOOD}&scope=gambit%3Aerp"), "invalid_request"),
        (String::new(), "invalid_client"),
    ] {
        let got = ask(&sandbox, &form).await;
        assert_eq!(
            (got.status, got.json()),
            (400, json!({ "error": error })),
            "{form}"
        );
    }
    let kind = [("content-type", "application/json")];
    let got = send(sandbox.url(), "POST /connect/token", &kind, GOOD.as_bytes()).await;
    assert_eq!(
        (got.status, got.json()),
        (400, json!({ "error": "invalid_request" }))
    );
    assert_eq!(sandbox.tokens_issued(), 0);
    assert_eq!(
        ask(&sandbox, &many).await.json()["scope"],
        "gambit:erp gambit:static_data"
    );
    let none = GOOD.replace("&scope=gambit%3Aerp", "");
    assert_eq!(
        ask(&sandbox, &none).await.json()["scope"],
        "gambit:erp gambit:static_data"
    );
}

#[tokio::test]
async fn credentials_can_be_chosen_and_are_read_as_a_form() {
    let settings = Settings {
        client_id: "a b".to_owned(),
        client_secret: "x&y=+%é".to_owned(),
        ..Settings::default()
    };
    assert!(!format!("{settings:?}").contains("x&y"));
    let sandbox = started(settings).await;
    assert_eq!(
        (
            sandbox.settings.client_id.as_str(),
            sandbox.settings.client_secret.as_str()
        ),
        ("a b", "x&y=+%é")
    );
    for form in ["client_id=a+b", "client_id=a%20b"] {
        let form =
            format!("{form}&client_secret=x%26y%3D%2B%25%C3%A9&grant_type=client_credentials");
        assert_eq!(ask(&sandbox, &form).await.status, 200);
    }
    assert_eq!(ask(&sandbox, GOOD).await.status, 400);
    assert!(!format!("{sandbox:?}").contains("x&y"));
}

/// Inferred from the vendor's framework: empty bodies, and the reason in a header.
#[tokio::test]
async fn without_a_token_that_lives_a_call_is_refused_without_a_body() {
    let sandbox = Sandbox::start().await.unwrap();
    let target = "GET /api/erp/v1/patients/7/analysis/12/files";
    for authorization in ["", "Bearer", "Basic RVhBTVBMRQ==", "EXAMPLE.TOKEN.FIXED"] {
        let got = send(
            sandbox.url(),
            target,
            &[("authorization", authorization)],
            b"",
        )
        .await;
        assert_eq!(
            (got.status, got.header("www-authenticate")),
            (401, Some("Bearer"))
        );
        assert_eq!((got.text(), got.header("content-type")), ("", None));
    }
    let got = call_with(&sandbox, "GET ", "EXAMPLE.TOKEN.0099").await;
    let invalid = "Bearer error=\"invalid_token\"";
    assert_eq!(
        (got.status, got.header("www-authenticate")),
        (401, Some(invalid))
    );
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let authorization = format!("{scheme} {}", sandbox.access_token());
        let got = send(
            sandbox.url(),
            target,
            &[("authorization", authorization.as_str())],
            b"",
        )
        .await;
        assert_eq!(got.status, 200);
    }
    let log = sandbox.requests_for("erp.files.list");
    assert_eq!(log.last().unwrap().authorization_scheme(), Some("BEARER"));
}

/// Documented on every page of the vendor: 403 without the scope.
#[tokio::test]
async fn without_the_scope_a_call_is_forbidden() {
    let sandbox = Sandbox::start().await.unwrap();
    let poor = sandbox.issue_token(["gambit:erp:users", "gambit:static_data"]);
    let none = sandbox.issue_token::<String>([]);
    let rich = sandbox.issue_token(["gambit:erp:users", "gambit:erp"]);
    for line in [
        "GET ",
        "POST /initialize/a.pdf",
        "POST /a.pdf",
        "PATCH /1?isSend=true",
        "DELETE /1",
    ] {
        for token in [&poor, &none] {
            let got = call_with(&sandbox, line, token).await;
            let challenge = "Bearer error=\"insufficient_scope\"";
            assert_eq!(
                (got.status, got.header("www-authenticate")),
                (403, Some(challenge)),
                "{line}"
            );
            assert_eq!(got.text(), "");
        }
    }
    assert!(sandbox.unfinished("7", "12").is_empty());
    assert_eq!(call_with(&sandbox, "GET ", &rich).await.status, 200);
    assert_eq!(sandbox.tokens_issued(), 0, "these were not asked for");
}

#[tokio::test]
async fn a_token_ends_by_the_clock_but_the_fixed_one() {
    let sandbox = started(Settings {
        token_life: Duration::from_secs(60),
        ..Settings::default()
    })
    .await;
    sandbox.clock().freeze();
    let got = ask(&sandbox, GOOD).await;
    assert_eq!(got.json()["expires_in"], 60);
    let token = got.json()["access_token"].as_str().unwrap().to_owned();
    sandbox.clock().advance(Duration::from_secs(59));
    assert_eq!(call_with(&sandbox, "GET ", &token).await.status, 200);
    sandbox.clock().advance(Duration::from_secs(1));
    let got = call_with(&sandbox, "GET ", &token).await;
    assert_eq!(got.status, 401);
    assert!(
        got.header("www-authenticate")
            .unwrap()
            .contains("The token expired at")
    );
    sandbox.clock().advance(Duration::from_secs(1 << 36));
    assert_eq!(call(&sandbox, "GET ").await.status, 200);
    let again = ask(&sandbox, GOOD).await.json()["access_token"].clone();
    assert_eq!(
        call_with(&sandbox, "GET ", again.as_str().unwrap())
            .await
            .status,
        200
    );
    sandbox.expire_tokens();
    for token in [again.as_str().unwrap(), sandbox.access_token()] {
        assert_eq!(call_with(&sandbox, "GET ", token).await.status, 401);
    }

    let endless = started(Settings {
        token_life: Duration::MAX,
        ..Settings::default()
    })
    .await;
    let token = ask(&endless, GOOD).await.json()["access_token"].clone();
    endless.clock().advance(Duration::from_secs(1 << 36));
    assert_eq!(
        call_with(&endless, "GET ", token.as_str().unwrap())
            .await
            .status,
        200
    );
}
