//! The vendor's error answers and error codes.

use std::time::Duration;

use common_http::{Answer, Error, ErrorDetail, ErrorKind, Operation, Profile, open_enum};

/// What the engine must know of Biologix.
pub(crate) static BIOLOGIX: Profile = Profile::new(
    "biologix",
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
)
.codes(ErrorCode::KNOWN)
// A 429 names no time. The list works again a minute later (observed).
.throttle_floor(Duration::from_secs(60))
.read_error(read_error);

open_enum! {
    /// The codes of Biologix's error answers. All three are observed, none is documented.
    ///
    /// ```
    /// use biologix_client::{Error, ErrorCode, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::PermissionDenied).with_code("notAuthorized", true);
    /// assert_eq!(ErrorCode::of(&error), Some(ErrorCode::NotAuthorized));
    /// ```
    pub enum ErrorCode: String {
        /// Too many requests in a short time (429).
        TooManyRequests = "tooManyRequests",
        /// Not this account's centre, or an account without rights (403 on the exam list).
        NotAuthorized = "notAuthorized",
        /// The login was refused because of its password. Its status is not known.
        IncorrectPassword = "incorrectPassword",
    }
}

impl ErrorCode {
    /// The code of an error answer, if it had one.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.code().map(Self::from)
    }
}

/// Reads an error answer.
///
/// Observed for 429: `{"_class": "...Exception", "error": "tooManyRequests"}`. Inferred: the same
/// for other errors. Also inferred: if the framework (Spring) answers, the body is
/// `{"timestamp", "status", "error": "Not Found", "path"}`, in which `error` is not a code.
fn read_error(operation: &Operation, answer: &Answer) -> ErrorDetail {
    let mut detail = ErrorDetail::from_json(answer.body(), &[], &["message"]);
    for member in ["error", "code"] {
        let Some(text) = ErrorDetail::from_json(answer.body(), &[member], &[]).code else {
            continue;
        };
        match as_code(&text) {
            Some(code) => detail.code = detail.code.or(Some(code)),
            None => detail.message = detail.message.or(Some(text)),
        }
    }
    let is_login = operation.is_login();
    detail.kind = match (detail.code.as_deref(), answer.status().as_u16()) {
        // On another operation it could only mean the token, which is not a password.
        (Some("incorrectPassword"), _) if is_login => Some(ErrorKind::Credentials),
        // With a 401 it can mean the session, and that is how the engine reads it.
        (Some("notAuthorized"), status) if !is_login && status != 401 => {
            Some(ErrorKind::PermissionDenied)
        }
        (Some("tooManyRequests"), _) => Some(ErrorKind::RateLimited),
        // For example, a login name of the wrong form. Its status was not recorded.
        (_, 400 | 401 | 403 | 422) if is_login => Some(ErrorKind::Credentials),
        _ => None,
    };
    detail
}

/// The code that a text is: a known one in any case, or a single word in camelCase. Any other word
/// could be a name.
fn as_code(text: &str) -> Option<String> {
    if let Some(code) = BIOLOGIX.listed_code(text) {
        return Some(code.to_owned());
    }
    let is_code = text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn answer(status: StatusCode, body: &str) -> Answer {
        let mut response = http::Response::new(body.to_owned().into());
        *response.status_mut() = status;
        Answer::from(response)
    }

    fn read(login: bool, status: u16, body: &str) -> ErrorDetail {
        let operation = Operation::get("biologix.test", "/");
        let operation = if login { operation.login() } else { operation };
        read_error(
            &operation,
            &answer(StatusCode::from_u16(status).unwrap(), body),
        )
    }

    #[test]
    fn error_message_and_framework_body() {
        let spring = r#"{"timestamp":"2030-01-02T03:04:05.678+00:00","status":404,"error":"Not Found","path":"/x"}"#;
        let detail = read(false, 404, spring);
        assert_eq!(
            (detail.code, detail.message.as_deref()),
            (None, Some("Not Found"))
        );
        let detail = read(true, 400, r#"{"error":"Invalid user identifier"}"#);
        assert_eq!(detail.message.as_deref(), Some("Invalid user identifier"));
        assert!(detail.kind == Some(ErrorKind::Credentials));
        for body in [
            "",
            "null",
            "[]",
            "<html>",
            r#"{"error":{"a":1}}"#,
            r#"{"error":""}"#,
        ] {
            assert!(read(false, 500, body) == ErrorDetail::default(), "{body}");
        }
    }

    #[test]
    fn incorrect_password_under_any_status() {
        for status in [400, 401, 403, 404, 500] {
            for code in [
                "incorrectPassword",
                "IncorrectPassword",
                "INCORRECTPASSWORD ",
            ] {
                let detail = read(true, status, &format!(r#"{{"error":"{code}"}}"#));
                assert!(detail.kind == Some(ErrorKind::Credentials), "{status}");
                assert_eq!(detail.code.as_deref(), Some("incorrectPassword"));
            }
            let detail = read(false, status, r#"{"error":"incorrectPassword"}"#);
            assert!(detail.kind.is_none(), "{status}");
        }
    }
}
