//! If the TLS handshake fails, nothing of the request was sent.

use common_http::{Delivery, Engine, ErrorKind, HttpOptions, RetryPolicy};

use crate::helper::server::{Connection, Server};
use crate::helper::{ORDER, VENDOR, call, millis};

async fn fails(server: Server, options: HttpOptions, words: &str) {
    let url = server.url.replace("http://", "https://");
    let options = options.retry(RetryPolicy::never());
    let engine = Engine::builder(&VENDOR, url).http(options).build().unwrap();
    let error = call(&engine, &ORDER).await.unwrap_err();
    let seen = (error.kind(), error.delivery(), error.attempts());
    assert_eq!(seen, (ErrorKind::Connect, Delivery::NotSent, 1), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_handshake_that_breaks_off() {
    let alert = b"\x15\x03\x03\x00\x02\x02\x28";
    for (answer, words) in [
        (&b""[..], "no connection was made"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "TLS"),
        (alert, "TLS"),
    ] {
        let server = Server::start(move |mut connection: Connection| async move {
            connection.send(answer).await;
        });
        fails(server.await, HttpOptions::default(), words).await;
    }
    let server = Server::start(async |connection: Connection| connection.reset());
    fails(
        server.await,
        HttpOptions::default(),
        "no connection was made",
    )
    .await;
}

#[tokio::test]
async fn a_handshake_that_stalls() {
    let server = Server::start(Connection::hold).await;
    let options = HttpOptions::default().connect_timeout(millis(200));
    fails(server, options, "in time").await;
}
