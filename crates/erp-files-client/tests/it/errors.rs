//! The ERP's error answers. How each operation ends under each fault and status is in
//! `tests/matrix`.

use std::time::Duration;

use common_http::ErrorKind::Conflict;
use common_http::transport::FakeAnswer;

use crate::support::{Op, network, on, seen, target};

/// `403-names-the-scope`: the program can tell its user what to ask the vendor for.
#[tokio::test(start_paused = true)]
async fn a_403_names_the_scope_and_is_not_repeated() {
    let target = target().await;
    for op in Op::ALL {
        let erp = network(move |asked, _| (asked == op).then(|| FakeAnswer::status(403)));
        let error = op.call(&on(&erp), &target).await.unwrap_err();
        let names = error.to_string().contains("lacks the scope gambit:erp");
        let of_the_erp = !matches!(op, Op::Token | Op::Transfer);
        assert_eq!(names, of_the_erp, "{op:?}: {error}");
        assert_eq!(seen(&erp, op).len(), 1);
    }
}

/// `errors-in-any-form`: a program can read the text, which is never printed.
#[tokio::test(start_paused = true)]
async fn an_error_of_any_form_is_an_error_with_its_body() {
    let target = target().await;
    for (body, message) in [
        ("", None),
        ("<h1>texto</h1>", None),
        ("texto", Some("texto")),
        ("\"texto\"", Some("texto")),
        ("null", None),
        ("[1]", None),
        ("{\"title\":", Some("{\"title\":")),
        (r#"{"title":"Conflict","status":409}"#, Some("Conflict")),
        (r#"{"title":"Conflict","detail":"texto"}"#, Some("texto")),
        (r#"{"errors":{"isSend":["texto"]}}"#, None),
    ] {
        for op in [
            Op::Initialize,
            Op::Finalize,
            Op::List,
            Op::SetSend,
            Op::Delete,
        ] {
            let answer = move || FakeAnswer::status(409).chunk(Duration::ZERO, body);
            let erp = network(move |asked, _| (asked == op).then(answer));
            let error = op.call(&on(&erp), &target).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.message()),
                (Conflict, message),
                "{op:?}, {body}"
            );
            assert_eq!(error.body(), body.as_bytes());
            assert!(!format!("{error} {error:?}").contains("texto"));
        }
    }
}

/// One odd byte does not cost the message or the code.
#[tokio::test(start_paused = true)]
async fn an_error_with_an_odd_byte_is_read() {
    let target = target().await;
    for (op, body, code, message) in [
        (
            Op::List,
            &b"\xef\xbb\xbf{\"title\":\"texto\"}"[..],
            None,
            Some("texto"),
        ),
        (
            Op::List,
            b"{\"title\":\"n\xe3o\"}",
            None,
            Some("n\u{fffd}o"),
        ),
        (Op::List, b"\xef\xbb\xbf\"texto\"", None, Some("texto")),
        (Op::List, b"n\xe3o", None, Some("n\u{fffd}o")),
        (
            Op::Token,
            b"\xef\xbb\xbf{\"error\":\"invalid_client\"}",
            Some("invalid_client"),
            None,
        ),
        (
            Op::Token,
            b"{\"error\":\"invalid_client\",\"x\":\"n\xe3o\"}",
            Some("invalid_client"),
            None,
        ),
        (
            Op::Transfer,
            b"\xef\xbb\xbf<Error><Code>AccessDenied</Code><Message>n\xe3o</Message></Error>",
            Some("AccessDenied"),
            Some("n\u{fffd}o"),
        ),
    ] {
        let answer = move || FakeAnswer::status(400).chunk(Duration::ZERO, body);
        let erp = network(move |asked, _| (asked == op).then(answer));
        let error = op.call(&on(&erp), &target).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (code, message), "{op:?}");
    }
}
