//! Answers that prove nothing are not accepted as success, over real sockets.

use common_http::{
    Body, CallOptions, Delivery, ErrorKind, ForeignHosts, HttpOptions, Operation, RetryPolicy,
    looks_like_pdf,
};
use serde::de::IgnoredAny;
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;

use crate::helper::server::{Connection, Server, ok};
use crate::helper::{
    CHANGE, FETCH, ORDER, READ, REPLACE, STORE, call, download, fate, seconds, send_body,
};

const LARGE: usize = 8 << 20;

/// Answers after this much of the body, and reads no further.
async fn answer_early(mut connection: Connection, after: usize, answer: &str) -> Connection {
    connection.head().await;
    let mut start = vec![0; after];
    connection.stream.read_exact(&mut start).await.unwrap();
    connection.send(answer).await;
    connection
}

#[tokio::test]
async fn a_success_before_the_whole_body_was_sent_is_an_error() {
    let server = Server::start(async |connection: Connection| {
        let created = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
        drop(answer_early(connection, 16 << 10, created).await);
    })
    .await;
    for (operation, attempts) in [(&STORE, 3), (&ORDER, 1)] {
        let client = server.client_that_repeats(HttpOptions::default());
        let body = Body::from(vec![7; LARGE]);
        let error = send_body(&client, operation, body).await.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::Interrupted, Delivery::Unknown));
        assert_eq!(error.attempts(), attempts);
    }
}

/// The connection may still hold the body when the call has ended. Nevertheless its source is
/// closed and no further byte is sent.
#[tokio::test]
async fn a_body_stops_when_its_exchange_ends() {
    for answer in [
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
    ] {
        let server = Server::start(async move |connection: Connection| {
            // The server keeps the socket open and does not read.
            answer_early(connection, 1, answer)
                .await
                .stream
                .readable()
                .await
                .unwrap();
            std::future::pending::<()>().await;
        })
        .await;
        let (opened, closed) = oneshot::channel::<()>();
        let opened = std::sync::Mutex::new(Some(opened));
        let body = Body::from_factory(LARGE as u64, move || {
            let held = Held(opened.lock().unwrap().take());
            async move { Ok(held) }
        });
        let error = send_body(&server.client(), &STORE, body).await.unwrap_err();
        assert_ne!(error.delivery(), Delivery::NotSent);
        // The source was dropped, although the connection waits for the peer to read.
        closed.await.unwrap_err();
    }
}

/// A source that shows when it is dropped.
struct Held(Option<oneshot::Sender<()>>);

impl tokio::io::AsyncRead for Held {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        let _ = &self.0;
        let room = buffer.remaining();
        buffer.initialize_unfilled_to(room).fill(7);
        buffer.advance(room);
        std::task::Poll::Ready(Ok(()))
    }
}

/// If a caller cancels while the answer arrives, the rest of its order is not sent.
#[tokio::test]
async fn a_dropped_call_sends_nothing_further() {
    let (read, bytes) = oneshot::channel();
    let (began, head) = oneshot::channel();
    let ends = std::sync::Mutex::new(Some((read, began)));
    let server = Server::start(move |connection: Connection| {
        let ends = ends.lock().unwrap().take();
        async move {
            let Some((read, began)) = ends else { return };
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{";
            let mut connection = answer_early(connection, 1, answer).await;
            began.send(()).unwrap();
            let mut rest = Vec::new();
            let _ = connection.stream.read_to_end(&mut rest).await;
            read.send(rest.len()).unwrap();
        }
    })
    .await;
    let client = server.client();
    let body = Body::from(vec![7; 2 * LARGE]);
    tokio::select! {
        result = send_body(&client, &ORDER, body) => { result.unwrap_err(); }
        () = async { head.await.unwrap() } => {}
    }
    assert!(bytes.await.unwrap() < LARGE, "the whole order was sent");
}

#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let pages = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\n\r\nblocked",
        "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n  <!doctype html>\n",
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 7\r\n\r\n<Done/>",
    ];
    for page in pages {
        let server = Server::answering(page).await;
        for (operation, delivery) in [
            (&READ, Delivery::Answered),
            (&REPLACE, Delivery::Unknown),
            (&ORDER, Delivery::Unknown),
            (&CHANGE, Delivery::Unknown),
        ] {
            let client = server.client_that_repeats(HttpOptions::default());
            let error = call(&client, operation).await.unwrap_err();
            assert_eq!(fate(&error), (ErrorKind::Decode, delivery), "{page}");
            assert_eq!(error.attempts(), 1);
            assert!(!error.body().is_empty());
        }
        let accepting = HttpOptions::default().accept_html(true);
        call(&server.client_with(accepting), &ORDER).await.unwrap();
    }
    // Nor is it what was to be downloaded, where its type says so.
    let server = Server::answering(pages[0]).await;
    let client = server.client_with(HttpOptions::default());
    let error = client.request(&READ).download().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let empty = "HTTP/1.1 201 Created\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n";
    let server = Server::answering(empty).await;
    call(&server.client(), &ORDER).await.unwrap();
}

