//! What the answer to a login may look like.

use biologix_client::SessionInfo;
use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Delivery, Error, ErrorKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{LIST, LOGIN, TOKEN, client, header, page, partner, requests_to};

/// A network whose logins get this body and this token.
fn answering(body: Value, token: Option<String>) -> std::sync::Arc<FakeTransport> {
    FakeTransport::new(move |request| match request.target.as_str() {
        LOGIN => {
            let answer = FakeAnswer::json(body.to_string());
            match &token {
                Some(token) => answer.header("bx-session-token", token),
                None => answer,
            }
        }
        _ => page("[]", 0),
    })
}

async fn refused(body: Value, token: Option<&str>) -> Error {
    let network = answering(body, token.map(str::to_owned));
    let error = client(&network)
        .exams(&partner())
        .list()
        .send()
        .await
        .unwrap_err();
    assert_eq!(network.count(), 1, "the list is not asked for");
    error
}

#[tokio::test(start_paused = true)]
async fn a_missing_or_empty_token_header_is_an_error() {
    for token in [None, Some("")] {
        let error = refused(json!({"userId": "0000001AA", "token": TOKEN}), token).await;
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.operation(), Some("biologix.sessions.open"));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert!(error.to_string().contains("bx-session-token"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_user_id_is_an_error() {
    for body in [
        json!({}),
        json!({"userId": null}),
        json!({"userId": ""}),
        json!({"userId": 4820681}),
        json!({"UserId": "0000001AA"}),
        json!([]),
        json!("0000001AA"),
    ] {
        let error = refused(body.clone(), Some(TOKEN)).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert_eq!(error.operation(), Some("biologix.sessions.open"));
        assert_eq!(error.body(), body.to_string().as_bytes());
    }
    let error = refused(json!({}), Some(TOKEN)).await;
    assert_eq!(error.json_path(), Some("userId"));
    // The call itself was never sent.
    assert_eq!(error.delivery(), Delivery::NotSent);
}

async fn session(body: Value) -> SessionInfo {
    let network = answering(body.clone(), Some(TOKEN.into()));
    let client = client(&network);
    client.exams(&partner()).list().send().await.unwrap();
    let session = client.sessions().open().send().await;
    session.unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[tokio::test(start_paused = true)]
async fn the_session_id_is_not_needed() {
    for (id, read) in [
        (json!("EXAMPLE-SESSION-ID"), Some("EXAMPLE-SESSION-ID")),
        (json!(""), Some("")),
        (Value::Null, None),
        (json!(7), None),
        (json!({"id": 7}), None),
    ] {
        let session = session(json!({"userId": "0000001AA", "sessionId": id})).await;
        assert_eq!(session.session_id.as_deref(), read, "{id}");
    }
    let session = session(json!({"userId": "0000001AA"})).await;
    assert_eq!(session.session_id, None);
}

#[tokio::test(start_paused = true)]
async fn token_start_is_kept_as_its_text() {
    for (start, read) in [
        (
            json!("2030-01-02T03:04:05.678Z"),
            Some("2030-01-02T03:04:05.678Z"),
        ),
        (json!("ontem"), Some("ontem")),
        (json!(1893553445678_i64), Some("1893553445678")),
        (Value::Null, None),
        (json!([2030, 1, 2]), None),
    ] {
        let session = session(json!({"userId": "0000001AA", "tokenStart": start})).await;
        let text = session.token_start.as_ref().map(|start| start.as_str());
        assert_eq!(text, read, "{start}");
    }
}

#[tokio::test(start_paused = true)]
async fn mfa_verified_is_not_needed() {
    for (verified, read) in [
        (json!(true), Some(true)),
        (json!(false), Some(false)),
        (Value::Null, None),
        (json!("false"), None),
        (json!(0), None),
    ] {
        let session = session(json!({"userId": "0000001AA", "mfaVerified": verified})).await;
        assert_eq!(session.mfa_verified, read, "{verified}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_session_says_in_another_form_is_kept_as_it_came() {
    let body = json!({
        "userId": "0000001AA",
        "sessionId": 7,
        "tokenStart": [2030, 1, 2],
        "mfaVerified": "false",
        "novoCampo": {"a": [1, null]},
    });
    let session = session(body.clone()).await;
    assert_eq!(session.extra.len(), 4);
    assert_eq!(serde_json::to_value(&session).unwrap(), body);
    let again: SessionInfo = serde_json::from_value(body).unwrap();
    assert_eq!(again, session);
    assert!(serde_json::from_value::<SessionInfo>(json!({"sessionId": "x"})).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_session_does_not_print_itself() {
    let body = json!({
        "userId": "MARKER",
        "sessionId": "MARKER",
        "tokenStart": "MARKER",
        "mfaVerified": true,
        "MARKER": "MARKER",
    });
    let session = session(body).await;
    assert_eq!(
        format!("{session:?}"),
        "SessionInfo { mfa_verified: Some(true), .. }"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_token_is_used_verbatim(token in "[ -~]{1,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let network = answering(json!({"userId": "0000001AA"}), Some(token.clone()));
            client(&network).exams(&partner()).list().send().await.unwrap();
            let lists = requests_to(&network, LIST);
            let sent = header(&lists[0], "authorization").unwrap();
            let sent = sent.strip_prefix("basic ").unwrap();
            let sent = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, sent).unwrap();
            assert_eq!(sent, format!("0000001AA:{token}").into_bytes());
        });
    }
}
