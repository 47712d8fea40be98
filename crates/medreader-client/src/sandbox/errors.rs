//! The vendor's error words, and the bodies that they come in.

use common_http::sandbox::Answer;
use http::StatusCode;
use serde_json::json;

use super::readings::ErrorShape;

/// A request that the vendor refuses: the columns of the document's error tables.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    word: &'static str,
    message: String,
    retry_after: Option<String>,
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
            message: description.into(),
            retry_after: None,
        }
    }

    /// 400 `bad_request`.
    pub(super) fn bad_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", description)
    }

    /// 400 `validation_error`.
    pub(super) fn validation(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "validation_error", description)
    }

    /// 401 `unauthorized`.
    pub(super) fn unauthorized(description: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", description)
    }

    /// 401 `tenant_invalid`.
    pub(super) fn tenant() -> Self {
        let description = "Tenant ausente ou inválido";
        Self::new(StatusCode::UNAUTHORIZED, "tenant_invalid", description)
    }

    /// 429 `too_many_attempts`.
    pub(super) fn attempts() -> Self {
        let description = "Muitas tentativas de autenticação falhadas";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, "too_many_attempts", description)
    }

    /// 404 `folder_not_found`.
    pub(super) fn folder() -> Self {
        let description = "Pasta não encontrada";
        Self::new(StatusCode::NOT_FOUND, "folder_not_found", description)
    }

    pub(super) fn retry_after(mut self, value: Option<String>) -> Self {
        self.retry_after = value;
        self
    }

    /// What no table of the document lists: our reading is a word after the status.
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
        let (word, message) = (self.word, self.message);
        let json = |body: serde_json::Value| Answer::json(self.status, body.to_string());
        let answer = match shape {
            ErrorShape::Word => json(json!({ "error": word, "message": message })),
            ErrorShape::Nested => json(json!({ "error": { "code": word, "message": message } })),
            ErrorShape::CodeAndDescription => json(json!({ "code": word, "description": message })),
            ErrorShape::Empty => Answer::new(self.status),
            ErrorShape::PlainText => {
                Answer::new(self.status).body("text/plain; charset=utf-8", message)
            }
        };
        match self.retry_after {
            Some(value) => answer.header("retry-after", value),
            None => answer,
        }
    }
}
