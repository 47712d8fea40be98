//! Answers: the vendor's examples say nothing, so every form but a web page is accepted.

use gensoft_client::sandbox::{AnswerShape, Sandbox};
use gensoft_client::{Delivery, ErrorKind, RawJson};
use serde_json::{Value, json};

use crate::support::{Op, client, eager, order, start_with};

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
