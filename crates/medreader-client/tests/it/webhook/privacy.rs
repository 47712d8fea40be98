//! Nothing that was sent is printed, except the id of the analysis.

use std::fmt::{Debug, Display};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use medreader_client::webhook::{Outcome, Receiver, Verifier, WebhookError, WebhookEvent};
use testing::journal::Journal;
use testing::store::FaultyStore;

use super::{authorization, basic};

const MARKER: &str = "MARKER";
/// The marker's number, and the marker as Base64 wherever it begins.
const FORMS: [&str; 5] = [MARKER, "98765", "TUFSS0VS", "1BUktFU", "NQVJLRV"];

const BODY: &str = r#"{"id":"EXAMPLE","created_at":"MARKER","prescription_confidence_score":98765,"prescription_confidence_notes":"MARKER","MARKERfield":["MARKER",98765]}"#;

/// Bodies that are refused, each with the marker where reading fails.
const REFUSED: [&str; 5] = [
    "MARKER",
    r#""MARKER""#,
    r#"{"id":["MARKER"]}"#,
    r#"{"MARKER":98765}"#,
    r#"{"id":"MARKER","id":["MARKER"]}"#,
];

fn assert_hidden(text: &str) {
    for form in FORMS {
        assert!(!text.contains(form), "{form} in {text}");
    }
}

fn assert_debug_hidden(value: &dyn Debug) {
    assert_hidden(&format!("{value:?} {value:#?}"));
}

fn marked_verifier() -> Verifier {
    Verifier::new("MARKER-user", "MARKER-password").also_accept("MARKER", "98765")
}

/// Refused credentials of every kind, each with the marker.
fn refused_credentials() -> Vec<HeaderMap> {
    let mut all: Vec<_> = [
        basic("MARKER", "MARKER"),
        "Bearer MARKER".to_owned(),
        "MARKER".to_owned(),
        format!("Basic {}", STANDARD.encode("MARKER")),
        "Basic MARKER!".to_owned(),
    ]
    .iter()
    .map(|value| authorization(value))
    .collect();
    all.push(HeaderMap::new());
    all
}

#[test]
fn the_types_show_no_secret_and_no_data() {
    let event = WebhookEvent::from_body(BODY.as_bytes()).unwrap();
    assert_eq!(
        format!("{event:?}"),
        r#"WebhookEvent { id: AnalysisId("EXAMPLE"), .. }"#
    );
    assert_debug_hidden(&event);
    assert_debug_hidden(event.raw());
    assert_debug_hidden(&marked_verifier());
    let (receiver, events) = Receiver::channel(marked_verifier(), 1);
    assert_debug_hidden(&receiver);
    assert_debug_hidden(&events);
}

#[test]
fn the_errors_show_nothing_that_was_sent() {
    let right = authorization(&basic("MARKER-user", "MARKER-password"));
    let verifier = marked_verifier().body_limit(1000);
    let mut errors: Vec<WebhookError> = REFUSED
        .iter()
        .map(|body| verifier.verify(&right, body.as_bytes()).unwrap_err())
        .collect();
    errors.push(
        verifier
            .verify(&right, "MARKER".repeat(200).as_bytes())
            .unwrap_err(),
    );
    for headers in refused_credentials() {
        errors.push(verifier.verify(&headers, BODY.as_bytes()).unwrap_err());
    }
    for error in errors {
        assert_debug_hidden(&error);
        let shown: &dyn Display = &error;
        assert_hidden(&shown.to_string());
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            assert_hidden(&format!("{inner} {inner:?}"));
            source = inner.source();
        }
        assert_debug_hidden(&Outcome::Refused(error));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_log_shows_nothing_that_was_sent() {
    let journal = Journal::default();
    let guard = journal.keep("trace");

    let right = authorization(&basic("MARKER-user", "MARKER-password"));
    let handled = Receiver::new(marked_verifier(), async |_| Ok::<(), &str>(()));
    let failing = Receiver::new(marked_verifier(), async |_| Err::<(), &str>(MARKER));
    let unread = handled
        .clone()
        .store(&Arc::new(FaultyStore::Broken(MARKER)));
    let unmarked = handled
        .clone()
        .store(&Arc::new(FaultyStore::ReadOnly(MARKER)));

    let mut statuses = Vec::new();
    for receiver in [&unread, &unmarked, &failing, &handled, &handled] {
        statuses.push(
            receiver
                .receive(&right, BODY.as_bytes())
                .await
                .status()
                .as_u16(),
        );
    }
    assert_eq!(statuses, [200, 200, 503, 200, 200]);
    for body in REFUSED {
        assert_eq!(handled.receive(&right, body.as_bytes()).await.status(), 400);
    }
    for headers in refused_credentials() {
        assert_eq!(
            handled.receive(&headers, BODY.as_bytes()).await.status(),
            401
        );
    }
    drop(guard);

    let log = journal.text();
    for line in [
        "the store of seen events could not be read",
        "a handled webhook could not be marked as seen",
        "the handler of a webhook failed",
        "webhook sent again",
        "webhook refused status=400",
        "webhook refused status=401",
    ] {
        assert!(log.contains(line), "{line} is not in {log}");
    }
    assert_hidden(&log);
}
