//! What the engine must know of the ERP: its error answers, those of the token endpoint, and those of the storage behind the
//! signed address.

use common_http::{Answer, Error, ErrorDetail, ErrorKind, Operation, Profile, open_enum};
use serde_json::Value;

use crate::files;

/// The ERP, as the engine knows it.
pub(crate) static ERP: Profile = Profile::new(
    "erp",
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
)
.codes(&[
    // The token endpoint's (RFC 6749).
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    // Ours.
    "file_exists",
    "unfinished_upload",
    "upload_url_expired",
    // The storage's: Azure and S3.
    "AccessDenied",
    "AuthenticationFailed",
    "AuthorizationFailure",
    "AuthorizationPermissionMismatch",
    "BlobImmutableDueToPolicy",
    "BlobNotFound",
    "ContainerNotFound",
    "EntityTooLarge",
    "ExpiredToken",
    "InvalidBlobType",
    "InvalidHeaderValue",
    "MissingContentLengthHeader",
    "MissingRequiredHeader",
    "NoSuchBucket",
    "RequestBodyTooLarge",
    "RequestTimeTooSkewed",
    "ServerBusy",
    "SignatureDoesNotMatch",
    "SlowDown",
])
.read_error(read_error);

open_enum! {
    /// The codes that a program may want to tell apart. The ERP itself documents none; the first are ours, the others the token
    /// endpoint's (RFC 6749). The storage's codes come as `Unknown`.
    pub enum ErrorCode: String {
        /// Ours: a file of this name exists (409, and the list has it).
        FileExists = "file_exists",
        /// Ours: the name is taken (409), but no file of it is listed: an upload was begun and not finished.
        UnfinishedUpload = "unfinished_upload",
        /// Ours: the signed address has expired.
        UploadUrlExpired = "upload_url_expired",
        /// The client id or secret is wrong.
        InvalidClient = "invalid_client",
        /// The scope is not known, or not this client's.
        InvalidScope = "invalid_scope",
        /// The client may not ask for tokens this way.
        UnauthorizedClient = "unauthorized_client",
    }
}

impl ErrorCode {
    /// The code of an error, if it has one.
    ///
    /// ```
    /// use erp_files_client::{Error, ErrorKind};
    /// use erp_files_client::ErrorCode;
    ///
    /// let error = Error::new(ErrorKind::Conflict).with_code("file_exists", true);
    /// assert_eq!(ErrorCode::of(&error), Some(ErrorCode::FileExists));
    /// ```
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.code().map(Self::from)
    }
}

fn read_error(operation: &Operation, answer: &Answer) -> ErrorDetail {
    if operation.id() == files::TRANSFER.id() {
        return storage_error(answer);
    }
    if operation.is_login() {
        let mut detail = ErrorDetail::from_json(answer.body(), &["error"], &["error_description"]);
        // RFC 6749: 400 or 401 whatever is wrong with the request for a token.
        detail.kind =
            matches!(answer.status().as_u16(), 400 | 401 | 403).then_some(ErrorKind::Credentials);
        return detail;
    }
    // Inferred: RFC 7807, a JSON string, a plain text, or nothing.
    let mut detail = ErrorDetail::from_json(answer.body(), &[], &["detail", "title", "message"]);
    if detail.message.is_none() {
        detail.message = match serde_json::from_slice(answer.body()) {
            Ok(Value::String(text)) => Some(text),
            Ok(_) => None,
            Err(_) => plain_text(answer.body()),
        };
    }
    detail
}

fn plain_text(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    (!text.is_empty() && !text.starts_with('<')).then(|| text.to_owned())
}

/// Azure and S3 both answer `<Error><Code>..</Code><Message>..</Message></Error>`; Azure gives the code in a header too.
fn storage_error(answer: &Answer) -> ErrorDetail {
    let body = String::from_utf8_lossy(answer.body());
    let header = answer.headers().get("x-ms-error-code");
    let code = header
        .and_then(|code| code.to_str().ok())
        .or_else(|| element(&body, "Code"))
        .map(str::to_owned);
    let mut detail = ErrorDetail::default();
    detail.code = code;
    // Azure says in the detail what is wrong with a signature; its message is always the same.
    detail.message = element(&body, "AuthenticationErrorDetail")
        .or_else(|| element(&body, "Message"))
        .map(str::to_owned);
    // Whatever is wrong with the address, it is not the session's fault.
    detail.kind = matches!(answer.status().as_u16(), 401).then_some(ErrorKind::PermissionDenied);
    detail
}

/// The text of the first such element: enough for these two, which nest nothing in it.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    (!text.is_empty() && !text.contains('<')).then_some(text)
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

    fn read(operation: &Operation, status: u16, body: &str) -> ErrorDetail {
        read_error(
            operation,
            &answer(StatusCode::from_u16(status).unwrap(), body),
        )
    }

    #[test]
    fn the_erps_own_errors_in_any_form() {
        for (body, message) in [
            (
                r#"{"type":"about:blank","title":"Conflict","status":409}"#,
                Some("Conflict"),
            ),
            (r#"{"title":"Bad Request","detail":"texto"}"#, Some("texto")),
            (r#""texto""#, Some("texto")),
            (" texto \n", Some("texto")),
            ("<html>", None),
            ("", None),
            ("[1]", None),
        ] {
            let detail = read(&files::LIST, 409, body);
            assert_eq!(detail.message.as_deref(), message, "{body}");
            assert_eq!(detail.code, None);
        }
    }

    #[test]
    fn a_refused_token_request_is_about_credentials() {
        let operation = Operation::post("erp.oauth.token", "").login();
        let detail = read(&operation, 400, r#"{"error":"invalid_client"}"#);
        assert_eq!(detail.code.as_deref(), Some("invalid_client"));
        assert!(detail.kind == Some(ErrorKind::Credentials));
        assert!(read(&operation, 500, "").kind.is_none());
    }

    #[test]
    fn the_storages_xml() {
        let xml = "\u{feff}<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code><Message>texto\nmais</Message></Error>";
        let detail = read(&files::TRANSFER, 403, xml);
        assert_eq!(detail.code.as_deref(), Some("AuthenticationFailed"));
        assert_eq!(detail.message.as_deref(), Some("texto\nmais"));
        for body in ["", "<Code>", "<Code></Code>", "</Code><Code>", "{}"] {
            assert_eq!(read(&files::TRANSFER, 403, body).code, None, "{body}");
        }
    }
}
