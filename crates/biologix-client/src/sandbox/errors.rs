//! The vendor's error bodies.

use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;
use serde_json::json;

use crate::sandbox::state::Centre;

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

/// An error of the vendor's own shape. Only the class name of a 429 is known, so the others have
/// one that is clearly invented.
pub(super) fn error(status: StatusCode, code: &str) -> Answer {
    coded(status, "ExampleException", code)
}

/// An error of the vendor's framework: Spring Boot's default body. That the framework refuses in
/// this way is our reading.
pub(super) fn spring(
    centre: &Centre,
    status: StatusCode,
    message: &str,
    request: &Request,
) -> Answer {
    let body = json!({
        "timestamp": rfc3339(centre.now(), 3),
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
