//! The axum router, served over a real socket to a client that writes bytes.

mod client;
mod limits;

use std::future::ready;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use medreader_client::Recorded;
use medreader_client::webhook::{Events, Receiver, Verifier, WebhookEvent, router};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use self::client::{HANGING, Server, post, post_with};
use super::{PASSWORD, USER, basic, payload, verifier};

/// A receiver whose handler succeeds.
fn willing() -> Receiver {
    accepting(verifier())
}

fn accepting(verifier: Verifier) -> Receiver {
    Receiver::new(verifier, |_| ready(Ok::<(), io::Error>(())))
}

async fn next(events: &mut Events) -> Recorded<WebhookEvent> {
    timeout(HANGING, events.next()).await.unwrap().unwrap()
}

/// The statuses of these requests, each on a connection of its own.
async fn statuses(server: &Server, requests: &[Vec<u8>]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(server.send(request).await.answer().await.status);
    }
    statuses
}

#[tokio::test]
async fn a_webhook_is_handled_and_answered_with_nothing_more_than_200() {
    let (receiver, mut events) = Receiver::channel(verifier(), 10);
    let server = Server::start(router(receiver)).await;
    let answer = server.send(&post(&payload(1))).await.answer().await;
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (200, Some("0"))
    );
    assert_eq!(next(&mut events).await.id.as_str(), "EXAMPLE-1");
}

#[tokio::test]
async fn one_connection_carries_many_webhooks() {
    let (receiver, mut events) = Receiver::channel(verifier(), 10);
    let server = Server::start(router(receiver)).await;
    let mut client = server.connect().await;
    for number in [1, 2, 1] {
        client.write(&post(&payload(number))).await;
        assert_eq!(client.answer().await.status, 200);
    }
    drop(server);
    for number in [1, 2] {
        let event = next(&mut events).await;
        assert_eq!(event.id.as_str(), format!("EXAMPLE-{number}"));
    }
}

#[tokio::test]
async fn a_body_in_chunks_is_one_body() {
    let (receiver, mut events) = Receiver::channel(verifier(), 10);
    let server = Server::start(router(receiver)).await;
    let mut request = post_with(
        &basic(USER, PASSWORD),
        "Transfer-Encoding: chunked\r\n",
        b"",
    );
    for part in payload(1).chunks(7) {
        request.extend(format!("{:x}\r\n", part.len()).into_bytes());
        request.extend(part);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    assert_eq!(statuses(&server, &[request]).await, [200]);
    assert_eq!(
        next(&mut events).await.raw().as_str().as_bytes(),
        payload(1)
    );
}

#[tokio::test]
async fn a_body_is_read_in_the_charset_that_its_headers_name() {
    let (receiver, mut events) = Receiver::channel(verifier(), 10);
    let server = Server::start(router(receiver)).await;
    let body = b"{\"id\":\"A\",\"prescription_confidence_notes\":\"leg\xedvel\"}";
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; charset=ISO-8859-1\r\n\
         Authorization: {}\r\nContent-Length: {}\r\n\r\n",
        basic(USER, PASSWORD),
        body.len()
    );
    let request = [head.as_bytes(), body].concat();
    assert_eq!(statuses(&server, &[request]).await, [200]);
    let event = next(&mut events).await;
    let notes = event.prescription_confidence_notes.as_deref();
    assert_eq!(
        (notes, event.raw().as_bytes()),
        (Some("legível"), &body[..])
    );
}

#[tokio::test]
async fn wrong_credentials_are_answered_401_with_a_challenge() {
    let server = Server::start(router(willing())).await;
    let body = payload(1);
    let length = format!("Content-Length: {}\r\n", body.len());
    for value in [
        basic(USER, "EXAMPLE-OTHER"),
        "Bearer EXAMPLE".to_owned(),
        String::new(),
    ] {
        let mut client = server.send(&post_with(&value, &length, &body)).await;
        let answer = client.answer().await;
        assert_eq!(answer.status, 401, "{value}");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic ")
        );
    }
    let without = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{length}\r\n").into_bytes();
    let twice = post_with(
        &basic(USER, PASSWORD),
        &format!("Authorization: {}\r\n{length}", basic(USER, PASSWORD)),
        &body,
    );
    assert_eq!(
        statuses(&server, &[[without, body].concat(), twice]).await,
        [401, 401]
    );
}

