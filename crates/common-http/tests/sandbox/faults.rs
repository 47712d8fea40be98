//! Each fault as a client's socket sees it, and whether the vendor's state changed.

use std::io::ErrorKind;

use common_http::sandbox::Fault;
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{ADD, GET, ask, connect, read_all, request, send, soon, start};

#[tokio::test]
async fn reset_before_effect_is_a_tcp_reset_and_changes_nothing() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::ResetBeforeEffect).unwrap();
    let (read, end) = send(&sandbox, "POST /things", "{}").await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(read, "");
    assert_eq!(sandbox.added(), 0);
    let log = sandbox.requests_for(ADD);
    assert_eq!(log[0].fault, Some(Fault::ResetBeforeEffect));
    assert_eq!(
        (log[0].status, log[0].complete, &log[0].body[..]),
        (None, true, &b"{}"[..])
    );
}

#[tokio::test]
async fn reset_after_request_is_a_tcp_reset_and_has_its_effect() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::ResetAfterRequest).unwrap();
    let (read, end) = send(&sandbox, "POST /things", "{}").await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(read, "");
    assert_eq!(sandbox.added(), 1);
}

#[tokio::test]
async fn reset_connections_resets_new_connections_before_a_request_is_read() {
    let sandbox = start().await;
    let mut old = connect(&sandbox).await;
    assert_eq!(ask(&mut old, "POST /things", "").await.status, 201);
    sandbox.reset_connections(2);
    for _ in 0..2 {
        let address = sandbox.url().strip_prefix("http://").unwrap();
        // The reset may arrive as early as at the end of connecting.
        let error = match TcpStream::connect(address).await {
            Ok(mut stream) => read_all(&mut stream).await.1.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    assert_eq!(ask(&mut old, "POST /things", "").await.status, 201);
    assert_eq!(
        ask(&mut connect(&sandbox).await, "POST /things", "")
            .await
            .status,
        201
    );
    assert_eq!(
        (sandbox.added(), sandbox.count(ADD), sandbox.connections()),
        (3, 3, 4)
    );
}

#[tokio::test]
async fn stall_head_answers_nothing_until_the_sandbox_stops() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::StallHead).unwrap();
    let mut stream = connect(&sandbox).await;
    stream
        .write_all(request("POST /things", "{}").as_bytes())
        .await
        .unwrap();
    soon(sandbox.wait_for(ADD, 1)).await.unwrap();
    // Make another complete request: by its end, a server that answers or closes the first would
    // have done so.
    assert_eq!(
        ask(&mut connect(&sandbox).await, "POST /things", "")
            .await
            .status,
        201
    );
    assert_eq!(
        stream.try_read(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    soon(sandbox.stop()).await;
    let (read, end) = read_all(&mut stream).await;
    assert_eq!((read.as_str(), end.is_ok()), ("", true));
    assert_eq!(sandbox.added(), 2);
}

#[tokio::test]
async fn a_stall_ends_when_the_client_goes_away() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::StallHead).unwrap();
    sandbox
        .fail_next(ADD, Fault::StallBody { after: 3 })
        .unwrap();
    for count in 1..=2 {
        let mut stream = connect(&sandbox).await;
        stream
            .write_all(request("POST /things", "{}").as_bytes())
            .await
            .unwrap();
        soon(sandbox.wait_for(ADD, count)).await.unwrap();
        assert_eq!(sandbox.open_connections(), 1);
        drop(stream);
        soon(sandbox.wait_until_closed()).await;
    }
}

#[tokio::test]
async fn a_stall_ends_when_the_sandbox_is_dropped() {
    let sandbox = start().await;
    sandbox
        .fail_next(GET, Fault::StallBody { after: 3 })
        .unwrap();
    let mut stream = connect(&sandbox).await;
    stream
        .write_all(request("GET /things/a", "").as_bytes())
        .await
        .unwrap();
    soon(sandbox.wait_for(GET, 1)).await.unwrap();
    drop(sandbox);
    let (_, end) = read_all(&mut stream).await;
    assert!(end.is_ok());
}

#[tokio::test]
async fn stall_body_sends_the_head_and_some_bytes_and_keeps_the_connection() {
    let sandbox = start().await;
    sandbox
        .fail_next(GET, Fault::StallBody { after: 7 })
        .unwrap();
    let mut stream = connect(&sandbox).await;
    stream
        .write_all(request("GET /things/abc", "").as_bytes())
        .await
        .unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).ends_with("\r\n\r\n{\"id\":\"") {
        assert!(soon(stream.read_buf(&mut bytes)).await.unwrap() > 0);
    }
    let head = String::from_utf8(bytes).unwrap();
    let full = ask(&mut connect(&sandbox).await, "GET /things/abc", "").await;
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nx-example-header: 1\r\n")
    );
    assert!(head.contains("\r\ncontent-type: application/json\r\n") && head.contains("\r\ndate: "));
    assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", full.body.len())));
    assert_eq!(
        stream.try_read(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    soon(sandbox.stop()).await;
    assert_eq!(read_all(&mut stream).await.0, "");
}

#[tokio::test]
async fn cut_body_announces_more_than_it_sends_and_closes_in_order() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::CutBody { after: 4 }).unwrap();
    let (read, end) = send(&sandbox, "POST /things", "").await;
    assert!(end.is_ok(), "a FIN, not a reset");
    assert!(
        read.starts_with("HTTP/1.1 201 Created\r\n") && read.contains("\r\ncontent-length: 12\r\n")
    );
    assert!(read.ends_with("\r\n\r\n{\"nu"));
    assert_eq!(sandbox.added(), 1);
    // More than the body has: the last byte is held back all the same.
    sandbox
        .fail_next(ADD, Fault::CutBody { after: 1_000 })
        .unwrap();
    let (read, _) = send(&sandbox, "POST /things", "").await;
    assert!(read.contains("\r\ncontent-length: 12\r\n") && read.ends_with("\r\n\r\n{\"number\":2"));
    assert_eq!(
        sandbox.requests_for(ADD)[1].status,
        Some(StatusCode::CREATED)
    );
}

