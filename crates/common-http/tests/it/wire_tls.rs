//! If the TLS handshake fails, nothing of the request was sent.

use common_http::{Body, Cause, Delivery, Engine, ErrorKind, HttpOptions, RetryPolicy};

use crate::helper::server::{Connection, Server};
use crate::helper::{ORDER, VENDOR, call, fate, millis, send_body};

async fn fails(server: Server, options: HttpOptions, cause: Cause) {
    let url = server.url.replace("http://", "https://");
    let options = options.retry(RetryPolicy::never());
    let engine = Engine::builder(&VENDOR, url).http(options).build().unwrap();
    let error = call(&engine, &ORDER).await.unwrap_err();
    let seen = (error.kind(), error.delivery(), error.attempts());
    assert_eq!(seen, (ErrorKind::Connect, Delivery::NotSent, 1), "{error}");
    assert_eq!(error.cause(), Some(cause), "{error}");
}

#[tokio::test]
async fn a_handshake_that_breaks_off() {
    let failure = b"\x15\x03\x03\x00\x02\x02\x28";
    let version = b"\x15\x03\x03\x00\x02\x02\x46";
    for (answer, cause) in [
        (&b""[..], Cause::Reset),
        (b"HTTP/1.1 200 OK\r\n\r\n", Cause::TlsProtocol),
        (failure, Cause::TlsHandshake),
        (version, Cause::TlsProtocol),
    ] {
        let server = Server::start(move |mut connection: Connection| async move {
            connection.send(answer).await;
        });
        fails(server.await, HttpOptions::default(), cause).await;
    }
    let server = Server::start(async |connection: Connection| connection.reset());
    fails(server.await, HttpOptions::default(), Cause::Reset).await;
}

#[tokio::test]
async fn a_handshake_that_stalls() {
    let server = Server::start(Connection::hold).await;
    let options = HttpOptions::default().connect_timeout(millis(200));
    fails(server, options, Cause::ConnectTimeout).await;
}

/// Whatever ends the call first, nothing was sent without a connection.
#[tokio::test]
async fn a_call_that_ends_before_there_is_a_connection() {
    let limits = [
        HttpOptions::default().deadline(millis(200)),
        HttpOptions::default().call_timeout(millis(200)),
        HttpOptions::default().head_timeout(millis(200)),
    ];
    for options in limits {
        let server = Server::start(Connection::hold).await;
        fails(server, options, Cause::ConnectTimeout).await;
    }
    let server = Server::start(Connection::hold).await;
    let url = server.url.replace("http://", "https://");
    let options = HttpOptions::default().idle_timeout(millis(200));
    let engine = Engine::builder(&VENDOR, url).http(options).build().unwrap();
    let error = send_body(&engine, &ORDER, Body::from("EXAMPLE")).await;
    let error = error.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Connect, Delivery::NotSent));
}

/// The head of a request leaves before its body is read.
#[tokio::test]
async fn a_call_that_ends_behind_the_head_of_its_request() {
    for body in [
        Body::empty(),
        Body::from_factory(4, || async { Ok(tokio::io::simplex(4).0) }),
    ] {
        let server = Server::start(Connection::hold).await;
        let options = HttpOptions::default().deadline(millis(300));
        let client = server.client_with(options);
        let error = send_body(&client, &ORDER, body).await.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));
    }
}