#[tokio::test]
async fn a_body_that_is_not_a_payload_is_answered_400() {
    let server = Server::start(router(willing())).await;
    for body in ["", "texto", "{}", "[]", r#"{"id":""}"#, r#"{"id":[1]}"#] {
        assert_eq!(
            statuses(&server, &[post(body.as_bytes())]).await,
            [400],
            "{body}"
        );
    }
}

#[tokio::test]
async fn only_post_to_the_root_is_served() {
    let server = Server::start(router(willing())).await;
    for method in [
        "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "EXAMPLE",
    ] {
        let request = format!("{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = server.send(request.as_bytes()).await.answer().await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    let elsewhere = b"POST /other HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(server.send(elsewhere).await.answer().await.status, 404);
}

#[tokio::test]
async fn it_can_be_mounted_elsewhere() {
    let app = Router::new()
        .nest("/nested", router(willing()))
        .nest_service("/api/webhooks/medreader", router(willing()));
    let server = Server::start(app.merge(router(willing()))).await;
    let request = String::from_utf8(post(&payload(1))).unwrap();
    let to = |path: &str| {
        request
            .replacen("POST / ", &format!("POST {path} "), 1)
            .into_bytes()
    };
    for (path, status) in [
        ("/", 200),
        ("//", 200),
        ("/nested", 200),
        ("/api/webhooks/medreader", 200),
        // As the tenant's configuration may have it.
        ("/api/webhooks/medreader/", 200),
        ("/api/webhooks/medreader/other", 404),
    ] {
        assert_eq!(statuses(&server, &[to(path)]).await, [status], "{path}");
    }
}

#[tokio::test]
async fn a_failed_event_is_answered_503_and_taken_when_it_is_sent_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let receiver = Receiver::new(verifier(), move |_| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match call {
                0 => Err(()),
                1 => panic!("the second call panics"),
                _ => Ok(()),
            }
        }
    });
    let server = Server::start(router(receiver)).await;
    let mut client = server.connect().await;
    let mut statuses = Vec::new();
    // All on one connection, which survives a panic.
    for _ in 0..4 {
        client.write(&post(&payload(1))).await;
        statuses.push(client.answer().await.status);
    }
    assert_eq!(statuses, [503, 503, 200, 200]);
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

/// Says when it is dropped.
struct OnDrop(mpsc::UnboundedSender<()>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[tokio::test]
async fn a_sender_who_hangs_up_does_not_stop_the_handler() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let receiver = Receiver::new(verifier(), {
        let (calls, begun, finish) = (Arc::clone(&calls), Arc::clone(&begun), Arc::clone(&finish));
        move |_| {
            let (calls, begun, finish) =
                (Arc::clone(&calls), Arc::clone(&begun), Arc::clone(&finish));
            async move {
                calls.fetch_add(1, Ordering::SeqCst);
                begun.notify_one();
                finish.notified().await;
                Ok::<(), io::Error>(())
            }
        }
    });
    let (gone, mut going) = mpsc::unbounded_channel();
    let watch = from_fn(move |request: Request, next: Next| {
        let on_drop = OnDrop(gone.clone());
        async move {
            let response: Response = next.run(request).await;
            drop(on_drop);
            response
        }
    });
    let server = Server::start(router(receiver).layer(watch)).await;

    let client = server.send(&post(&payload(1))).await;
    timeout(HANGING, begun.notified()).await.unwrap();
    drop(client);
    // The server has noticed, and has dropped what it did for this request.
    timeout(HANGING, going.recv()).await.unwrap();

    // Sent again while the first is being handled: it waits, and is not handled itself.
    let mut again = server.send(&post(&payload(1))).await;
    finish.notify_one();
    assert_eq!(again.answer().await.status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}
