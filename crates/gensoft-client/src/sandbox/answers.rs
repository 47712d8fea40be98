//! What a call that succeeded is answered.

use common_http::sandbox::Answer;
use http::StatusCode;

use super::AnswerShape;

/// The document's example, word for word.
const KITTENS: &str = r#"[
  {
    "id": 1,
    "name": "Fluffums",
    "breed": "calico",
    "fluffiness": 6,
    "cuteness": 7
  },
  {
    "id": 2,
    "name": "Max",
    "breed": "unknown",
    "fluffiness": 5,
    "cuteness": 10
  }
]"#;

pub(super) fn answer(shape: &AnswerShape) -> Answer {
    match shape {
        AnswerShape::Kittens => Answer::json(StatusCode::OK, KITTENS),
        AnswerShape::Object => Answer::json(StatusCode::OK, "{}"),
        AnswerShape::Empty => Answer::new(StatusCode::OK),
        AnswerShape::EmptyCreated => Answer::new(StatusCode::CREATED),
        AnswerShape::NoContent => Answer::new(StatusCode::NO_CONTENT),
        AnswerShape::Text => {
            Answer::new(StatusCode::OK).body("text/plain; charset=utf-8", "Recebido com sucesso.")
        }
        AnswerShape::Json(value) => Answer::json(StatusCode::OK, value.to_string()),
    }
}