/// A 204 ends with its head, whatever that announces.
#[tokio::test]
async fn a_204_has_no_body() {
    for head in [
        "",
        "Content-Length: 7\r\n",
        "Transfer-Encoding: identity\r\n",
    ] {
        let server = Server::answering(format!("HTTP/1.1 204 No Content\r\n{head}\r\n")).await;
        let answer = call(&server.client(), &ORDER).await.unwrap();
        assert_eq!((answer.body().len(), answer.attempts()), (0, 1), "{head}");
        let error = download(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Decode, 1),
            "{head}"
        );
    }
}

#[tokio::test]
async fn a_partial_answer_is_not_a_file() {
    for head in [
        "206 Partial Content\r\nContent-Range: bytes 0-8/9000",
        "206 Partial Content",
        "200 OK\r\nContent-Range: bytes 0-8/9000",
        "203 Non-Authoritative Information",
    ] {
        for length in ["Content-Length: 9\r\n", ""] {
            let server = closing(format!("HTTP/1.1 {head}\r\n{length}\r\n%PDF-1.7\n")).await;
            let request = server.client().request(&FETCH);
            let error = request.downloads(Some(looks_like_pdf)).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.attempts()),
                (ErrorKind::Decode, 1),
                "{head}"
            );
        }
    }
}

/// Without a length, chunks or TLS the end of a connection may be a truncation.
#[tokio::test]
async fn content_without_a_proven_end_must_be_complete_by_itself() {
    let padding = " ".repeat(3000);
    for (version, content, is_whole) in [
        ("1.1", "%PDF-1.7 EXAMPLE %%EOF\n".to_owned(), true),
        ("1.0", format!("%PDF-1.7{padding}%%EOF"), true),
        ("1.0", format!("%PDF-1.7 %%EOF{padding}"), false),
        ("1.1", "%PDF-1.7 EXAMPLE".to_owned(), false),
    ] {
        let head = match version {
            "1.0" => "",
            _ => "Transfer-Encoding: identity\r\nContent-Length: 90\r\n",
        };
        let answer = format!("HTTP/{version} 200 OK\r\n{head}\r\n{content}");
        let server = closing(answer).await;
        let request = server
            .client()
            .request(&FETCH)
            .downloads(Some(looks_like_pdf));
        let whole = match request.await {
            Ok(download) => download.bytes().await,
            Err(error) => Err(error),
        };
        assert_eq!(whole.is_ok(), is_whole, "{version}");
        if let Err(error) = whole {
            assert_eq!(fate(&error), (ErrorKind::Interrupted, Delivery::Unknown));
        }
    }
    for (content, is_whole) in [
        ("[1,2]", true),
        ("\u{feff}{\"a\":\"\t\",\"b\":NaN,}", true),
        ("", false),
        (" \n", false),
        ("[1,", false),
        ("EXAMPLE", false),
    ] {
        let server = closing(format!("HTTP/1.1 200 OK\r\n\r\n{content}")).await;
        let answer = call(&server.client(), &READ).await;
        assert_eq!(answer.is_ok(), is_whole, "{content}");
    }
    // A change needs no content. A question is asked once more.
    let server = closing("HTTP/1.1 200 OK\r\n\r\n".to_owned()).await;
    for (operation, attempts) in [(&ORDER, 1), (&READ, 2)] {
        let client = server.client_that_repeats(HttpOptions::default());
        let answer = call(&client, operation).await.unwrap();
        assert_eq!((answer.body().len(), answer.attempts()), (0, attempts));
    }
}

async fn closing(answer: String) -> Server {
    Server::start(move |mut connection: Connection| {
        let answer = answer.clone();
        async move {
            connection.request().await;
            connection.send(answer).await;
        }
    })
    .await
}

/// RFC 9110 and 9112: equivalent headers, and malformed header lines that are ignored.
#[tokio::test]
async fn malformed_header_lines_do_not_fail_the_answer() {
    let many: String = (0..200)
        .map(|n| format!("X-Many-{n}: EXAMPLE\r\n"))
        .collect();
    for head in [
        "Content-Length: 2\r\nContent-Encoding: utf-8\r\n",
        "Content-Length: 2\r\nContent-Encoding: \r\n",
        "Content-Length: 2\r\nContent-Encoding: identity\r\n",
        "Content-Length: 2\r\nContent-Encoding: none, binary\r\n",
        "Content-Length: 2\r\nX-Folded: one\r\n two\r\n",
        "Content-Length: 2\r\nX-Blank : EXAMPLE\r\n",
        "Content-Length: 2\r\nSet-Cookie: a=\x01\r\n",
        "Content-Length: 2\r\n: nameless\r\n",
        &format!("Content-Length: 2\r\n{many}"),
    ] {
        let server = Server::answering(format!("HTTP/1.1 200 OK\r\n{head}\r\n{{}}")).await;
        let answer = call(&server.client(), &ORDER).await;
        assert_eq!(answer.unwrap().body(), "{}", "{head}");
    }
    for head in ["gzip", "identity, br", "X-GZIP", "zstd", "deflate"] {
        let head = format!("Content-Length: 2\r\nContent-Encoding: {head}");
        let answer = |body| format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
        let server = Server::answering(answer("\u{1f}x")).await;
        let success = call(&server.client(), &ORDER).await.unwrap();
        let error = success.json::<IgnoredAny>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{head}");
        assert!(error.to_string().contains("content encoding"), "{error}");
        // A header that a proxy forgot to remove.
        let server = Server::answering(answer("{}")).await;
        let success = call(&server.client(), &ORDER).await.unwrap();
        success.json::<IgnoredAny>().unwrap();
    }
    let stale = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n\
                 2\r\n{}\r\n0\r\n\r\n";
    let server = Server::answering(stale).await;
    let answer = call(&server.client(), &READ).await;
    assert_eq!(answer.unwrap().body(), "{}");
}

