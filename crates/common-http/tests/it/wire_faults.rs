//! Real connection failures give a typed error in time, with the right delivery.

use std::io;

use common_http::{Body, Delivery, Engine, Error, ErrorKind, HttpOptions, Operation, RetryPolicy};
use futures_util::future::join_all;
use tokio::net::TcpListener;

use crate::helper::server::{Connection, Seen, Server, ok};
use crate::helper::{
    ORDER, READ, REPLACE, STORE, VENDOR, call, download, fate, millis, seconds, send_body,
};

/// How a server ends a connection.
#[derive(Debug, Clone, Copy)]
enum End {
    Close,
    Reset,
    Hold,
}

impl End {
    async fn play(self, connection: Connection) {
        match self {
            Self::Close => drop(connection),
            Self::Reset => connection.reset(),
            Self::Hold => connection.hold().await,
        }
    }
}

/// A server that reads each request, sends these bytes and then ends the connection.
async fn sending(bytes: &'static [u8], end: End) -> Server {
    Server::start(move |mut connection: Connection| async move {
        connection.request().await;
        connection.send(bytes).await;
        end.play(connection).await;
    })
    .await
}

/// All three calls to this server fail with this kind and delivery.
async fn fails(server: Server, end: End, kind: ErrorKind, delivery: Delivery) {
    for error in errors(server, end).await {
        let seen = (error.kind(), error.delivery(), error.attempts());
        assert_eq!(seen, (kind, delivery, 1), "{end:?} {error}");
    }
}

/// The errors of three calls to this server.
async fn errors(server: Server, end: End) -> [Error; 3] {
    // A deadline only if nothing else will end the call.
    let options = match end {
        End::Close | End::Reset => HttpOptions::default(),
        End::Hold => HttpOptions::default()
            .head_timeout(seconds(1))
            .idle_timeout(seconds(1)),
    };
    let client = server.client_with(options);
    let download = async {
        match download(&client).await {
            Ok(download) => download.bytes().await.map(drop),
            Err(error) => Err(error),
        }
    };
    let (read, order, download) =
        tokio::join!(call(&client, &READ), call(&client, &ORDER), download);
    let errors = [read.unwrap_err(), order.unwrap_err(), download.unwrap_err()];
    let has_source = |error| std::error::Error::source(error).is_some();
    assert!(!errors.iter().any(has_source));
    errors
}

#[tokio::test]
async fn before_the_request_was_read() {
    use Delivery::{NotSent, Unknown};
    let server = |end: End| Server::start(move |connection| end.play(connection));
    for end in [End::Close, End::Reset] {
        for error in errors(server(end).await, end).await {
            // If the connection ends before it has begun to send, it says so.
            let expected = match error.delivery() {
                NotSent => (ErrorKind::Connect, NotSent),
                _ => (ErrorKind::Interrupted, Unknown),
            };
            assert_eq!(
                (error.kind(), error.delivery()),
                expected,
                "{end:?} {error}"
            );
        }
    }
    fails(
        server(End::Hold).await,
        End::Hold,
        ErrorKind::Timeout,
        Unknown,
    )
    .await;
}

#[tokio::test]
async fn after_the_request_was_read() {
    use End::{Close, Hold, Reset};
    use ErrorKind::{Interrupted, Timeout};
    let half_body = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nEXAMPLE";
    let half_chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nEXAMPLE";
    let no_last_chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nEXAMPLE\r\n";
    let half_head = b"HTTP/1.1 200 OK\r\nContent-Le";
    let garbage = b"EXAMPLE GARBAGE\r\n\r\n\0\x01\x02";
    let tls = b"\x15\x03\x01\x00\x02\x02\x46";
    let two_lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nEXA";
    let rows = [
        (&b""[..], Close, Interrupted),
        (b"", Reset, Interrupted),
        (b"", Hold, Timeout),
        (half_head, Close, Interrupted),
        (half_head, Reset, Interrupted),
        (half_head, Hold, Timeout),
        (half_body, Close, Interrupted),
        (half_body, Reset, Interrupted),
        (half_body, Hold, Timeout),
        (half_chunk, Close, Interrupted),
        (half_chunk, Reset, Interrupted),
        (half_chunk, Hold, Timeout),
        (no_last_chunk, Close, Interrupted),
        (no_last_chunk, Hold, Timeout),
        (garbage, Close, Interrupted),
        (tls, Close, Interrupted),
        (two_lengths, Close, Interrupted),
    ];
    join_all(rows.map(async |(bytes, end, kind)| {
        let server = sending(bytes, end).await;
        Box::pin(fails(server, end, kind, Delivery::Unknown)).await;
    }))
    .await;
}

/// Whatever follows the head of an error answer, the vendor has answered.
#[tokio::test]
async fn an_error_answer_that_breaks_off_is_that_answer() {
    let answer = b"HTTP/1.1 409 Conflict\r\nContent-Length: 100\r\n\r\nEXAMPLE";
    join_all([End::Close, End::Reset, End::Hold].map(async |end| {
        let server = sending(answer, end).await;
        fails(server, end, ErrorKind::Conflict, Delivery::Answered).await;
    }))
    .await;
}

