//! What is sent for an operation and its arguments, and what is refused before sending.

use std::sync::Arc;

use common_http::transport::FakeTransport;
use common_http::{
    Body, CallOptions, Delivery, Effect, Engine, Error, ErrorKind, HttpOptions, Operation, Request,
    Secret,
};
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Method};
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::helper::Step::{Good, Status};
use crate::helper::door::{Login, builder, door, token, welcome};
use crate::helper::{ORDER, READ, VENDOR, call, engine, engine_with, fate, network};

static ITEM: Operation = Operation::get("testing.items.get", "/items/{id}/parts/{part}").public();

fn idle() -> Arc<FakeTransport> {
    network([Good])
}

/// The URL and headers of the one request that was sent.
async fn sent(request: impl FnOnce(&Engine) -> Request) -> (String, HeaderMap) {
    let network = idle();
    request(&engine(&network)).send().await.unwrap();
    let seen = network.requests().remove(0);
    (seen.target, seen.headers)
}

/// The error of a request that must not have been sent.
async fn refused(request: impl FnOnce(&Engine) -> Request) -> Error {
    let network = idle();
    let error = request(&engine(&network)).send().await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::InvalidInput, Delivery::NotSent));
    assert_eq!((error.attempts(), network.count()), (0, 0));
    assert!(error.operation().is_some());
    error
}