/// 4 s: some servers close after 5 s, and the outcome of a request sent at that moment is unknown.
#[tokio::test]
async fn an_idle_connection_is_not_used_again() {
    let server = Server::answering(ok("{}")).await;
    let client = server.client_with(HttpOptions::default().pool_idle_timeout(seconds(0)));
    for _ in 0..3 {
        call(&client, &READ).await.unwrap();
    }
    let connections: Vec<_> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 1, 2]);
    let endless = HttpOptions::default().pool_idle_timeout(std::time::Duration::MAX);
    let client = server.client_with(endless);
    for _ in 0..3 {
        call(&client, &READ).await.unwrap();
    }
    assert_eq!(server.seen().last().unwrap().connection, 3);
}

/// Only one attempt uploads at a time.
#[tokio::test]
async fn a_repetition_starts_after_the_previous_attempt_stopped() {
    static PUT: Operation = Operation::put("testing.files.store", "/files")
        .public()
        .transfer();
    let server = Server::start(async |connection: Connection| {
        let busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        let mut connection = answer_early(connection, 1, busy).await;
        let mut rest = Vec::new();
        let _ = connection.stream.read_to_end(&mut rest).await;
        assert!(rest.len() < LARGE, "the whole file was sent");
    })
    .await;
    let policy = RetryPolicy::default().base(std::time::Duration::from_millis(1));
    let client = server.client_that_repeats(HttpOptions::default().retry(policy));
    let request = client.request(&PUT).raw_body(Body::from(vec![7; LARGE]));
    let error = request.options(CallOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 3));
}

/// A report may be stored at a signed storage address. One redirect is followed, without the
/// caller's headers.
#[tokio::test]
async fn one_redirect_is_followed_where_it_is_allowed() {
    let storage = Server::answering(ok("%PDF-1.7 EXAMPLE")).await;
    let location = format!("Location: {}/x?sig=a%2Bb", storage.url);
    let found = format!("HTTP/1.1 302 Found\r\n{location}\r\nContent-Length: 0\r\n\r\n");
    let vendor = Server::answering(found.clone()).await;
    let request = || {
        let client = vendor.client();
        let request = client.request(&FETCH).accept("application/pdf");
        request.header(http::header::REFERER, "https://EXAMPLE")
    };
    let error = request().download().await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Rejected, Delivery::Answered));
    assert!(storage.seen().is_empty());
    let followed = request()
        .follow_once(ForeignHosts::default())
        .download()
        .await;
    assert_eq!(followed.unwrap().bytes().await.unwrap(), "%PDF-1.7 EXAMPLE");
    let seen = storage.seen().remove(0);
    assert_eq!(seen.line(), "GET /x?sig=a%2Bb HTTP/1.1");
    let names: Vec<_> = seen
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(names, ["accept", "host"]);
    assert_eq!(seen.header("accept"), Some("application/pdf"));

    let again = Server::answering(found).await;
    let location = format!("Location: {}/again", again.url);
    let first = format!("HTTP/1.1 307 Found\r\n{location}\r\nContent-Length: 0\r\n\r\n");
    let first = Server::answering(first).await;
    let request = first
        .client()
        .request(&FETCH)
        .follow_once(ForeignHosts::default());
    let error = request.download().await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Rejected,
        "only one redirect is followed"
    );
    assert!(!error.to_string().contains("base URL"), "{error}");
    let elsewhere = ForeignHosts::default().only(["storage.example"]);
    let request = vendor.client().request(&FETCH).follow_once(elsewhere);
    let error = request.download().await.unwrap_err();
    assert_eq!(
        (error.kind(), storage.seen().len()),
        (ErrorKind::Rejected, 1)
    );
    // It is the status that redirects.
    let missing = format!("HTTP/1.1 404 Not Found\r\n{location}\r\nContent-Length: 0\r\n\r\n");
    let missing = Server::answering(missing).await;
    let request = missing.client().request(&FETCH);
    let request = request.follow_once(ForeignHosts::default());
    let error = request.download().await.unwrap_err();
    assert_eq!((error.kind(), again.seen().len()), (ErrorKind::NotFound, 1));
}
