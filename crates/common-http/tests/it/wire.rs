//! What is really sent, through reqwest and a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common_http::{
    Body, CallOptions, Engine, ErrorKind, HttpOptions, MemoryStore, Operation, Request, Secret,
    Store, StoreKey,
};
use http::Method;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::helper::door::{Login, MINE};
use crate::helper::server::{Seen, Server, ok};
use crate::helper::{FETCH, ORDER, READ, STORE, VENDOR, call, download, send_body};

/// The one request that was sent.
fn only_request(server: &Server) -> Seen {
    let mut seen = server.seen();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

#[tokio::test]
async fn the_path_is_as_we_encoded_it() {
    static ITEM: Operation = Operation::get("testing.items.get", "/a~b/{id}/c").public();
    for (value, encoded) in [
        ("x?y#z", "x%3Fy%23z"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("a b+c", "a%20b%2Bc"),
        ("é|{}\"'", "%C3%A9%7C%7B%7D%22%27"),
    ] {
        let server = Server::answering(ok("{}")).await;
        let request = server
            .client()
            .request(&ITEM)
            .path("id", value)
            .query("q", value);
        request.send().await.unwrap();
        let line = format!("GET /a~b/{encoded}/c?q={encoded} HTTP/1.1");
        assert_eq!(only_request(&server).line(), line);
    }
}

#[tokio::test]
async fn two_slashes_are_a_path_and_not_another_host() {
    let server = Server::answering(ok("{}")).await;
    let engine = server.client();
    let request = Request::unmodelled(&engine, "testing.raw", Method::GET, "//other.example/a");
    request.public().send().await.unwrap();
    assert_eq!(
        only_request(&server).line(),
        "GET //other.example/a HTTP/1.1"
    );
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_meant() {
    let server = Server::answering(ok("{}")).await;
    call(&server.client(), &READ).await.unwrap();
    let seen = only_request(&server);
    let mut names: Vec<_> = seen
        .head
        .lines()
        .skip(1)
        .map(|line| {
            let (name, _) = line.split_once(':').unwrap();
            name.to_ascii_lowercase()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["accept", "host", "user-agent"]);
}

#[tokio::test]
async fn an_empty_post_says_content_length_0() {
    for (method, length) in [
        (Method::POST, Some("0")),
        (Method::PUT, Some("0")),
        (Method::PATCH, Some("0")),
        (Method::DELETE, None),
        (Method::GET, None),
    ] {
        let server = Server::answering(ok("{}")).await;
        let operation = Operation::new("testing.any", method, "/any").public();
        call(&server.client(), &operation).await.unwrap();
        let seen = only_request(&server);
        assert_eq!(
            seen.header("content-length"),
            length,
            "{}",
            operation.method()
        );
        assert_eq!(seen.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn a_file_is_sent_with_its_length_and_not_in_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..1_000_003_u32).map(|n| (n % 251) as u8).collect();
    let file = folder.path().join("EXAMPLE.bin");
    std::fs::write(&file, &content).unwrap();
    let counted = content.clone();
    for body in [
        Body::from_path(file).await.unwrap(),
        Body::from(content.clone()),
        Body::single_pass(std::io::Cursor::new(counted), 1_000_003),
    ] {
        let server = Server::answering(ok("{}")).await;
        let sent = Arc::new(AtomicU64::new(0));
        let last = Arc::clone(&sent);
        let options = CallOptions::default()
            .on_progress(move |progress| last.store(progress.sent, Ordering::SeqCst));
        let request = server.client().request(&STORE).options(options);
        request.body(body, "application/pdf").send().await.unwrap();
        let seen = only_request(&server);
        assert_eq!(seen.header("content-length"), Some("1000003"));
        assert_eq!(seen.header("transfer-encoding"), None);
        assert_eq!(seen.header("content-type"), Some("application/pdf"));
        assert!(seen.body == content);
        assert_eq!(sent.load(Ordering::SeqCst), 1_000_003);
    }
}

/// Only if the caller does not know the length.
#[tokio::test]
async fn a_body_of_unknown_length_is_sent_in_chunks() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.send(ok("{}")).await;
        connection.hold().await;
    })
    .await;
    let body = Body::single_pass(&b"EXAMPLE"[..], None);
    send_body(&server.client(), &STORE, body).await.unwrap();
    let seen = only_request(&server);
    assert_eq!(seen.header("content-length"), None);
    assert_eq!(seen.header("transfer-encoding"), Some("chunked"));
}

#[tokio::test]
async fn headers_are_found_in_any_case() {
    for name in ["BX-Session-Token", "bx-session-token", "Bx-SeSSion-tOKEN"] {
        let answer = format!("HTTP/1.1 200 OK\r\n{name}: EXAMPLE\r\ncontent-LENGTH: 2\r\n\r\n{{}}");
        let server = Server::answering(answer).await;
        let answer = call(&server.client(), &READ).await.unwrap();
        assert_eq!(answer.header("Bx-Session-Token"), Some("EXAMPLE"));
    }
}

#[tokio::test]
async fn answers_without_content_length() {
    for (answer, body) in [
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nEXA\r\n4\r\nMPLE\r\n0\r\n\r\n",
            "EXAMPLE",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nEXAMPLE",
            "EXAMPLE",
        ),
    ] {
        let server = Server::start(move |mut connection| async move {
            connection.request().await;
            connection.send(answer).await;
        })
        .await;
        assert_eq!(
            call(&server.client(), &READ).await.unwrap().body(),
            body,
            "{answer}"
        );
        let whole = download(&server.client()).await.unwrap().bytes().await;
        assert_eq!(whole.unwrap(), body, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n").await;
    let operation = Operation::new("testing.any", Method::HEAD, "/any").public();
    let client = server.client();
    for _ in 0..2 {
        let answer = call(&client, &operation).await.unwrap();
        assert_eq!(
            (answer.header("content-length"), answer.body().len()),
            (Some("1234"), 0)
        );
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Server::answering(ok("{}")).await;
    for status in [301, 302, 303, 307, 308] {
        let url = &elsewhere.url;
        let answer =
            format!("HTTP/1.1 {status} X\r\nLocation: {url}/other\r\nContent-Length: 0\r\n\r\n");
        let server = Server::answering(answer).await;
        for operation in [&READ, &ORDER] {
            let error = call(&server.client(), operation).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert_eq!(error.status().unwrap(), status);
        }
        assert_eq!(server.seen().len(), 2);
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server =
        Server::answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}")
            .await;
    let client = server.client();
    for _ in 0..2 {
        call(&client, &READ).await.unwrap();
    }
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("cookie").is_none())
    );
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::answering(ok("{}")).await;
    let client = server.client();
    for _ in 0..5 {
        call(&client.clone(), &READ).await.unwrap();
    }
    let connections: Vec<_> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0; 5]);
}