#[tokio::test]
async fn statuses_come_in_the_place_of_the_act_and_keep_the_connection() {
    let sandbox = start().await;
    let headers = HeaderMap::from_iter([(
        "x-request-id".parse().unwrap(),
        HeaderValue::from_static("example-1"),
    )]);
    let status = StatusCode::BAD_GATEWAY;
    sandbox
        .fail_next(
            ADD,
            Fault::Status {
                status,
                headers,
                body: "<html>".into(),
            },
        )
        .unwrap();
    sandbox
        .fail_next(ADD, Fault::Throttled { retry_after: None })
        .unwrap();
    sandbox
        .fail_next(
            ADD,
            Fault::Throttled {
                retry_after: Some("soon".to_owned()),
            },
        )
        .unwrap();
    sandbox
        .fail_next(
            ADD,
            Fault::Unavailable {
                retry_after: Some("30".to_owned()),
            },
        )
        .unwrap();
    sandbox
        .fail_next(ADD, Fault::status(StatusCode::NO_CONTENT))
        .unwrap();
    let location = "http://192.0.2.1/elsewhere".to_owned();
    sandbox
        .fail_next(
            ADD,
            Fault::Redirect {
                status: StatusCode::TEMPORARY_REDIRECT,
                location,
            },
        )
        .unwrap();

    let mut stream = connect(&sandbox).await;
    let bad = ask(&mut stream, "POST /things", "").await;
    assert_eq!(
        (bad.status, bad.body.as_str(), bad.header("x-request-id")),
        (502, "<html>", Some("example-1"))
    );
    let throttled = ask(&mut stream, "POST /things", "").await;
    assert_eq!(
        (throttled.status, throttled.body.as_str()),
        (429, r#"{"refused":429}"#)
    );
    assert_eq!(throttled.header("retry-after"), None);
    assert_eq!(
        ask(&mut stream, "POST /things", "")
            .await
            .header("retry-after"),
        Some("soon")
    );
    let unavailable = ask(&mut stream, "POST /things", "").await;
    assert_eq!(
        (unavailable.status, unavailable.header("retry-after")),
        (503, Some("30"))
    );
    stream
        .write_all(request("POST /things", "").as_bytes())
        .await
        .unwrap();
    soon(sandbox.wait_for(ADD, 5)).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        assert!(soon(stream.read_buf(&mut head)).await.unwrap() > 0);
    }
    assert!(head.starts_with(b"HTTP/1.1 204 No Content\r\n"));
    let moved = ask(&mut stream, "POST /things", "").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (307, Some("http://192.0.2.1/elsewhere"))
    );

    assert_eq!(sandbox.added(), 0);
    assert_eq!(
        ask(&mut stream, "POST /things", "").await.body,
        r#"{"number":1}"#
    );
    assert_eq!(sandbox.connections(), 1);
}

#[tokio::test]
async fn bad_json_breaks_off_under_a_matching_length() {
    let sandbox = start().await;
    sandbox.fail_always(ADD, Fault::BadJson).unwrap();
    sandbox.fail_next(GET, Fault::BadJson).unwrap();
    let mut stream = connect(&sandbox).await;
    let got = ask(&mut stream, "POST /things", "").await;
    assert_eq!((got.status, got.body.as_str()), (201, "{\"numb"));
    assert_eq!(sandbox.added(), 1);
    let got = ask(&mut stream, "GET /things/file", "").await;
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert!(serde_json::from_str::<serde_json::Value>(&got.body).is_err());
}

#[tokio::test]
async fn garbage_is_not_http_and_closes() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::Garbage).unwrap();
    let (read, end) = send(&sandbox, "POST /things", "").await;
    assert!(end.is_ok() && !read.is_empty() && !read.starts_with("HTTP/"));
    assert_eq!((sandbox.added(), sandbox.requests()[0].status), (1, None));
}

#[tokio::test]
async fn drift_adds_to_json_and_renames_other_content() {
    let sandbox = start().await;
    sandbox.fail_times(GET, 2, Fault::Drift).unwrap();
    let mut stream = connect(&sandbox).await;
    let got = ask(&mut stream, "GET /things/a", "").await.json();
    assert_eq!(got["id"], "a");
    assert!(got["sandboxUnknownBlock"]["nested"].is_array());
    let got = ask(&mut stream, "GET /things/file", "").await;
    assert_eq!(
        (got.body.as_str(), got.header("content-type")),
        ("no json", Some("application/octet-stream"))
    );
}

#[tokio::test]
async fn content_encoding_is_said_though_nobody_asked() {
    let sandbox = start().await;
    sandbox.fail_next(GET, Fault::ContentEncoding).unwrap();
    let got = ask(&mut connect(&sandbox).await, "GET /things/a", "").await;
    assert_eq!(got.header("content-encoding"), Some("gzip"));
}
