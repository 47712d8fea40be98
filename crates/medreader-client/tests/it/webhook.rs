//! The webhook kit: verifier, event, receiver, channel, router.

mod channel;
mod event;
mod privacy;
mod receiver;
mod restart;
mod router;
mod verifier;

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use medreader_client::webhook::Verifier;

const USER: &str = "webhook-example";
const PASSWORD: &str = "EXAMPLE-PASSWORD";

fn verifier() -> Verifier {
    Verifier::new(USER, PASSWORD)
}

/// The value of the header as the vendor's document has it.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Headers with this `Authorization` only.
fn authorization(value: &str) -> HeaderMap {
    HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())])
}

fn right_headers() -> HeaderMap {
    authorization(&basic(USER, PASSWORD))
}

/// The documented payload, under an id of its own for each of these names.
fn payload(name: impl Display) -> Vec<u8> {
    format!(
        r#"{{"id":"EXAMPLE-{name}","created_at":"2030-01-02T03:04:05Z","prescription_confidence_score":95,"prescription_confidence_notes":"texto de exemplo"}}"#
    )
    .into_bytes()
}
