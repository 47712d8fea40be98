//! Logins that are refused are not repeated, and the refusal is remembered.

use std::sync::Arc;
use std::time::Duration;

use biologix_client::ErrorCode;
use common_http::ErrorKind;
use common_http::transport::{FakeAnswer, FakeTransport};
use tokio::time::sleep;

use crate::support::{client, opened, partner, refusal};

/// How long an answer takes, so that the callers really wait for each other.
const A_MOMENT: Duration = Duration::from_secs(1);

/// Ten callers, then ten more: the last error of each ten.
async fn twenty_calls(network: &Arc<FakeTransport>) -> [common_http::Error; 2] {
    let client = client(network);
    let mut errors = Vec::new();
    for _ in 0..2 {
        let calls = (0..10).map(|_| client.exams(&partner()).list().send());
        let answers = futures_util::future::join_all(calls).await;
        errors.extend(answers.into_iter().last().unwrap().err());
    }
    errors.try_into().unwrap()
}

#[tokio::test(start_paused = true)]
async fn incorrect_password_is_a_refused_login_under_any_status() {
    for status in [400, 401, 403, 404, 422, 500, 502, 503] {
        let network =
            FakeTransport::new(move |_| refusal(status, "incorrectPassword").after(A_MOMENT));
        for error in twenty_calls(&network).await {
            assert_eq!(error.kind(), ErrorKind::Credentials, "{status}");
            assert_eq!(ErrorCode::of(&error), Some(ErrorCode::IncorrectPassword));
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
        assert_eq!(network.count(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_of_a_login_is_a_refusal() {
    for (status, retry_after, pause) in [
        (429, Some("300"), 300),
        (429, None, 60),
        // Its code says so under any status.
        (503, Some("300"), 300),
        (500, None, 30),
        (200, None, 30),
    ] {
        let network = FakeTransport::new(move |request| {
            let answer = refusal(status, "tooManyRequests");
            match (request.index, retry_after) {
                (0, Some(time)) => answer.header("retry-after", time),
                (0, None) => answer,
                _ => opened().header("bx-session-token", "EXAMPLETOKEN0001"),
            }
        });
        let client = client(&network);
        let error = client.sessions().open().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(network.count(), 1, "{status}");
        let told = retry_after.is_some() || status == 429;
        let told = told.then_some(Duration::from_secs(pause));
        assert_eq!(error.retry_after(), told, "{status}");
        sleep(Duration::from_secs(pause) - Duration::from_millis(10)).await;
        let error = client.sessions().open().send().await.unwrap_err();
        assert_eq!((error.kind(), network.count()), (ErrorKind::RateLimited, 1));
        sleep(Duration::from_millis(20)).await;
        client.sessions().open().send().await.unwrap();
        assert_eq!(network.count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_user_identifier_is_a_message_in_any_member() {
    const TEXT: &str = "Invalid user identifier";
    for body in [
        format!(r#"{{"error":"{TEXT}"}}"#),
        format!(r#"{{"message":"{TEXT}"}}"#),
        format!(r#"{{"code":"{TEXT}"}}"#),
        format!(
            r#"{{"_class":"com.example.ExampleException","error":"badRequest","message":"{TEXT}"}}"#
        ),
    ] {
        for status in [400, 401, 422] {
            let sent = body.clone();
            let network = FakeTransport::new(move |_| {
                FakeAnswer::status(status).chunk(Duration::ZERO, sent.clone())
            });
            let error = client(&network).sessions().open().send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials, "{status} {body}");
            assert_eq!(error.message(), Some(TEXT), "{body}");
            assert_ne!(error.code(), Some(TEXT));
            assert!(!format!("{error} {error:?}").contains(TEXT));
        }
    }
}
