//! The vendor's error bodies.

use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;
use serde_json::json;

use super::Centre;

/// The package of the vendor's error classes, as observed.
const PACKAGE: &str = "com.biologix.springbase.core.error";

/// The body of a 429, exactly as observed in production.
pub(super) fn too_many_requests() -> Answer {
    coded(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequestsException",
        "tooManyRequests",
    )
}

/// An error of the vendor's own shape. No class name but the one of 429 was ever seen: the others have an obviously
/// made-up one.
pub(super) fn error(status: StatusCode, code: &str) -> Answer {
    coded(status, "ExampleException", code)
}

/// An error of the vendor's framework (Spring Boot's default body); our reading for what the framework refuses.
pub(super) fn spring(
    centre: &Centre,
    status: StatusCode,
    message: &str,
    request: &Request,
) -> Answer {
    let body = json!({
        "timestamp": rfc3339(centre.clock().now(), 3),
        "status": status.as_u16(),
        "error": status.canonical_reason(),
        "message": message,
        "path": request.raw_path(),
    });
    Answer::json(status, body.to_string())
}

fn coded(status: StatusCode, class: &str, code: &str) -> Answer {
    let body = json!({ "_class": format!("{PACKAGE}.{class}"), "error": code });
    Answer::json(status, body.to_string())
}
