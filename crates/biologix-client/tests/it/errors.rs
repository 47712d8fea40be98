//! The vendor's error answers, as an error shows them.

use std::time::Duration;

use biologix_client::ErrorCode;
use common_http::transport::FakeAnswer;
use common_http::{Error, ErrorKind};

use crate::support::{impatient, network, partner};

/// The error of a list call with this answer.
async fn error(status: u16, body: impl Into<bytes::Bytes>) -> Error {
    let body = body.into();
    let network = network(move |_| FakeAnswer::status(status).chunk(Duration::ZERO, body.clone()));
    let list = impatient(&network).exams(&partner()).list().send();
    list.await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn the_error_member_is_the_code() {
    for (status, word, code, kind) in [
        (
            429,
            "tooManyRequests",
            ErrorCode::TooManyRequests,
            ErrorKind::RateLimited,
        ),
        (
            403,
            "notAuthorized",
            ErrorCode::NotAuthorized,
            ErrorKind::PermissionDenied,
        ),
        (
            // It can mean the session.
            401,
            "notAuthorized",
            ErrorCode::NotAuthorized,
            ErrorKind::Unauthenticated,
        ),
    ] {
        let class = "com.biologix.springbase.core.error.ExampleException";
        let error = error(
            status,
            format!(r#"{{"_class":"{class}","error":"{word}"}}"#),
        )
        .await;
        assert_eq!(ErrorCode::of(&error), Some(code), "{status}");
        assert_eq!((error.kind(), error.code()), (kind, Some(word)));
        assert_eq!(
            (error.printable_code(), error.message()),
            (Some(word), None)
        );
        assert!(error.to_string().contains(word), "{error}");
        assert!(!format!("{error} {error:?}").contains("springbase"));
    }
    let instead = error(400, r#"{"code":"exampleCode"}"#).await;
    assert_eq!(instead.code(), Some("exampleCode"));
}

#[tokio::test(start_paused = true)]
async fn a_message_is_kept_and_so_is_the_text_of_the_framework() {
    for (body, code, message) in [
        (
            r#"{"error":"exampleCode","message":"texto de exemplo"}"#,
            Some("exampleCode"),
            Some("texto de exemplo"),
        ),
        (
            r#"{"message":"texto de exemplo"}"#,
            None,
            Some("texto de exemplo"),
        ),
        (
            r#"{"timestamp":"2030-01-02T03:04:05.678+00:00","status":400,"error":"Bad Request","path":"/v2/example"}"#,
            None,
            Some("Bad Request"),
        ),
        (
            r#"{"error":"Bad Request","message":"texto de exemplo"}"#,
            None,
            Some("texto de exemplo"),
        ),
        (r#"{"error":"Not-Found"}"#, None, Some("Not-Found")),
    ] {
        let error = error(400, body).await;
        assert_eq!((error.code(), error.message()), (code, message), "{body}");
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(!format!("{error} {error:?}").contains("texto"));
        assert!(!format!("{error} {error:?}").contains("Bad"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_code_is_kept_and_printed_as_unrecognised() {
    let error = error(409, r#"{"error":"exampleCode"}"#).await;
    let code = ErrorCode::of(&error);
    assert_eq!(code, Some(ErrorCode::Unknown("exampleCode".into())));
    assert_eq!(error.code(), Some("exampleCode"));
    assert_eq!(error.printable_code(), Some("unrecognised"));
    for shown in [error.to_string(), format!("{error:?}"), format!("{code:?}")] {
        assert!(!shown.contains("exampleCode"), "{shown}");
    }
    assert!(error.to_string().contains("unrecognised"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_error_may_have_any_body_or_none() {
    for body in [
        "",
        "null",
        "[]",
        "\"tooManyRequests\"",
        "{}",
        r#"{"error":null}"#,
        r#"{"error":{"code":"exampleCode"}}"#,
        r#"{"error":7}"#,
        "{\"error\":\"tooMany",
        "<html><title>Bad Gateway</title></html>",
        "\u{feff}",
    ] {
        for (status, kind) in [
            (302, ErrorKind::Rejected),
            (400, ErrorKind::Rejected),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (502, ErrorKind::Server),
        ] {
            let error = error(status, body).await;
            assert_eq!(error.kind(), kind, "{status} {body}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!(ErrorCode::of(&error), None, "{body}");
            assert_eq!(error.body(), body.as_bytes());
        }
    }
}

/// Whatever the words, a wrong token is not a wrong password.
#[tokio::test(start_paused = true)]
async fn a_401_of_a_call_is_the_sessions_whatever_its_code() {
    for code in ["incorrectPassword", "exampleCode"] {
        let error = error(401, format!(r#"{{"error":"{code}"}}"#)).await;
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{code}");
        assert_eq!(error.operation(), Some("biologix.exams.list"));
        assert_eq!(error.code(), Some(code));
    }
}