#[tokio::test]
async fn a_port_that_nobody_listens_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let options = HttpOptions::default().retry(RetryPolicy::default().base(millis(1)));
    let engine = Engine::builder(&VENDOR, url).http(options).build().unwrap();
    let body = Body::single_pass(&b"EXAMPLE"[..], None);
    let error = send_body(&engine, &ORDER, body).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Connect, Delivery::NotSent));
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn a_name_that_has_no_address() {
    let options = HttpOptions::default()
        .retry(RetryPolicy::never())
        .resolve("vendor.example", [])
        .no_proxy();
    let builder = Engine::builder(&VENDOR, "http://vendor.example");
    let engine = builder
        .http(options.allow_plain_http(true))
        .build()
        .unwrap();
    let error = call(&engine, &ORDER).await.unwrap_err();
    let seen = fate(&error);
    assert_eq!(seen, (ErrorKind::Connect, Delivery::NotSent));
}

/// A read is repeated until a complete answer arrives.
#[tokio::test]
async fn what_may_be_repeated_comes_through() {
    let server = Server::start(async |mut connection: Connection| {
        if connection.number > 0 {
            connection.request().await;
        }
        match connection.number {
            0 | 1 => connection.reset(),
            2 => {
                connection
                    .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")
                    .await
            }
            _ => connection.send(ok("{}")).await,
        }
    })
    .await;
    let policy = RetryPolicy::default().base(millis(1));
    let client = server.client_that_repeats(HttpOptions::default().retry(policy));
    let content = "EXAMPLE".repeat(50_000);
    let answer = send_body(&client, &REPLACE, Body::from(content.clone()))
        .await
        .unwrap();
    assert_eq!((answer.body().as_ref(), answer.attempts()), (&b"{}"[..], 4));
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|seen| seen.body == content.as_bytes()));
}

/// The server refuses the request after its head, while the body is still being sent.
#[tokio::test]
async fn an_answer_before_the_body_was_read() {
    let server = Server::start(async |mut connection: Connection| {
        connection.head().await;
        connection
            .send("HTTP/1.1 413 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
        connection.hold().await;
    })
    .await;
    let body = Body::from(vec![7; 20_000_000]);
    let error = send_body(&server.client(), &STORE, body).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 413);
    assert_eq!(fate(&error), (ErrorKind::Rejected, Delivery::Answered));
}

#[tokio::test]
async fn an_upload_that_nobody_reads_ends() {
    let server = Server::start(async |mut connection: Connection| {
        connection.head().await;
        std::future::pending::<()>().await;
    })
    .await;
    let body = Body::from(vec![7; 50_000_000]);
    let impatient = HttpOptions::default().idle_timeout(millis(200));
    let client = server.client_with(impatient);
    let error = send_body(&client, &STORE, body).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));
}

/// The vendor must never receive the end of a file that differs from the intended one.
#[tokio::test]
async fn a_source_that_breaks_off_is_never_a_whole_request() {
    let server = Server::answering(ok("{}")).await;
    let sources: [fn() -> Body; 3] = [
        || Body::from_factory(1_000_000, || async { Ok(&[7; 999_999][..]) }),
        || Body::from_factory(1_000_000, || async { Ok(&[7; 1_000_001][..]) }),
        || Body::single_pass(Failing, None),
    ];
    for source in sources {
        let error = send_body(&server.client(), &STORE, source())
            .await
            .unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::Unknown));
        assert_eq!(error.attempts(), 1);
    }
    // The helper keeps chunked requests without their bodies, so only those with a length count
    // here.
    let whole = |seen: &Seen| seen.header("content-length").is_some();
    assert!(!server.seen().iter().any(whole));
}

struct Failing;

impl tokio::io::AsyncRead for Failing {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Err(io::ErrorKind::StorageFull.into()))
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_hangs_up() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(move |mut connection| {
        let tell = tell.clone();
        async move {
            connection.request().await;
            tell.send("arrived").unwrap();
            connection.hold().await;
            tell.send("hung up").unwrap();
        }
    })
    .await;
    let client = server.client();
    tokio::select! {
        _ = call(&client, &ORDER) => panic!("the call ended"),
        arrived = told.recv() => assert_eq!(arrived, Some("arrived")),
    }
    assert_eq!(told.recv().await, Some("hung up"));
    assert_eq!(server.seen().len(), 1);
}

/// Each timeout setting ends its own kind of stall.
#[tokio::test]
async fn each_timeout_ends_its_stall() {
    static SLOW: Operation = Operation::get("testing.slow", "/slow").public().transfer();
    let (default, short) = (HttpOptions::default, millis(200));
    let body = b"HTTP/1.1 200 OK\r\n\r\nEXAMPLE";
    let rows = [
        (&b""[..], &SLOW, default().head_timeout(short)),
        (body, &SLOW, default().idle_timeout(short)),
        (body, &SLOW, default().deadline(short)),
        (b"", &READ, default().call_timeout(short)),
    ];
    join_all(rows.map(async |(bytes, operation, options)| {
        let server = sending(bytes, End::Hold).await;
        let error = call(&server.client_with(options), operation).await;
        let error = error.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::Unknown));
    }))
    .await;
}