#[tokio::test(start_paused = true)]
async fn arguments_are_encoded_once() {
    for (value, encoded) in [
        ("abc-._~09", "abc-._~09"),
        ("a b", "a%20b"),
        ("%2F", "%252F"),
        ("a?b#c", "a%3Fb%23c"),
        ("a+b&c=d", "a%2Bb%26c%3Dd"),
        ("...", "..."),
        ("é😀", "%C3%A9%F0%9F%98%80"),
        (
            "|\"<>`{}^[]:@!$'()*,;",
            "%7C%22%3C%3E%60%7B%7D%5E%5B%5D%3A%40%21%24%27%28%29%2A%2C%3B",
        ),
    ] {
        let (target, _) = sent(|engine| {
            let request = engine.request(&ITEM).path("id", value).path("part", "1");
            request.query("q", value).query(value, "")
        })
        .await;
        assert_eq!(
            target,
            format!("/items/{encoded}/parts/1?q={encoded}&{encoded}=")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_path_arguments_are_refused() {
    for value in [
        "", ".", "..", "a\0", "\r\n", "\u{7f}", "\u{9f}", "a/b", "../8", "a\\b",
    ] {
        let error =
            refused(|engine| engine.request(&ITEM).path("part", "1").path("id", value)).await;
        assert!(error.to_string().contains("`id`"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_must_be_those_of_the_template() {
    refused(|engine| engine.request(&ITEM).path("id", "1")).await;
    refused(|engine| engine.request(&READ).path("id", "1")).await;
    refused(|engine| {
        let request = engine.request(&ITEM).path("id", "1").path("part", "1");
        request.path("id", "2")
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_url_that_is_too_long_is_refused() {
    refused(|engine| engine.request(&READ).query("q", "x".repeat(70_000))).await;
}

#[tokio::test(start_paused = true)]
async fn headers_are_ours_the_clients_and_the_calls() {
    let network = idle();
    let extra = HeaderName::from_static("x-extra");
    let tenant = HeaderName::from_static("x-tenant");
    let options = HttpOptions::default().transport(network.clone());
    let builder = Engine::builder(&VENDOR, "http://localhost").http(options);
    let engine = builder
        .header(tenant, HeaderValue::from_static("T-1"))
        .build()
        .unwrap();
    let request = engine
        .request(&ORDER)
        .header(extra, "1")
        .json(&json!({"a": 1}));
    request.send().await.unwrap();
    let headers = network.requests().remove(0).headers;
    assert_eq!(headers[USER_AGENT], "testing-client/1.2.3");
    assert_eq!(headers[ACCEPT], "application/json");
    assert_eq!(headers[CONTENT_TYPE], "application/json");
    assert_eq!(headers[CONTENT_LENGTH], "7");
    assert_eq!(
        (&headers["x-extra"], &headers["x-tenant"]),
        (
            &HeaderValue::from_static("1"),
            &HeaderValue::from_static("T-1")
        )
    );
    assert!(!headers.contains_key(COOKIE) && !headers.contains_key(AUTHORIZATION));
}

#[tokio::test(start_paused = true)]
async fn accept_and_user_agent_can_be_set() {
    let (_, headers) = sent(|engine| engine.request(&READ).accept("application/pdf")).await;
    assert_eq!(headers[ACCEPT], "application/pdf");
    let network = idle();
    let options = HttpOptions::default().user_agent("EXAMPLE/1");
    call(&engine_with(&network, options), &READ).await.unwrap();
    assert_eq!(network.requests()[0].headers[USER_AGENT], "EXAMPLE/1");
}

#[tokio::test(start_paused = true)]
async fn a_clients_own_accept_replaces_the_default() {
    let network = idle();
    let options = HttpOptions::default().transport(network.clone());
    let builder = Engine::builder(&VENDOR, "http://localhost").http(options);
    let own = HeaderValue::from_static("application/vnd.example+json");
    let engine = builder.header(ACCEPT, own.clone()).build().unwrap();
    engine.request(&ORDER).await.unwrap();
    let headers = network.requests().remove(0).headers;
    assert!(headers.get_all(ACCEPT).iter().eq([&own]));
}

#[tokio::test(start_paused = true)]
async fn invalid_header_values_are_refused() {
    for value in [&b"a\nb"[..], b"a\r\nx-b: c", b"\0", b"\x7f"] {
        let name = HeaderName::from_static("x-extra");
        refused(|engine| engine.request(&READ).header(name, value)).await;
    }
}

/// These headers frame the message or carry the credentials, so a caller must not set them.
#[tokio::test(start_paused = true)]
async fn the_engines_own_headers_are_refused() {
    for name in [CONTENT_LENGTH, HOST, TRANSFER_ENCODING] {
        refused(|engine| engine.request(&READ).header(name, "5")).await;
    }
    let network = door(token, welcome);
    let client = builder(&network, Login::default()).build().unwrap();
    let own = || {
        Request::unmodelled(&client, "testing.raw", Method::GET, "/raw")
            .header(AUTHORIZATION, "EXAMPLE")
    };
    assert_eq!(
        own().send().await.unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(network.count(), 0);
    // Without a session, the caller may set `Authorization`.
    own().public().send().await.unwrap();
    assert_eq!(network.requests()[0].headers[AUTHORIZATION], "EXAMPLE");
}

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("EXAMPLE"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_not_json_is_refused() {
    let error = refused(|engine| engine.request(&ORDER).json(&Unwritable)).await;
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"));
}

#[tokio::test(start_paused = true)]
async fn a_raw_request_is_a_call_like_any_other() {
    let network = door(token, welcome);
    let client = builder(&network, Login::default()).build().unwrap();
    let raw = |method, path| Request::unmodelled(&client, "testing.raw", method, path);
    let request = raw(Method::POST, "/new/{id}")
        .path("id", "a b")
        .query("q", "1");
    request.json(&json!([1])).send().await.unwrap();
    let seen = network.requests().remove(1);
    assert_eq!(
        (seen.method, seen.target.as_str()),
        (Method::POST, "/new/a%20b?q=1")
    );
    assert_eq!(seen.headers[AUTHORIZATION], "basic TOKEN-1");
    assert_eq!(seen.body, "[1]");

    let download = raw(Method::GET, "/file").download().await.unwrap();
    assert_eq!(download.bytes().await.unwrap(), "{}");
    let body = Body::from("EXAMPLE");
    raw(Method::PUT, "/file")
        .body(body, "text/plain")
        .send()
        .await
        .unwrap();
    assert_eq!(
        network.requests().last().unwrap().headers[CONTENT_TYPE],
        "text/plain"
    );
}

#[tokio::test(start_paused = true)]
async fn a_url_may_have_65_534_bytes() {
    let engine = engine(&network([Good]));
    let with = |value: &str| engine.request(&READ).query("q", value);
    let start = with("").prepare().unwrap().url().as_str().len();
    for (length, is_sent) in [(65_534, true), (65_535, false)] {
        let sent = with(&"x".repeat(length - start)).send().await;
        assert_eq!(sent.is_ok(), is_sent, "{length}");
    }
}

#[test]
fn a_prepared_request_has_its_body() {
    let engine = engine(&idle());
    let order = engine
        .request(&ORDER)
        .body(Body::from("EXAMPLE"), "text/plain");
    assert_eq!(order.prepare().unwrap().body().len(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn a_raw_request_is_repeated_as_its_method_allows() {
    for (method, attempts) in [
        (Method::GET, 4),
        (Method::HEAD, 4),
        (Method::OPTIONS, 4),
        (Method::PUT, 4),
        (Method::DELETE, 4),
        (Method::POST, 1),
        (Method::PATCH, 1),
        (Method::from_bytes(b"PURGE").unwrap(), 1),
    ] {
        for (options, attempts) in [
            (CallOptions::default(), attempts),
            (CallOptions::default().effect(Effect::Effectful), 1),
            (CallOptions::default().effect(Effect::Idempotent), 4),
        ] {
            let network = network([Status(500)]);
            let request =
                Request::unmodelled(&engine(&network), "testing.raw", method.clone(), "/raw");
            request.public().options(options).send().await.unwrap_err();
            assert_eq!(network.count(), attempts, "{method}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_raw_path_must_be_one() {
    let network = idle();
    for path in [
        "",
        "raw",
        "/a?b",
        "/a#b",
        "/a/../b",
        "/./a",
        "/a/%2e%2E/b",
        "/a b",
        "/a\\b",
        "/a\tb",
        "/{a",
        "/é",
        "http://other.example/",
    ] {
        let request = Request::unmodelled(&engine(&network), "testing.raw", Method::GET, path);
        let error = request.public().send().await.unwrap_err();
        assert_eq!(
            fate(&error),
            (ErrorKind::InvalidInput, Delivery::NotSent),
            "{path}"
        );
    }
    assert_eq!(network.count(), 0);
    // Two slashes are a path here, not another host.
    let request = Request::unmodelled(
        &engine(&network),
        "testing.raw",
        Method::GET,
        "//other.example/a",
    );
    request.public().send().await.unwrap();
    assert_eq!(network.requests()[0].target, "//other.example/a");
}

#[tokio::test(start_paused = true)]
async fn the_path_of_the_base_stays_in_front() {
    for base in ["http://localhost/base/v2", "http://localhost/base/v2/"] {
        let network = idle();
        let options = HttpOptions::default().transport(network.clone());
        let engine = Engine::builder(&VENDOR, base)
            .http(options)
            .build()
            .unwrap();
        call(&engine, &READ).await.unwrap();
        assert_eq!(network.requests()[0].target, "/base/v2/things");
    }
}

fn build(base: &str, options: HttpOptions) -> Result<Engine, Error> {
    Engine::builder(&VENDOR, base).http(options).build()
}

#[tokio::test]
async fn settings_that_do_not_fit_are_refused_by_build() {
    let default = HttpOptions::default;
    for (base, options) in [
        ("", default()),
        ("host.example", default()),
        ("ftp://host.example", default()),
        ("http://host.example", default()),
        ("http://192.168.0.1", default()),
        ("http://localhost.host.example", default()),
        ("https://user:EXAMPLE-SECRET@localhost", default()),
        ("http://user:EXAMPLE-SECRET@localhost", default()),
        ("http://localhost?EXAMPLE-SECRET", default()),
        ("http://localhost#EXAMPLE-SECRET", default()),
        ("http://localhost", default().user_agent("EXAMPLE-SECRET\n")),
        ("http://localhost", default().proxy("EXAMPLE-SECRET")),
        ("http://localhost", default().proxy("localhost:3128")),
        ("http://localhost", default().proxy("ftp://EXAMPLE-SECRET")),
        ("http://localhost", default().proxy("http://")),
        (
            "http://localhost",
            default().add_root_certificate("EXAMPLE-SECRET"),
        ),
        (
            "http://localhost",
            default().client_certificate("EXAMPLE", Secret::from("EXAMPLE-SECRET")),
        ),
    ] {
        let error = build(base, options).map(|_| ()).unwrap_err();
        assert_eq!(
            fate(&error),
            (ErrorKind::Config, Delivery::NotSent),
            "{base}"
        );
        assert_eq!(error.operation(), None);
        assert!(!format!("{error} {error:?}").contains("EXAMPLE-SECRET"));
    }
}

#[tokio::test]
async fn plain_http_is_for_this_machine_or_by_permission() {
    for base in ["http://127.0.0.1:1", "http://[::1]", "http://localhost/x"] {
        assert!(build(base, HttpOptions::default()).is_ok(), "{base}");
    }
    let allowed = HttpOptions::default().allow_plain_http(true);
    assert!(build("http://host.example", allowed).is_ok());
}
