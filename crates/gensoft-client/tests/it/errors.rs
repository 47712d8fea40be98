//! Gensoft's error answers. How each operation ends under each fault and status is in
//! `tests/matrix`.

use bytes::Bytes;
use gensoft_client::Error;
use gensoft_client::ErrorKind::Rejected;
use gensoft_client::http::StatusCode;
use gensoft_client::sandbox::{Fault, Sandbox};
use serde_json::json;

use crate::support::{Op, client, eager};

/// The target of the redirect shows what is probably wrong. The error says that, but not the
/// target.
#[tokio::test]
async fn a_redirect_says_what_is_probably_wrong() {
    let sandbox = Sandbox::start().await.unwrap();
    let secure = sandbox.url().replace("http:", "https:") + "/api/v1/marker/";
    for (op, location, says) in [
        (Op::Attendance, secure.as_str(), "the base URL"),
        (Op::Report, "http://marker.example/", "the base URL"),
        (
            Op::Attendance,
            "/api/v1/attendance",
            "without its trailing slash",
        ),
        (
            Op::Report,
            "/api/v1/results/upload/execution/10/",
            "with a trailing slash",
        ),
        (Op::Report, "10/?marker", "with a trailing slash"),
        (Op::Report, "/api/v1/marker", "including a trailing slash"),
        (
            Op::Attendance,
            "http://[marker",
            "including a trailing slash",
        ),
    ] {
        let (status, location) = (StatusCode::PERMANENT_REDIRECT, location.to_owned());
        sandbox
            .fail_next(op.id(), Fault::Redirect { status, location })
            .unwrap();
        let error = op.call(&client(&sandbox, eager())).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(says) && !text.contains("marker"), "{text}");
    }
}

/// Inferred: the two forms of Django REST framework. The text is for the program and is not
/// printed.
#[tokio::test]
async fn errors_of_the_framework_have_a_message() {
    let sandbox = Sandbox::start().await.unwrap();
    for (body, message) in [
        (json!({ "detail": "texto de exemplo" }), "texto de exemplo"),
        (
            json!({ "patient": ["texto um", "texto dois"], "non_field_errors": ["texto tres"] }),
            "non_field_errors: texto tres; patient: texto um texto dois",
        ),
        (json!(["texto de exemplo"]), "texto de exemplo"),
        (json!({ "error_message": "texto" }), "texto"),
    ] {
        for op in Op::ALL {
            let error = answered(&sandbox, op, body.to_string()).await;
            assert_eq!((error.kind(), error.message()), (Rejected, Some(message)));
            assert_eq!(error.body(), body.to_string().as_bytes());
            assert!(!format!("{error} {error:?}").contains("texto"));
        }
    }
}

/// One odd byte costs neither the message nor the code.
#[tokio::test]
async fn odd_error_bodies_are_read() {
    let sandbox = Sandbox::start().await.unwrap();
    for (body, message) in [
        (
            &b"\xef\xbb\xbf{\"detail\":\"texto\",\"code\":\"limite\"}"[..],
            "texto",
        ),
        (b"{\"detail\":\"n\xe3o\",\"code\":\"limite\"}", "n\u{fffd}o"),
        (
            b"{\"detail\":\"a\nb\",\"x\":NaN,\"code\":\"limite\"}",
            "a\nb",
        ),
        (
            b"{\"detail\":\"velho\",\"detail\":\"\\ud83dtexto\",\"code\":\"limite\"}",
            "\u{fffd}texto",
        ),
        (
            b"\xef\xbb\xbf{\"patient\":{\"nome\":[\"inv\xe1lido\"]},\"code\":\"limite\"}",
            "patient.nome: inv\u{fffd}lido",
        ),
    ] {
        for op in Op::ALL {
            let error = answered(&sandbox, op, body).await;
            let is = (error.kind(), error.message(), error.code());
            assert_eq!(is, (Rejected, Some(message), Some("limite")));
            assert_eq!(error.body(), body);
        }
    }
}

#[tokio::test]
async fn an_error_of_any_form_is_an_error_with_its_body() {
    let sandbox = Sandbox::start().await.unwrap();
    for body in [
        "",
        "<h1>texto</h1>",
        "texto",
        "null",
        "[]",
        "{\"campo\":{\"a\":[1]}}",
        "{\"code\":42}",
        "{\"detail\":",
    ] {
        for op in Op::ALL {
            let error = answered(&sandbox, op, body.to_owned()).await;
            assert_eq!(
                (error.kind(), error.message(), error.code()),
                (Rejected, None, None),
                "{body}"
            );
            assert_eq!(error.body(), body.as_bytes());
        }
    }
}

async fn answered(sandbox: &Sandbox, op: Op, body: impl Into<Bytes>) -> Error {
    let status = StatusCode::BAD_REQUEST;
    let (headers, body) = (Default::default(), body.into());
    let fault = Fault::Status {
        status,
        headers,
        body,
    };
    sandbox.fail_next(op.id(), fault).unwrap();
    op.call(&client(sandbox, eager())).await.unwrap_err()
}
