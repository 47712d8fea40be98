//! How the sandbox plays what the vendor's document leaves open.

use common_http::sandbox::Answer;
use http::StatusCode;
use serde_json::Value;

/// How the API key stands in `Authorization`.
///
/// The document's examples have the bare key. Its line `Authorization: ApiKey` can be read as a
/// placeholder or as a word before the key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyForm {
    /// The bare key.
    #[default]
    Bare,
    /// This word, in any case, a space, and the key.
    Prefixed(String),
    /// Either: the bare key, or any one word before it.
    Any,
}

/// How the path of an upload ends. The document has it without a slash after the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PathForm {
    /// `.../execution/10`, as in the document's example.
    #[default]
    NoSlash,
    /// `.../execution/10/`, as servers of this kind often want it.
    Slash,
    /// Both.
    Either,
}

/// What an upload to the other form of the path gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WrongSlash {
    /// 301 to the right one, as Django answers if a slash is missing.
    #[default]
    Redirect,
    /// 404.
    NotFound,
}

/// How the file of a report is carried. The document does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReportForm {
    /// The body is the file, as `application/pdf`, its name in `Content-Disposition`.
    #[default]
    Raw,
    /// The file is a field of a form (`multipart/form-data`).
    Multipart,
    /// Both.
    Either,
}

/// What a call that succeeds is answered. The document's examples are those of its template.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum AnswerShape {
    /// 200 with the document's example: a list of two kittens.
    #[default]
    Kittens,
    /// 200 with `{}`.
    Object,
    /// 200 without a body.
    Empty,
    /// 201 without a body.
    EmptyCreated,
    /// 204.
    NoContent,
    /// 200 with a text that is not JSON.
    Text,
    /// 200 with a web page, which a client takes for an answer in one setting only.
    Page,
    /// 200 with this JSON, if you know what Gensoft really answers.
    Json(Value),
}

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

impl AnswerShape {
    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::Kittens => Answer::json(StatusCode::OK, KITTENS),
            Self::Object => Answer::json(StatusCode::OK, "{}"),
            Self::Empty => Answer::new(StatusCode::OK),
            Self::EmptyCreated => Answer::new(StatusCode::CREATED),
            Self::NoContent => Answer::new(StatusCode::NO_CONTENT),
            Self::Text => Answer::new(StatusCode::OK)
                .body("text/plain; charset=utf-8", "Recebido com sucesso."),
            Self::Page => Answer::new(StatusCode::OK).body(
                "text/html; charset=utf-8",
                "<html><body>Recebido com sucesso.</body></html>",
            ),
            Self::Json(value) => Answer::json(StatusCode::OK, value.to_string()),
        }
    }
}