/// If the server closes the connection between two calls, the next call is sent once, on a new one.
#[tokio::test]
async fn a_connection_closed_between_calls_is_no_failure() {
    let (tell, mut closed) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(move |mut connection| {
        let tell = tell.clone();
        async move {
            connection.request().await;
            connection.send(ok("{}")).await;
            drop(connection);
            tell.send(()).unwrap();
        }
    })
    .await;
    let client = server.client();
    let other = Server::answering(ok("{}")).await;
    for _ in 0..20 {
        assert_eq!(call(&client, &ORDER).await.unwrap().attempts(), 1);
        closed.recv().await.unwrap();
        // Makes the runtime poll its sockets.
        call(&other.client(), &READ).await.unwrap();
    }
    let connections: Vec<_> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_host_can_be_resolved_by_hand() {
    let server = Server::answering(ok("{}")).await;
    let address = server.url.trim_start_matches("http://").parse().unwrap();
    let options = HttpOptions::default()
        .resolve("vendor.example", [address])
        .no_proxy();
    let base = format!("http://vendor.example:{}", address.port());
    let builder = Engine::builder(&VENDOR, base).http(options.allow_plain_http(true));
    call(&builder.build().unwrap(), &READ).await.unwrap();
    let host = format!("vendor.example:{}", address.port());
    assert_eq!(only_request(&server).header("host"), Some(host.as_str()));
}

/// The whole life of a session: the saved one is refused, a new one is opened, used and shared.
#[tokio::test]
async fn a_session_is_renewed_and_shared() {
    let server = MockServer::start().await;
    let with = |token| Mock::given(path("/mine")).and(header("authorization", token));
    let welcome = ResponseTemplate::new(200).set_body_string("{}");
    let login = welcome.clone().insert_header("X-Token", "T-1");
    for (mock, answer, times) in [
        (with("basic T-0"), ResponseTemplate::new(401), 1),
        (Mock::given(path("/login")).and(method("POST")), login, 1),
        (with("basic T-1"), welcome.clone(), 3),
        (Mock::given(path("/files")), welcome, 1),
    ] {
        let mock = mock.respond_with(answer).expect(times);
        mock.mount(&server).await;
    }
    let store = Arc::new(MemoryStore::default());
    let key = || StoreKey::of(&["EXAMPLE"]);
    let old = r#"{"version":1,"authorization":"basic T-0","opened_at_ms":0}"#;
    store.put(&key(), &Secret::from(old), None).await.unwrap();
    let client = || {
        let builder = Engine::builder(&VENDOR, server.uri()).authenticator(Login::default());
        builder.store(store.clone(), key()).build().unwrap()
    };
    let first = client();
    for engine in [&first, &first, &client()] {
        call(engine, &MINE).await.unwrap();
    }
    call(&first, &FETCH).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let bare = requests
        .iter()
        .filter(|request| !request.headers.contains_key("authorization"));
    let paths: Vec<_> = bare.map(|request| request.url.path()).collect();
    assert_eq!(paths, ["/login", "/files"]);
}
