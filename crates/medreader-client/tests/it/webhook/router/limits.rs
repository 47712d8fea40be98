//! Bodies that are too large, too slow, endless, or never come.

use std::time::Duration;

use medreader_client::webhook::{BODY_LIMIT, router};
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::OwnedWriteHalf;

use super::super::{PASSWORD, USER, basic, payload, verifier};
use super::client::{Client, Server, post, post_with};
use super::{Receiver, accepting, next, willing};

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

/// A time that ends during a test.
const SHORT: Duration = Duration::from_millis(50);

/// A time that ends after every test.
const LONG: Duration = Duration::from_secs(3600);

fn limited(bytes: usize) -> Receiver {
    accepting(verifier().body_limit(bytes))
}

fn right(lines: &str, body: &[u8]) -> Vec<u8> {
    post_with(&basic(USER, PASSWORD), lines, body)
}

fn wrong(lines: &str, body: &[u8]) -> Vec<u8> {
    post_with(&basic(USER, "EXAMPLE-OTHER"), lines, body)
}

/// A chunk of a body; an empty one ends it.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Sends chunks of this many bytes until the connection breaks.
async fn send_without_end(mut writer: OwnedWriteHalf, size: usize) {
    let chunk = format!("{size:x}\r\n{}\r\n", " ".repeat(size));
    while writer.write_all(chunk.as_bytes()).await.is_ok() {}
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_comes() {
    let server = Server::start(router(willing().body_timeout(LONG))).await;
    for length in [BODY_LIMIT + 1, 1_000_000_000_000] {
        let request = right(&format!("Content-Length: {length}\r\n"), b"");
        let answer = server.send(&request).await.answer().await;
        assert_eq!(
            (answer.status, answer.header("connection")),
            (413, Some("close"))
        );
    }
}

#[tokio::test]
async fn a_body_that_turns_out_too_large_is_refused() {
    let server = Server::start(router(limited(100).body_timeout(LONG))).await;
    let request = [50, 50, 1].map(|size| chunk(&vec![b' '; size])).concat();
    let request = right(CHUNKED, &request);
    let answer = server.send(&request).await.answer().await;
    assert_eq!(
        (answer.status, answer.header("connection")),
        (413, Some("close"))
    );
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    let body = payload(1);
    let server = Server::start(router(limited(body.len()))).await;
    assert_eq!(server.send(&post(&body)).await.answer().await.status, 200);
    let mut larger = body;
    larger.push(b' ');
    assert_eq!(server.send(&post(&larger)).await.answer().await.status, 413);

    let (first, rest) = larger.split_at(larger.len() / 2);
    let exact = [chunk(first), chunk(&rest[..rest.len() - 1]), chunk(b"")].concat();
    let request = right(CHUNKED, &exact);
    assert_eq!(server.send(&request).await.answer().await.status, 200);
}

#[tokio::test]
async fn a_sender_who_reads_only_when_all_is_sent_gets_his_answer() {
    let server = Server::start(router(limited(100).body_timeout(LONG))).await;
    let body = vec![b' '; 8 * 1024 * 1024];
    let length = format!("Content-Length: {}\r\n", body.len());
    let chunk = [
        format!("{:x}\r\n", body.len()).as_bytes(),
        &body,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    for (request, status) in [
        (right(&length, &body), 413),
        (right(CHUNKED, &chunk), 413),
        (wrong(&length, &body), 401),
    ] {
        let mut client = server.send(&request).await;
        assert_eq!(client.answer().await.status, status);
        client.reader.closed().await;
    }
}

#[tokio::test]
async fn an_endless_body_is_refused_at_its_limit() {
    let server = Server::start(router(willing().body_timeout(LONG))).await;
    for (request, status) in [(right(CHUNKED, b""), 413), (wrong(CHUNKED, b""), 401)] {
        let Client { mut reader, writer } = server.send(&request).await;
        let sending = tokio::spawn(send_without_end(writer, 4096));
        assert_eq!(reader.answer().await.status, status);
        // A sender that goes on sending does not delay the next check.
        assert_eq!(
            server.send(&post(&payload(1))).await.answer().await.status,
            200
        );
        sending.abort();
    }
}

#[tokio::test]
async fn whoever_goes_on_after_his_answer_is_cut_off() {
    let server = Server::start(router(willing().body_timeout(SHORT))).await;
    const ENDLESS: &str = "Content-Length: 1000000000000000\r\n";
    for (request, status) in [
        (right(ENDLESS, b""), 413),
        (wrong(ENDLESS, b""), 401),
        (wrong(CHUNKED, b""), 401),
    ] {
        let Client { mut reader, writer } = server.send(&request).await;
        let sending = tokio::spawn(send_without_end(writer, 4096));
        assert_eq!(reader.answer().await.status, status);
        reader.closed().await;
        sending.await.unwrap();
    }
}

#[tokio::test]
async fn the_time_for_a_body_is_for_all_of_it() {
    // Always within the size limit, and always with progress.
    let receiver = limited(usize::MAX).body_timeout(SHORT);
    let server = Server::start(router(receiver)).await;
    let Client { mut reader, writer } = server.send(&right(CHUNKED, b"")).await;
    let sending = tokio::spawn(send_without_end(writer, 1));
    assert_eq!(reader.answer().await.status, 408);
    reader.closed().await;
    sending.await.unwrap();
}

#[tokio::test]
async fn a_body_that_stops_is_answered_408_and_the_connection_closed() {
    let server = Server::start(router(willing().body_timeout(SHORT))).await;
    let request = post(&payload(1));
    let head_only = request.len() - payload(1).len();
    for sent in [head_only, head_only + 1, request.len() - 1] {
        let mut client = server.send(&request[..sent]).await;
        let answer = client.answer().await;
        assert_eq!(
            (answer.status, answer.header("connection")),
            (408, Some("close"))
        );
        client.reader.closed().await;
    }
    assert_eq!(server.send(&request).await.answer().await.status, 200);
}

#[tokio::test]
async fn slow_senders_do_not_hold_the_others() {
    let server = Server::start(router(willing().body_timeout(LONG))).await;
    let request = post(&payload(1));
    let mut slow = Vec::new();
    for _ in 0..100 {
        slow.push(server.send(&request[..request.len() - 1]).await);
    }
    assert_eq!(server.send(&request).await.answer().await.status, 200);
    // They are not cut off while they have time, either.
    for mut client in slow {
        client.write(&request[request.len() - 1..]).await;
        assert_eq!(client.answer().await.status, 200);
    }
}

#[tokio::test]
async fn credentials_are_checked_before_the_body_comes() {
    const LINES: [&str; 3] = [
        "Content-Length: 1000\r\n",
        "Content-Length: 1000000000000\r\n",
        CHUNKED,
    ];
    let patient = Server::start(router(willing().body_timeout(LONG))).await;
    let short = Server::start(router(willing().body_timeout(SHORT))).await;
    for lines in LINES {
        let answer = patient.send(&wrong(lines, b"")).await.answer().await;
        assert_eq!(
            (answer.status, answer.header("connection")),
            (401, Some("close"))
        );
        // A sender that then sends nothing is not waited for.
        let mut client = short.send(&wrong(lines, b"")).await;
        assert_eq!(client.answer().await.status, 401);
        client.reader.closed().await;
    }
}

#[tokio::test]
async fn a_sender_who_asks_first_is_told_before_he_sends() {
    let server = Server::start(router(willing().body_timeout(LONG))).await;
    let expecting = |length: usize| format!("Expect: 100-continue\r\nContent-Length: {length}\r\n");
    for (request, status) in [
        (wrong(&expecting(1000), b""), 401),
        (right(&expecting(BODY_LIMIT + 1), b""), 413),
    ] {
        let mut client = server.send(&request).await;
        assert_eq!(client.answer().await.status, status);
        client.reader.closed().await;
    }

    let body = payload(1);
    let mut client = server.send(&right(&expecting(body.len()), b"")).await;
    assert_eq!(client.answer().await.status, 100);
    client.write(&body).await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn a_sender_who_hangs_up_in_the_middle_leaves_nothing_behind() {
    let (receiver, mut events) = Receiver::channel(verifier(), 10);
    let server = Server::start(router(receiver)).await;
    let request = post(&payload(1));
    let mut half = server.send(&request[..request.len() - 1]).await;
    half.writer.shutdown().await.unwrap();
    // Whether half a message is answered at all is up to the server.
    half.reader.ended().await;
    assert_eq!(
        server.send(&post(&payload(2))).await.answer().await.status,
        200
    );
    assert_eq!(next(&mut events).await.id.as_str(), "EXAMPLE-2");
}

#[tokio::test]
async fn what_is_no_chunked_encoding_is_answered_400() {
    let server = Server::start(router(willing().body_timeout(LONG))).await;
    let mut client = server.send(&right(CHUNKED, b"texto\r\n")).await;
    assert_eq!(client.answer().await.status, 400);
    client.reader.closed().await;
}
