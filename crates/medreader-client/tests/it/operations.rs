//! Every operation under everything that can happen to a call: the right value or the right error,
//! and what has an effect is sent at most once when its fate is unknown.

mod cases;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{CallOptions, Effect, Operation};
use http::Method;
use medreader_client::OPERATIONS;
use medreader_client::prescriptions::{PrescriptionFile, WaitOptions};
use tokio::time::{Instant, advance};

use self::cases::{Case, cases};
use crate::support::{authorization, calls, client, folder, logins, refusal, told, vendor};

/// The first call is answered by `first`, and each after it with success.
fn once(case: &Case, first: fn() -> FakeAnswer) -> Arc<FakeTransport> {
    let success = case.success;
    vendor(move |_, call| match call {
        0 => first(),
        _ => FakeAnswer::json(success),
    })
}

fn always(answer: impl Fn() -> FakeAnswer + Send + Sync + 'static) -> Arc<FakeTransport> {
    vendor(move |_, _| answer())
}

/// The most attempts of an operation.
fn most(operation: &Operation) -> u32 {
    if operation.is_transfer() { 3 } else { 4 }
}

fn is_effectful(case: &Case) -> bool {
    case.operation.effect() == Effect::Effectful
}

#[test]
fn each_operation_but_the_login_has_a_case() {
    let cases: BTreeSet<&str> = cases().iter().map(|case| case.operation.id()).collect();
    let mut operations: BTreeSet<&str> =
        OPERATIONS.iter().map(|operation| operation.id()).collect();
    // Logins are tested with the sessions.
    assert!(operations.remove("medreader.sessions.open"));
    assert_eq!(cases, operations);
}

