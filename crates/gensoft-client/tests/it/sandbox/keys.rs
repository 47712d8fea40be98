//! The API key, in each form that it can have.

use gensoft_client::sandbox::{KeyForm, Sandbox, Settings};

use crate::support::{ATTENDANCES_SEND, REPORTS_UPLOAD, start_with};

use super::wire::{FILE, Got, JSON, KEY, NAMED, PDF, Refusal as _, send};

async fn with(sandbox: &Sandbox, authorization: Option<&str>) -> Got {
    let mut headers = vec![JSON];
    headers.extend(authorization.map(|value| ("authorization", value)));
    send(sandbox.url(), "POST /api/v1/attendance/", &headers, b"{}").await
}

async fn statuses(sandbox: &Sandbox) -> Vec<u16> {
    let mut statuses = Vec::new();
    for value in [
        "EXAMPLE-API-KEY",
        "ApiKey EXAMPLE-API-KEY",
        "apikey EXAMPLE-API-KEY",
        "Other EXAMPLE-API-KEY",
        "EXAMPLE-WRONG",
        "ApiKey EXAMPLE-WRONG",
        "ApiKey",
        "",
    ] {
        statuses.push(with(sandbox, Some(value)).await.status);
    }
    statuses
}

#[tokio::test]
async fn the_key_is_read_in_the_form_of_the_settings() {
    let apikey = KeyForm::Prefixed("ApiKey".to_owned());
    for (form, expected) in [
        (KeyForm::Bare, [200, 401, 401, 401, 401, 401, 401, 401]),
        (apikey, [401, 200, 200, 401, 401, 401, 401, 401]),
        (KeyForm::Any, [200, 200, 200, 200, 401, 401, 401, 401]),
    ] {
        let sandbox = start_with(|set| set.key_form = form.clone()).await;
        assert_eq!(statuses(&sandbox).await, expected, "{form:?}");
    }
}

#[tokio::test]
async fn a_call_without_the_right_key_is_refused_in_the_frameworks_words() {
    let sandbox = Sandbox::start().await.unwrap();
    let got = with(&sandbox, None).await;
    let missing = "As credenciais de autenticação não foram fornecidas.";
    assert_eq!(got.detail(), (401, missing.to_owned()));
    assert_eq!(got.header("www-authenticate"), Some("ApiKey"));
    let got = with(&sandbox, Some("EXAMPLE-WRONG")).await;
    let wrong = "Credenciais de autenticação incorretas.";
    assert_eq!(got.detail(), (401, wrong.to_owned()));
    let line = "PUT /api/v1/results/upload/execution/10";
    assert_eq!(
        send(sandbox.url(), line, &[PDF, NAMED], FILE).await.status,
        401
    );
    assert!(sandbox.attendances().is_empty() && sandbox.report_versions("10").is_empty());
    assert_eq!(
        (
            sandbox.count(ATTENDANCES_SEND),
            sandbox.count(REPORTS_UPLOAD)
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn a_key_can_be_set_and_revoked() {
    let with_key = |key: &str| Settings {
        api_key: key.to_owned(),
        ..Settings::default()
    };
    let settings = with_key("EXAMPLE-SECOND-KEY");
    assert!(!format!("{settings:?}").contains("SECOND"));
    let sandbox = Sandbox::with(settings).await.unwrap();
    assert_eq!(sandbox.api_key(), "EXAMPLE-SECOND-KEY");
    assert_eq!(with(&sandbox, Some(KEY)).await.status, 401);
    assert_eq!(with(&sandbox, Some("EXAMPLE-SECOND-KEY")).await.status, 200);
    sandbox
        .on_request(ATTENDANCES_SEND, 2, |laboratory| {
            laboratory.revoke_api_key()
        })
        .unwrap();
    assert_eq!(with(&sandbox, Some("EXAMPLE-SECOND-KEY")).await.status, 200);
    assert_eq!(with(&sandbox, Some("EXAMPLE-SECOND-KEY")).await.status, 401);
    assert_eq!(sandbox.attendances().len(), 2);
    assert!(!format!("{sandbox:?} {:?}", sandbox.state()).contains("SECOND"));
    for key in ["", " x", "x ", "a\nb", "é"] {
        let error = Sandbox::with(with_key(key)).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{key:?}");
    }
}
