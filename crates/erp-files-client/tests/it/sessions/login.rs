//! The token request, and its answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::transport::FakeAnswer;
use common_http::{Attempt, AttemptObserver, Delivery, ErrorKind, HttpOptions};
use erp_files_client::sandbox::Settings;
use erp_files_client::{ClientCredentials, ErrorCode, SCOPE, TOKEN_URL};
use tokio::time::sleep;

use crate::support::{Op, builder, eager, files, header, network, on, only, seen, started};

#[tokio::test]
async fn credentials_and_scope_are_sent_as_a_form() {
    let erp = network(|_, _| None);
    let credentials = ClientCredentials::new("EXAMPLE&CLIENT", "EXAMPLE=+ %ї");
    let client = builder(&erp).credentials(credentials).build().unwrap();
    files(&client).list().send().await.unwrap();
    let asked = &seen(&erp, Op::Token)[0];
    let form = "grant_type=client_credentials&client_id=EXAMPLE%26CLIENT\
        &client_secret=EXAMPLE%3D%2B%20%25%D1%97&scope=gambit%3Aerp";
    assert_eq!(asked.body, form);
    assert_eq!(
        header(asked, "content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        header(asked, "content-length"),
        Some(&*form.len().to_string())
    );
    assert_eq!(header(asked, "authorization"), None);
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("POST", "/connect/token")
    );
    // A server that reads forms strictly can read it.
    let sandbox = started(Settings {
        client_id: "EXAMPLE&CLIENT".to_owned(),
        client_secret: "EXAMPLE=+ %ї".to_owned(),
        ..Settings::default()
    })
    .await;
    files(&sandbox.client()).list().send().await.unwrap();
    assert_eq!(only(&sandbox, "erp.sessions.open").body, form);
}

/// `token-endpoint-of-the-vendor`: the default.
#[tokio::test]
async fn the_token_comes_from_the_vendors_endpoint_unless_set() {
    #[derive(Clone, Default)]
    struct Hosts(Arc<Mutex<Vec<String>>>);
    impl AttemptObserver for Hosts {
        fn attempt(&self, attempt: &Attempt) {
            self.0.lock().unwrap().push(attempt.host.clone());
        }
    }
    assert_eq!(TOKEN_URL, "https://id.medakadem.com/connect/token");
    assert_eq!(SCOPE, "gambit:erp");
    for (url, host) in [
        (None, "id.medakadem.com"),
        (Some("https://id.example/connect/token"), "id.example"),
    ] {
        let (erp, hosts) = (network(|_, _| None), Hosts::default());
        let mut credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET");
        if let Some(url) = url {
            credentials = credentials.token_url(url);
        }
        let http = HttpOptions::default()
            .transport(erp.clone())
            .observer(hosts.clone());
        let client = builder(&erp)
            .credentials(credentials)
            .http(http)
            .build()
            .unwrap();
        files(&client).list().send().await.unwrap();
        assert_eq!(*hosts.0.lock().unwrap(), [host, "clinic.example"]);
    }
}

#[tokio::test]
async fn scopes_are_a_setting() {
    let sandbox = started(Settings {
        scopes: ["gambit:erp", "gambit:static_data"]
            .map(str::to_owned)
            .into(),
        ..Settings::default()
    })
    .await;
    let client = |scope: &str| {
        let credentials = ClientCredentials::new(
            sandbox.settings.client_id.as_str(),
            sandbox.settings.client_secret.as_str(),
        )
        .token_url(sandbox.token_url());
        let builder = sandbox
            .client_builder()
            .credentials(credentials.scope(scope));
        builder.http(eager()).build().unwrap()
    };
    files(&client("gambit:erp gambit:static_data"))
        .list()
        .send()
        .await
        .unwrap();
    let form = only(&sandbox, "erp.sessions.open").body;
    assert!(form.ends_with(b"&scope=gambit%3Aerp%20gambit%3Astatic_data"));
    // A token without the scope gives no access to the files.
    let error = files(&client("gambit:static_data"))
        .list()
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::PermissionDenied, Delivery::Answered)
    );
    assert!(
        error.to_string().contains("lacks the scope gambit:erp"),
        "{error}"
    );
    let error = files(&client("gambit:erp:users"))
        .list()
        .send()
        .await
        .unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::InvalidScope));
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Credentials, Some("erp.sessions.open"))
    );
    assert_eq!((error.attempts(), error.delivery()), (1, Delivery::NotSent));
}

/// `token-answer-as-in-rfc-6749`.
#[tokio::test(start_paused = true)]
async fn an_answer_without_a_token_is_an_error_with_its_body() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "\"EXAMPLE\"",
        "<html>",
        r#"{"access_token":null}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":["EXAMPLE"]}"#,
        r#"{"token":"EXAMPLE"}"#,
    ] {
        let erp = network(move |op, _| (op == Op::Token).then(|| FakeAnswer::json(body)));
        let error = files(&on(&erp)).list().send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::Decode, Some("erp.sessions.open")),
            "{body}"
        );
        assert_eq!(
            (error.body(), error.delivery()),
            (body.as_bytes(), Delivery::NotSent)
        );
        assert_eq!(erp.count(), 1);
    }
    // A token that is not a valid header value.
    let erp =
        network(|op, _| (op == Op::Token).then(|| FakeAnswer::json(r#"{"access_token":"a\nb"}"#)));
    let error = files(&on(&erp)).list().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Decode, Delivery::NotSent)
    );
}

/// Whatever else the answer has, the token is used as bearer. One without a lifetime is used until
/// it is refused.
#[tokio::test(start_paused = true)]
async fn the_life_of_a_token_is_as_it_says() {
    const DAYS: Duration = Duration::from_secs(10 * 24 * 60 * 60);
    for (rest, asked) in [
        ("", 1),
        (r#","expires_in":null"#, 1),
        (r#","expires_in":"soon""#, 1),
        (r#","expires_in":0"#, 1),
        (r#","expires_in":-1"#, 1),
        (r#","expires_in":1e300"#, 1),
        (r#","expires_in":"NaN""#, 1),
        (r#","expires_in":3600"#, 2),
        (r#","expires_in":"3600""#, 2),
        (r#","expires_in":3600.5,"token_type":null,"scope":[1]"#, 2),
    ] {
        let body = format!(r#"{{"access_token":"EXAMPLE"{rest}}}"#);
        let erp = network(move |op, _| (op == Op::Token).then(|| FakeAnswer::json(body.clone())));
        let client = on(&erp);
        files(&client).list().send().await.unwrap();
        sleep(DAYS).await;
        files(&client).list().send().await.unwrap();
        assert_eq!(seen(&erp, Op::Token).len(), asked, "{rest}");
        assert_eq!(
            header(&seen(&erp, Op::List)[1], "authorization"),
            Some("Bearer EXAMPLE")
        );
    }
}