#[test]
fn what_has_an_effect_is_known() {
    for operation in OPERATIONS {
        let effect = match operation.id() {
            "medreader.folders.create" | "medreader.prescriptions.upload" => Effect::Effectful,
            "medreader.configuration.update" | "medreader.sessions.open" => Effect::Idempotent,
            _ => Effect::Safe,
        };
        assert_eq!(operation.effect(), effect, "{operation}");
        let is_upload = operation.id() == "medreader.prescriptions.upload";
        assert_eq!(operation.is_transfer(), is_upload, "{operation}");
        let is_login = operation.id() == "medreader.sessions.open";
        assert_eq!(operation.is_login(), is_login, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn success() {
    for case in cases() {
        let success = case.success;
        let network = always(move || FakeAnswer::json(success));
        (case.send)(client(&network)).await.unwrap();
        assert_eq!((logins(&network), calls(&network).len()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn statuses_that_are_not_documented() {
    for case in cases() {
        for (status, kind) in [
            (403, "permission_denied"),
            (410, "not_found"),
            (413, "rejected"),
            (302, "rejected"),
        ] {
            let network =
                always(move || FakeAnswer::status(status).chunk(Duration::ZERO, "<html>"));
            let error = (case.send)(client(&network)).await.unwrap_err();
            assert_eq!(
                told(&error),
                (kind, Some(status), None, 1, "answered"),
                "{}",
                case.operation
            );
            assert_eq!(error.body(), b"<html>");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_keeps_to_its_options() {
    let network =
        always(|| FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused)));
    let client = client(&network);
    let (folders, settings) = (client.folders(), client.configuration());
    let prescriptions = client.prescriptions();
    let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 exemplo");
    let id = "1".into();
    let once = || CallOptions::default().max_attempts(1);
    let errors = [
        folders.create("Pasta").options(once()).await.map(drop),
        folders.get(&folder()).options(once()).await.map(drop),
        prescriptions
            .upload(&folder(), file)
            .options(once())
            .await
            .map(drop),
        prescriptions.result(&id).options(once()).await.map(drop),
        prescriptions
            .results(&folder())
            .options(once())
            .await
            .map(drop),
        settings.get().options(once()).await.map(drop),
        settings
            .update()
            .s3_region("a")
            .options(once())
            .await
            .map(drop),
    ];
    assert_eq!(calls(&network).len(), errors.len());
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(told(&error), ("connect", None, None, 1, "not_sent"));
    }

    // A poll of a wait keeps to them, too, and then it is polled again.
    let wait = || WaitOptions::default().deadline(Duration::from_secs(1));
    let result = prescriptions.result(&id).options(once());
    let upload = prescriptions.result_of(&"1".into()).options(once());
    let errors = [
        result.wait(wait()).await.unwrap_err(),
        upload.wait(wait()).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(told(&error), ("connect", None, None, 1, "not_sent"));
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_once() {
    for case in cases() {
        let network = once(&case, || refusal(429, "muitas").header("retry-after", "7"));
        let client = client(&network);
        let began = Instant::now();
        (case.send)(client).await.unwrap();
        assert_eq!(calls(&network).len(), 2, "{}", case.operation);
        assert!(began.elapsed() >= Duration::from_secs(7));
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_for_longer_than_anyone_waits() {
    for case in cases() {
        let network = always(|| FakeAnswer::status(429).header("retry-after", "86400"));
        let began = Instant::now();
        let error = (case.send)(client(&network)).await.unwrap_err();
        assert_eq!(
            told(&error),
            ("rate_limited", Some(429), None, 1, "answered")
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
        assert_eq!(
            (calls(&network).len(), began.elapsed()),
            (1, Duration::ZERO)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_without_end() {
    for case in cases() {
        let network = always(|| FakeAnswer::status(429));
        let error = (case.send)(client(&network)).await.unwrap_err();
        let most = most(case.operation);
        assert_eq!(
            told(&error),
            ("rate_limited", Some(429), None, most, "answered")
        );
        assert_eq!(calls(&network).len(), most as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed_and_the_call_made_again() {
    for case in cases() {
        let success = case.success;
        let network = vendor(move |request, _| match authorization(request) {
            "Bearer EXAMPLE.TOKEN.1" => refusal(401, "unauthorized"),
            _ => FakeAnswer::json(success),
        });
        let client = client(&network);
        client.sessions().open().send().await.unwrap();
        advance(Duration::from_secs(61)).await;
        (case.send)(client).await.unwrap();
        assert_eq!(
            (logins(&network), calls(&network).len()),
            (2, 2),
            "{}",
            case.operation
        );
        let sent = calls(&network);
        assert_eq!(sent[0].body.len(), sent[1].body.len());
    }
}

/// An accepted session that is refused within the minute has ended. But where 401 is also a missing
/// permission it says nothing, and another login would only help to lock the account.
#[tokio::test(start_paused = true)]
async fn a_session_that_was_accepted_is_renewed_at_any_age_but_for_the_configuration() {
    for case in cases() {
        let is_configuration = case.operation.path().ends_with("/configurations");
        let success = case.success;
        let network = vendor(move |request, call| match (call, authorization(request)) {
            (1.., "Bearer EXAMPLE.TOKEN.1") => refusal(401, "unauthorized"),
            _ => FakeAnswer::json(success),
        });
        let client = client(&network);
        (case.send)(client.clone()).await.unwrap();
        let again = (case.send)(client.clone()).await;
        assert_eq!(again.is_ok(), !is_configuration, "{}", case.operation);
        if let Err(error) = again {
            let expected = (
                "permission_denied",
                Some(401),
                Some("unauthorized"),
                1,
                "answered",
            );
            assert_eq!(told(&error), expected);
            assert_eq!(logins(&network), 1);
            advance(Duration::from_secs(61)).await;
            (case.send)(client).await.unwrap();
        }
        assert_eq!(logins(&network), 2, "{}", case.operation);
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_that_a_new_login_does_not_help_is_the_end() {
    for case in cases() {
        let network = always(|| refusal(401, "unauthorized"));
        let client = client(&network);
        client.sessions().open().send().await.unwrap();
        advance(Duration::from_secs(61)).await;
        let error = (case.send)(client).await.unwrap_err();
        let kind = if case.operation.path().ends_with("/configurations") {
            "permission_denied"
        } else {
            "unauthenticated"
        };
        assert_eq!(
            told(&error),
            (kind, Some(401), Some("unauthorized"), 2, "answered")
        );
        assert_eq!(
            (logins(&network), calls(&network).len()),
            (2, 2),
            "{}",
            case.operation
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_session_the_call_is_not_sent() {
    for case in cases() {
        let network = FakeTransport::new(|_| refusal(401, "invalid_credentials"));
        let error = (case.send)(client(&network)).await.unwrap_err();
        assert_eq!(
            told(&error),
            (
                "credentials",
                Some(401),
                Some("invalid_credentials"),
                1,
                "not_sent"
            )
        );
        assert_eq!(error.operation(), Some("medreader.sessions.open"));
        assert_eq!(calls(&network).len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_lost_before_the_request_left_is_tried_again() {
    for case in cases() {
        let network = once(&case, || {
            FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused))
        });
        (case.send)(client(&network)).await.unwrap();
        assert_eq!(calls(&network).len(), 2);

        let network =
            always(|| FakeAnswer::error(TransportError::Connect(common_http::Cause::Dns)));
        let error = (case.send)(client(&network)).await.unwrap_err();
        let most = most(case.operation);
        assert_eq!(told(&error), ("connect", None, None, most, "not_sent"));
        assert_eq!(calls(&network).len(), most as usize);
    }
}

/// The most important one: a lost answer, silence and a failed vendor leave in doubt what was done.
#[tokio::test(start_paused = true)]
async fn what_has_an_effect_is_sent_once_when_its_fate_is_unknown() {
    type Loss = (fn() -> FakeAnswer, &'static str, Option<u16>);
    let losses: [Loss; 7] = [
        (
            || FakeAnswer::error(TransportError::Interrupted),
            "interrupted",
            None,
        ),
        (
            || FakeAnswer::error(TransportError::Protocol),
            "interrupted",
            None,
        ),
        (|| FakeAnswer::json(r#"{"id":"#).cut(), "interrupted", None),
        (FakeAnswer::never, "timeout", None),
        (|| FakeAnswer::status(408), "timeout", Some(408)),
        (|| FakeAnswer::status(500), "server", Some(500)),
        (|| FakeAnswer::status(503), "server", Some(503)),
    ];
    for case in cases() {
        for (loss, kind, status) in losses {
            let network = once(&case, loss);
            let outcome = (case.send)(client(&network)).await;
            let sent = calls(&network).len();
            if is_effectful(&case) {
                let error = outcome.unwrap_err();
                assert_eq!(told(&error), (kind, status, None, 1, "unknown"));
                assert_eq!(sent, 1, "{} {kind}", case.operation);
            } else {
                outcome.unwrap();
                assert_eq!(sent, 2, "{} {kind}", case.operation);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_says_when_to_come_back_has_not_acted() {
    for case in cases() {
        let network = once(&case, || FakeAnswer::status(503).header("retry-after", "1"));
        (case.send)(client(&network)).await.unwrap();
        assert_eq!(calls(&network).len(), 2, "{}", case.operation);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_that_cannot_be_read_has_had_its_effect() {
    for case in cases() {
        let is_configuration = case.operation.path().ends_with("/configurations");
        // No field of the settings is required.
        let drifted = if is_configuration {
            "7"
        } else {
            r#"{"id":[7],"results":7}"#
        };
        let is_list = case.operation.id() == "medreader.prescriptions.results";
        for body in ["", "null", "[]", "<html>", drifted] {
            // No list is an empty one.
            if is_list && matches!(body, "" | "null") {
                continue;
            }
            // Nobody knows who wrote a page.
            let in_doubt = body == "<html>" && *case.operation.method() != Method::GET;
            let delivery = if in_doubt { "unknown" } else { "answered" };
            let network = always(move || FakeAnswer::json(body));
            let error = (case.send)(client(&network))
                .await
                .expect_err(case.operation.id());
            assert_eq!(
                told(&error),
                ("decode", Some(200), None, 1, delivery),
                "{} {body}",
                case.operation
            );
            assert_eq!(error.body(), body.as_bytes());
            assert_eq!(calls(&network).len(), 1);
        }
    }
}
