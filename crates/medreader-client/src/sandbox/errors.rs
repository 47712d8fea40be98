//! The error words of the document, and the bodies that they come in.

use common_http::sandbox::Answer;
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::readings::ErrorShape;

/// A refusal: the columns of the document's error tables.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    word: &'static str,
    description: String,
    retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        word: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self {
            status,
            word,
            description: description.into(),
            retry_after: None,
        }
    }

    pub(super) fn bad_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", description)
    }

    pub(super) fn validation(description: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "validation_error", description)
    }

    pub(super) fn unauthorized(description: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", description)
    }

    pub(super) fn tenant() -> Self {
        let description = "Tenant ausente ou inválido";
        Self::new(StatusCode::UNAUTHORIZED, "tenant_invalid", description)
    }

    /// Too many failed logins, with the seconds for `Retry-After` if it is sent.
    pub(super) fn attempts(retry_after: Option<u64>) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let description = "Muitas tentativas de autenticação falhadas";
        Self {
            retry_after,
            ..Self::new(status, "too_many_attempts", description)
        }
    }

    pub(super) fn folder() -> Self {
        let description = "Pasta não encontrada";
        Self::new(StatusCode::NOT_FOUND, "folder_not_found", description)
    }

    /// What no table of the document lists. Our reading is a word after the status.
    pub(super) fn other(status: StatusCode) -> Self {
        let word = match status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
            StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
            StatusCode::SERVICE_UNAVAILABLE => "service_unavailable",
            _ => "error",
        };
        Self::new(status, word, status.canonical_reason().unwrap_or_default())
    }

    pub(super) fn answer(self, shape: ErrorShape) -> Answer {
        let (word, text) = (self.word, self.description);
        let json = |body: Value| Answer::json(self.status, body.to_string());
        let answer = match shape {
            ErrorShape::Word => json(json!({ "error": word, "message": text })),
            ErrorShape::Nested => json(json!({ "error": { "code": word, "message": text } })),
            ErrorShape::CodeAndDescription => json(json!({ "code": word, "description": text })),
            ErrorShape::Empty => Answer::new(self.status),
            ErrorShape::PlainText => {
                Answer::new(self.status).body("text/plain; charset=utf-8", text)
            }
        };
        match self.retry_after {
            Some(seconds) => answer.header("retry-after", seconds.to_string()),
            None => answer,
        }
    }
}
