//! The answers to calls that succeed.

use gensoft_client::sandbox::{AnswerShape, Sandbox};
use serde_json::json;

use crate::support::start_with;

use super::wire::{attend, upload};

#[tokio::test]
async fn each_shape_is_played_by_both_operations() {
    let text = "text/plain; charset=utf-8";
    let kittens = "application/json";
    for (shape, status, kind, body) in [
        (AnswerShape::Object, 200, Some(kittens), Some("{}")),
        (AnswerShape::Empty, 200, None, Some("")),
        (AnswerShape::EmptyCreated, 201, None, Some("")),
        (AnswerShape::NoContent, 204, None, Some("")),
        (
            AnswerShape::Text,
            200,
            Some(text),
            Some("Recebido com sucesso."),
        ),
        (
            AnswerShape::Page,
            200,
            Some("text/html; charset=utf-8"),
            Some("<html><body>Recebido com sucesso.</body></html>"),
        ),
        (
            AnswerShape::Json(json!({ "a": [1] })),
            200,
            Some(kittens),
            Some("{\"a\":[1]}"),
        ),
        (AnswerShape::Kittens, 200, Some(kittens), None),
    ] {
        let sandbox = start_with(|set| {
            set.attendance_answer = shape.clone();
            set.report_answer = shape.clone();
        })
        .await;
        for got in [attend(&sandbox, "{}").await, upload(&sandbox, "10").await] {
            assert_eq!(
                (got.status, got.header("content-type")),
                (status, kind),
                "{shape:?}"
            );
            match body {
                Some(body) => assert_eq!(got.text(), body),
                None => assert_eq!(got.json()[1]["name"], "Max"),
            }
        }
    }
}

#[tokio::test]
async fn the_answers_are_the_documents_by_default() {
    let sandbox = Sandbox::start().await.unwrap();
    let kittens = json!([
        { "id": 1, "name": "Fluffums", "breed": "calico", "fluffiness": 6, "cuteness": 7 },
        { "id": 2, "name": "Max", "breed": "unknown", "fluffiness": 5, "cuteness": 10 },
    ]);
    assert_eq!(attend(&sandbox, "{}").await.json(), kittens);
    assert_eq!(upload(&sandbox, "10").await.json(), kittens);
    let sandbox = start_with(|set| set.attendance_answer = AnswerShape::NoContent).await;
    assert_eq!(attend(&sandbox, "{}").await.status, 204);
    assert_eq!(upload(&sandbox, "10").await.status, 200);
}
