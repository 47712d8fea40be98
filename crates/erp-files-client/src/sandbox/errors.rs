//! The ERP's error answers, as its framework (ASP.NET Core) has them.
//!
//! Inferred: the document has only statuses.

use common_http::sandbox::Answer;
use http::StatusCode;
use serde_json::json;

use crate::sandbox::readings::ErrorShape;

/// Why a request was refused.
pub(super) struct Refusal {
    status: StatusCode,
    detail: Option<String>,
    /// The member that is wrong, and what is wrong.
    field: Option<(&'static str, &'static str)>,
    challenge: Option<String>,
    page: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode) -> Self {
        Self {
            status,
            detail: None,
            field: None,
            challenge: None,
            page: None,
        }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }

    /// The text names the file, as such texts do.
    pub(super) fn name_is_taken(name: &str) -> Self {
        Self {
            detail: Some(format!("Файл \"{name}\" вже існує.")),
            ..Self::new(StatusCode::CONFLICT)
        }
    }

    pub(super) fn nothing_uploaded(status: StatusCode, name: &str) -> Self {
        Self {
            detail: Some(format!("Файл \"{name}\" не завантажено.")),
            ..Self::new(status)
        }
    }

    pub(super) fn field(name: &'static str, text: &'static str) -> Self {
        Self {
            field: Some((name, text)),
            ..Self::new(StatusCode::BAD_REQUEST)
        }
    }

    pub(super) fn media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }

    /// From the server in front of the framework.
    pub(super) fn length_required() -> Self {
        Self {
            page: Some("<html><head><title>Length Required</title></head></html>"),
            ..Self::new(StatusCode::LENGTH_REQUIRED)
        }
    }

    /// 401, with the parameters of its challenge.
    pub(super) fn unauthenticated(parameters: &str) -> Self {
        Self {
            challenge: Some(format!("Bearer{parameters}")),
            ..Self::new(StatusCode::UNAUTHORIZED)
        }
    }

    pub(super) fn insufficient_scope() -> Self {
        Self {
            challenge: Some("Bearer error=\"insufficient_scope\"".to_owned()),
            ..Self::new(StatusCode::FORBIDDEN)
        }
    }

    /// If the server refuses, or a fault asks for a status.
    pub(super) fn of_server(status: StatusCode) -> Answer {
        match status {
            StatusCode::TOO_MANY_REQUESTS => Self::new(status).answer(ErrorShape::Problem),
            StatusCode::SERVICE_UNAVAILABLE => {
                let page = "<html><head><title>Service Unavailable</title></head></html>";
                Answer::new(status).body("text/html; charset=us-ascii", page)
            }
            // The framework's own 404, 405 and 413.
            _ => Answer::new(status),
        }
    }

    pub(super) fn answer(self, shape: ErrorShape) -> Answer {
        let answer = Answer::new(self.status);
        if let Some(challenge) = self.challenge {
            return answer.header("www-authenticate", challenge);
        }
        if let Some(page) = self.page {
            return answer.body("text/html; charset=us-ascii", page);
        }
        let title = self.status.canonical_reason().unwrap_or_default();
        let text = self.detail.as_deref().unwrap_or(title).to_owned();
        match shape {
            ErrorShape::Empty => answer,
            ErrorShape::JsonString => {
                answer.body("application/json; charset=utf-8", json!(text).to_string())
            }
            ErrorShape::Text => answer.body("text/plain; charset=utf-8", text),
            ErrorShape::Problem => {
                let section = section(self.status);
                let kind = format!("https://tools.ietf.org/html/rfc9110#section-15.5.{section}");
                let mut problem = json!({
                    "type": kind,
                    "title": title,
                    "status": self.status.as_u16(),
                    "traceId": "00-00000000000000000000000000000000-0000000000000000-00",
                });
                if let Some(detail) = self.detail {
                    problem["detail"] = json!(detail);
                }
                if let Some((name, text)) = self.field {
                    problem["title"] = json!("One or more validation errors occurred.");
                    problem["errors"] = json!({ name: [text] });
                }
                answer.body(
                    "application/problem+json; charset=utf-8",
                    problem.to_string(),
                )
            }
        }
    }
}

/// The subsection of RFC 9110 on a 4xx status.
fn section(status: StatusCode) -> u16 {
    match status.as_u16() {
        code @ 400..=417 => code - 399,
        422 => 21,
        _ => 0,
    }
}
