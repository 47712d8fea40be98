//! Answers: the vendor's examples say nothing, so every form but a web page is accepted.

use gensoft_client::http::header::CONTENT_TYPE;
use gensoft_client::http::{HeaderMap, HeaderValue, StatusCode};
use gensoft_client::sandbox::{AnswerShape, Fault, Sandbox};
use gensoft_client::{Delivery, ErrorKind, RawJson};
use serde_json::{Value, json};

use crate::support::{Op, client, eager, of_all_forms, order, start_with};

#[tokio::test]
async fn an_answer_of_any_shape_is_a_success() {
    let support = AnswerShape::Json(json!({ "protocolo": "EXEMPLO-7" }));
    for (shape, status, raw, text) in [
        (AnswerShape::Object, 200, Some("{}"), "{}"),
        (AnswerShape::Empty, 200, None, ""),
        (AnswerShape::EmptyCreated, 201, None, ""),
        (AnswerShape::NoContent, 204, None, ""),
        (AnswerShape::Text, 200, None, "Recebido com sucesso."),
        (
            support,
            200,
            Some(r#"{"protocolo":"EXEMPLO-7"}"#),
            r#"{"protocolo":"EXEMPLO-7"}"#,
        ),
    ] {
        let sandbox = start_with(|set| {
            set.attendance_answer = shape.clone();
            set.report_answer = shape.clone();
        })
        .await;
        for op in Op::ALL {
            let reply = op.call(&client(&sandbox, eager())).await.unwrap();
            assert_eq!(reply.status().as_u16(), status, "{op:?}, {shape:?}");
            assert_eq!(reply.raw().as_ref().map(RawJson::as_str), raw);
            assert_eq!(reply.body(), text.as_bytes());
            let typed = reply.json::<Value>();
            assert_eq!(typed.is_ok(), raw.is_some());
            if let Err(error) = typed {
                // Gensoft has accepted it, and the error says so.
                assert_eq!(
                    (error.kind(), error.delivery()),
                    (ErrorKind::Decode, Delivery::Answered)
                );
                assert_eq!(
                    (error.operation(), error.body()),
                    (Some(op.id()), &reply.body()[..])
                );
            }
            assert_eq!(op.effects(&sandbox), 1);
        }
    }
}

/// A firewall or a gateway wrote it, so nobody knows what became of the order or the report.
#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let sandbox = Sandbox::with(of_all_forms()).await.unwrap();
    for (status, kind, body) in [
        (
            200,
            "text/html; charset=utf-8",
            "<html>Acesso bloqueado</html>",
        ),
        (200, "TEXT/HTML", "bloqueado"),
        (201, "application/json", "\r\n <!DOCTYPE html>"),
        (202, "text/plain", "\u{feff}<p>{}</p>"),
        (200, "application/xhtml+xml", "{}"),
    ] {
        let fault = Fault::Status {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]),
            body: body.into(),
        };
        for op in Op::IN_ALL_FORMS {
            sandbox.clear_requests();
            sandbox.fail_always(op.id(), fault.clone()).unwrap();
            let error = op.call(&client(&sandbox, eager())).await.unwrap_err();
            let is = (error.kind(), error.delivery(), error.attempts());
            assert_eq!(
                is,
                (ErrorKind::Decode, Delivery::Unknown, 1),
                "{op:?}, {body}"
            );
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!(error.body(), body.as_bytes());
            assert!(
                !format!("{error} {error:?}").contains("bloqueado"),
                "{error}"
            );
            assert_eq!((sandbox.count(op.id()), op.effects(&sandbox)), (1, 0));
        }
    }
}

#[tokio::test]
async fn a_web_page_is_an_answer_in_one_setting() {
    let sandbox = start_with(|set| {
        set.attendance_answer = AnswerShape::Page;
        set.report_answer = AnswerShape::Page;
    })
    .await;
    for op in Op::ALL {
        let error = op.call(&client(&sandbox, eager())).await.unwrap_err();
        let is = (error.kind(), error.delivery(), error.attempts());
        assert_eq!(is, (ErrorKind::Decode, Delivery::Unknown, 1));
        assert_eq!(op.effects(&sandbox), 1);

        let accepting = eager().accept_html(true);
        let reply = op.call(&client(&sandbox, accepting)).await.unwrap();
        assert!(reply.raw().is_none() && reply.body().starts_with(b"<"));
        assert_eq!(op.effects(&sandbox), 2);
    }
}

#[tokio::test]
async fn the_documents_answer_can_be_read_as_any_type() {
    #[derive(serde::Deserialize)]
    struct Kitten {
        name: String,
    }
    let sandbox = Sandbox::start().await.unwrap();
    let reply = sandbox.client().attendances().send(&order()).await.unwrap();
    let kittens: Vec<Kitten> = reply.json().unwrap();
    assert_eq!(kittens[1].name, "Max");
    let error = reply.json::<Vec<u8>>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}
