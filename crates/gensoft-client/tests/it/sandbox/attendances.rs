//! Attendances: what is accepted, what is refused, and the log.

use std::time::{Duration, SystemTime};

use gensoft_client::sandbox::Sandbox;
use serde_json::json;

use crate::support::{ATTENDANCES_SEND, start_with};

use super::wire::{JSON, KEY, Refusal as _, attend, send};

#[tokio::test]
async fn any_object_is_accepted_and_kept_byte_for_byte() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.clock().freeze();
    let texts = [
        "{}",
        r#"{ "campo" : 1.50, "campo2": [null] }"#,
        r#"{"é":"\u00e9"}"#,
    ];
    for text in texts {
        assert_eq!(attend(&sandbox, text).await.status, 200);
        sandbox.clock().advance(Duration::from_secs(1));
    }
    let kept = sandbox.attendances();
    let kept_texts: Vec<_> = kept.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(kept_texts, texts);
    assert_eq!(kept[2].json, json!({ "é": "é" }));
    let times: Vec<SystemTime> = kept.iter().map(|one| one.received).collect();
    assert_eq!(
        times[2].duration_since(times[0]).unwrap(),
        Duration::from_secs(2)
    );
    // The same one again counts as another one.
    attend(&sandbox, "{}").await;
    assert_eq!(sandbox.attendances().len(), 4);
    assert!(!format!("{kept:?} {:?}", sandbox.state()).contains("campo"));
}

#[tokio::test]
async fn what_is_not_a_json_object_is_refused_in_the_frameworks_words() {
    let sandbox = Sandbox::start().await.unwrap();
    for body in ["", "{", "nome=x", "{\"a\":1}}"] {
        let (status, detail) = attend(&sandbox, body).await.detail();
        assert_eq!(status, 400, "{body}");
        assert!(detail.starts_with("JSON parse error"), "{body}");
    }
    for body in ["[]", "[{}]", "null", "1", "\"x\""] {
        let (status, fields) = attend(&sandbox, body).await.fields();
        assert_eq!(
            (status, fields),
            (400, vec!["non_field_errors".to_owned()]),
            "{body}"
        );
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let headers = [("content-type", kind), ("authorization", KEY)];
        let got = send(sandbox.url(), "POST /api/v1/attendance/", &headers, b"{}").await;
        let (status, detail) = got.detail();
        assert_eq!(
            (status, detail.contains(&format!("\"{kind}\""))),
            (415, true)
        );
    }
    assert!(sandbox.attendances().is_empty());
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("authorization", KEY),
    ];
    let got = send(sandbox.url(), "POST /api/v1/attendance/", &headers, b"{}").await;
    assert_eq!((got.status, sandbox.attendances().len()), (200, 1));
}

#[tokio::test]
async fn fields_can_be_required() {
    let required = ["paciente", "exames"].map(str::to_owned).into();
    let sandbox = start_with(|set| set.required_fields = required).await;
    let got = attend(&sandbox, r#"{"paciente":{},"exames":null}"#).await;
    assert_eq!(
        got.json(),
        json!({ "exames": ["Este campo é obrigatório."] })
    );
    let (status, mut fields) = attend(&sandbox, "{}").await.fields();
    fields.sort();
    assert_eq!(
        (status, fields),
        (400, vec!["exames".to_owned(), "paciente".to_owned()])
    );
    let got = attend(&sandbox, r#"{"paciente":{},"exames":[]}"#).await;
    assert_eq!((got.status, sandbox.attendances().len()), (200, 1));
}

#[tokio::test]
async fn without_its_slash_the_path_is_redirected_to_it() {
    let sandbox = Sandbox::start().await.unwrap();
    for (target, location) in [
        ("/api/v1/attendance", "/api/v1/attendance/"),
        ("/api/v1/attendance?a=b/", "/api/v1/attendance/?a=b/"),
    ] {
        // The framework's middleware runs before the API, so no key is needed.
        let got = send(sandbox.url(), &format!("POST {target}"), &[JSON], b"{}").await;
        assert_eq!((got.status, got.header("location")), (301, Some(location)));
        assert_eq!(got.text(), "");
    }
    assert!(sandbox.attendances().is_empty());
    assert_eq!(sandbox.count(ATTENDANCES_SEND), 2);
}

#[tokio::test]
async fn only_json_can_be_requested() {
    let sandbox = Sandbox::start().await.unwrap();
    for (accept, status) in [
        ("application/json", 200),
        ("text/html, application/json;q=0.9", 200),
        ("application/*", 200),
        ("*/*", 200),
        ("text/html", 406),
        ("application/xml", 406),
    ] {
        let headers = [JSON, ("authorization", KEY), ("accept", accept)];
        let got = send(sandbox.url(), "POST /api/v1/attendance/", &headers, b"{}").await;
        assert_eq!(got.status, status, "{accept}");
    }
}
