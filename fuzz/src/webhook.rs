//! Webhooks, as anybody can send them.

use std::convert::Infallible;

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Request};
use medreader_client::webhook::{Outcome, Receiver, Verifier, WebhookEvent, router};
use tower_service::Service as _;

use crate::network::{Message, run};

const PAIR: &str = "webhook-user:EXAMPLE-PASSWORD";

/// Receives the headers and the body, once as they are and once with the right credentials.
///
/// Nobody is let in without them, the router answers like the receiver, and an event that comes
/// again is a duplicate.
pub fn webhook(data: &[u8]) {
    let (headers, body) = Message::head(data);
    let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    let sent = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let token = BASE64_STANDARD.encode(PAIR);
    let without_padding = token.trim_end_matches('=').as_bytes();
    let has_token = |sent: &[u8]| {
        let mut parts = sent.windows(without_padding.len());
        parts.any(|part| part == without_padding)
    };
    if verifier.verify(&headers, body).is_ok() {
        assert!(sent.is_some_and(has_token));
    }
    let basic = HeaderValue::try_from(format!("Basic {token}")).unwrap();
    let mut admitted = headers.clone();
    admitted.insert(AUTHORIZATION, basic);
    let event = verifier.verify(&admitted, body);
    if let Ok(event) = &event {
        assert!(!event.id.as_str().is_empty());
        let written = serde_json::to_string(&**event).unwrap();
        let again = WebhookEvent::from_body(written.as_bytes()).unwrap();
        assert!(*again == **event, "{written}");
    }
    run(async {
        let receiver = Receiver::new(verifier, async |_| Ok::<(), Infallible>(()));
        let first = receiver.receive(&admitted, body).await;
        assert_eq!(first == Outcome::Handled, event.is_ok());
        let again = receiver.receive(&admitted, body).await;
        assert_eq!(again == Outcome::Duplicate, event.is_ok());
        for (headers, expected) in [
            (&admitted, again.status()),
            (&headers, receiver.receive(&headers, body).await.status()),
        ] {
            // The router believes the length that is announced.
            let announced = headers.get("content-length").is_some();
            let status = served(&receiver, headers, body).await;
            assert!(status == expected || announced, "{status}, not {expected}");
        }
    });
}

async fn served(receiver: &Receiver, headers: &HeaderMap, body: &[u8]) -> http::StatusCode {
    let mut request = Request::post("/").body(Body::from(body.to_vec())).unwrap();
    *request.headers_mut() = headers.clone();
    let response = router(receiver.clone()).call(request).await.unwrap();
    response.status()
}
