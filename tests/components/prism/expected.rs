//! What a documented answer must become.

use std::time::Duration;

use common_http::{Delivery, Error, ErrorKind};
use serde_json::{Value, json};
use specs::DocumentedAnswer;

/// Name, code and message of the examples of errors.
const EXAMPLES: [(&str, Option<&str>, Option<&str>); 12] = [
    // Biologix.
    (
        "invalidUserIdentifier",
        None,
        Some("Invalid user identifier"),
    ),
    ("incorrectPassword", Some("incorrectPassword"), None),
    ("notAuthorized", Some("notAuthorized"), None),
    ("tooManyRequests", Some("tooManyRequests"), None),
    ("springDefault", None, Some("Bad Request")),
    // Gensoft.
    ("detail", None, Some("texto de exemplo")),
    (
        "fields",
        None,
        Some("non_field_errors: texto de exemplo; patient: texto de exemplo"),
    ),
    // The ERP.
    ("invalidScope", Some("invalid_scope"), None),
    ("conflict", None, Some("Conflict")),
    (
        "validation",
        None,
        Some("One or more validation errors occurred."),
    ),
    (
        "azure",
        Some("AuthenticationFailed"),
        Some("Server failed to authenticate the request."),
    ),
    (
        "s3",
        Some("SignatureDoesNotMatch"),
        Some("The signature does not match."),
    ),
];

/// Checks an error's kind, status, code, message and delivery, and that it keeps the answer.
pub(super) fn assert_error(error: &Error, status: u16, answer: &DocumentedAnswer, what: &str) {
    assert_eq!(error.kind(), kind(status, answer), "{what}: {error}");
    assert_eq!(
        error.status().map(|status| status.as_u16()),
        Some(status),
        "{what}"
    );
    assert_eq!(error.operation(), Some(answer.operation.as_str()), "{what}");
    let seconds = answer
        .retry_after
        .as_ref()
        .map(|text| text.parse().unwrap());
    assert_eq!(
        error.retry_after(),
        seconds.map(Duration::from_secs),
        "{what}"
    );
    // A refusal before any effect.
    let is_put_off = status == 503 && seconds.is_some();
    let delivery = if status < 500 || is_put_off {
        Delivery::Answered
    } else {
        Delivery::Unknown
    };
    assert_eq!(error.delivery(), delivery, "{what}");
    if let Some(value) = &answer.value {
        let (code, message) = code_and_message(answer.example.as_deref().unwrap(), value);
        assert_eq!(error.code(), code, "{what}");
        assert_eq!(error.message(), message, "{what}");
        let body = serde_json::from_slice(error.body());
        let body = body.unwrap_or_else(|_| json!(String::from_utf8_lossy(error.body())));
        assert_eq!(body, *value, "{what}");
    }
}

fn kind(status: u16, answer: &DocumentedAnswer) -> ErrorKind {
    let operation = answer.operation.as_str();
    match (status, operation) {
        (400 | 401 | 403 | 422, _) if operation.ends_with(".sessions.open") => {
            ErrorKind::Credentials
        }
        // The user has no permission.
        (401, "medreader.configuration.get" | "medreader.configuration.update")
        // The signed address, since there is no session.
        | (401, "erp.files.transfer") => ErrorKind::PermissionDenied,
        (409, _) if answer.example.as_deref() == Some("parentFolderNotFound") => {
            ErrorKind::NotFound
        }
        (401, _) => ErrorKind::Unauthenticated,
        (403, _) => ErrorKind::PermissionDenied,
        (404 | 410, _) => ErrorKind::NotFound,
        (409, _) => ErrorKind::Conflict,
        (429, _) => ErrorKind::RateLimited,
        (500.., _) => ErrorKind::Server,
        _ => ErrorKind::Rejected,
    }
}

fn code_and_message<'a>(example: &str, value: &'a Value) -> (Option<&'a str>, Option<&'a str>) {
    let mut examples = EXAMPLES.into_iter();
    if let Some((_, code, message)) = examples.find(|(name, ..)| *name == example) {
        return (code, message);
    }
    // MedReader's, in three shapes.
    let first = |pointers: [&str; 3]| {
        let mut texts = pointers
            .into_iter()
            .filter_map(|pointer| value.pointer(pointer)?.as_str());
        texts.next()
    };
    (
        first(["/error/code", "/error", "/code"]),
        first(["/error/message", "/message", "/description"]),
    )
}

/// The value with every number as a float (80 equals 80.0), and without what equals absence: nulls
/// and empty lists.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null() && **member != json!([]))
            .map(|(name, member)| (name.clone(), plain(member)))
            .collect(),
        other => other.clone(),
    }
}
