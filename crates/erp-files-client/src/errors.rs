//! The error answers of the ERP, of the token endpoint, and of the storage behind the signed URL.

mod storage;

use common_http::{Answer, Error, ErrorDetail, ErrorKind, Operation, Profile, open_enum};
use serde_json::Value;

pub(crate) use self::storage::says_there;

/// What the engine must know of the ERP.
pub(crate) static ERP: Profile = Profile::new(
    "erp",
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
)
.codes(&CODES)
.transient_codes(storage::TRANSIENT)
.read_error(read_error);

/// The codes that may be printed: those that have names, and the storage's others.
static CODES: [&str; ErrorCode::KNOWN.len() + storage::CODES.len()] = {
    let mut codes = [""; ErrorCode::KNOWN.len() + storage::CODES.len()];
    let (named, others) = codes.split_at_mut(ErrorCode::KNOWN.len());
    named.copy_from_slice(ErrorCode::KNOWN);
    others.copy_from_slice(storage::CODES);
    codes
};

open_enum! {
    /// The error codes of this client, of the token endpoint (RFC 6749) and of the storage.
    ///
    /// The ERP itself documents none. Of the storage's it names those that tell a program what to
    /// do. The others on S3's and Azure's public lists are `Unknown` here, but can be printed too.
    ///
    /// ```
    /// use erp_files_client::{Error, ErrorCode, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Conflict).with_code("file_exists", true);
    /// assert_eq!(ErrorCode::of(&error), Some(ErrorCode::FileExists));
    /// ```
    pub enum ErrorCode: String {
        /// Client: a file of this name exists (409, and the list has it).
        FileExists = "file_exists",
        /// Client: the name is taken (409), but no file of it is listed. An upload of it was
        /// started and not finished.
        UnfinishedUpload = "unfinished_upload",
        /// Client: the signed URL has expired.
        UploadUrlExpired = "upload_url_expired",
        /// Client: the signed URL is not valid yet. A clock is wrong: the storage's, the ERP's or
        /// this machine's.
        UploadUrlNotYetValid = "upload_url_not_yet_valid",

        /// Token endpoint: the client id or secret is wrong.
        InvalidClient = "invalid_client",
        /// Token endpoint: the scope is unknown or not allowed for this client.
        InvalidScope = "invalid_scope",
        /// Token endpoint: the client may not request tokens this way.
        UnauthorizedClient = "unauthorized_client",
        /// Token endpoint: it does not accept client credentials.
        UnsupportedGrantType = "unsupported_grant_type",
        /// Token endpoint: the grant is invalid.
        InvalidGrant = "invalid_grant",
        /// Token endpoint: the request is malformed.
        InvalidRequest = "invalid_request",

        /// Storage: it refuses the URL.
        AccessDenied = "AccessDenied",
        /// Storage (Azure): the URL's signature is wrong or has expired.
        AuthenticationFailed = "AuthenticationFailed",
        /// Storage (Azure): this request is not authorised.
        AuthorizationFailure = "AuthorizationFailure",
        /// Storage (Azure): the URL does not allow writing.
        AuthorizationPermissionMismatch = "AuthorizationPermissionMismatch",
        /// Storage (S3): the token in the URL has expired.
        ExpiredToken = "ExpiredToken",
        /// Storage (S3): the signature does not match the request.
        SignatureDoesNotMatch = "SignatureDoesNotMatch",
        /// Storage (S3): this machine's clock is wrong.
        RequestTimeTooSkewed = "RequestTimeTooSkewed",
        /// Storage (Azure): `x-ms-blob-type` or another header is missing.
        MissingRequiredHeader = "MissingRequiredHeader",
        /// Storage (Azure): a header is not accepted.
        InvalidHeaderValue = "InvalidHeaderValue",
        /// Storage (Azure): there is a blob of another type.
        InvalidBlobType = "InvalidBlobType",
        /// Storage: the length is missing.
        MissingContentLengthHeader = "MissingContentLengthHeader",
        /// Storage (S3): the file is too large for one request.
        EntityTooLarge = "EntityTooLarge",
        /// Storage (Azure): the file is too large for one request.
        RequestBodyTooLarge = "RequestBodyTooLarge",
        /// Storage (Azure): there is no such blob.
        BlobNotFound = "BlobNotFound",
        /// Storage (Azure): there is no such container.
        ContainerNotFound = "ContainerNotFound",
        /// Storage (S3): there is no such bucket.
        NoSuchBucket = "NoSuchBucket",
        /// Storage (Azure): the blob may not be changed.
        BlobImmutableDueToPolicy = "BlobImmutableDueToPolicy",
        /// Storage (Azure): there is a blob, and the URL does not allow overwriting.
        UnauthorizedBlobOverwrite = "UnauthorizedBlobOverwrite",
        /// Storage (Azure): there is a blob.
        BlobAlreadyExists = "BlobAlreadyExists",
        /// Storage (Azure): there is something of this name.
        ResourceAlreadyExists = "ResourceAlreadyExists",
        /// Storage (Azure): a condition is not met, for example that there is no blob.
        ConditionNotMet = "ConditionNotMet",
        /// Storage (Azure): the same, of the target.
        TargetConditionNotMet = "TargetConditionNotMet",
        /// Storage (S3): the same.
        PreconditionFailed = "PreconditionFailed",
        /// Storage (Azure): it is overloaded.
        ServerBusy = "ServerBusy",
        /// Storage (Azure): it took too long.
        OperationTimedOut = "OperationTimedOut",
        /// Storage: it failed.
        InternalError = "InternalError",
        /// Storage (S3): it is overloaded.
        SlowDown = "SlowDown",
        /// Storage (S3): it is overloaded.
        ServiceUnavailable = "ServiceUnavailable",
        /// Storage (S3): the same.
        Throttling = "Throttling",
        /// Storage (S3): the same.
        ThrottlingException = "ThrottlingException",
        /// Storage (S3): the file came too slowly.
        RequestTimeout = "RequestTimeout",
        /// Storage (S3): another request for the file is under way.
        OperationAborted = "OperationAborted",
    }
}

impl ErrorCode {
    /// The code of an error, if it has one.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.code().map(Self::from)
    }
}

fn read_error(operation: &Operation, answer: &Answer) -> ErrorDetail {
    // The one operation that is a transfer goes to the storage.
    if operation.is_transfer() {
        return storage::read(answer);
    }
    if operation.is_login() {
        let mut detail = ErrorDetail::from_json(answer.body(), &["error"], &["error_description"]);
        let listed = detail
            .code
            .as_deref()
            .and_then(|code| ERP.listed_code(code));
        detail.code = listed.map(str::to_owned).or(detail.code);
        // RFC 6749: 400 or 401 whatever is wrong with the request for a token. Its codes say so
        // under any status.
        let is_refused = matches!(answer.status().as_u16(), 400 | 401 | 403)
            || detail.code.as_deref().is_some_and(refuses_credentials);
        detail.kind = is_refused.then_some(ErrorKind::Credentials);
        return detail;
    }
    // Inferred: RFC 7807, a JSON string, plain text, or nothing.
    let mut detail = ErrorDetail::from_json(answer.body(), &[], &["detail", "title", "message"]);
    if detail.message.is_none() {
        detail.message = match answer.json() {
            Ok(Value::String(text)) => Some(text),
            Ok(_) => None,
            Err(_) => plain_text(answer.body()),
        };
    }
    detail
}

/// The codes of RFC 6749, section 5.2.
fn refuses_credentials(code: &str) -> bool {
    matches!(
        ErrorCode::from(code),
        ErrorCode::InvalidClient
            | ErrorCode::InvalidScope
            | ErrorCode::UnauthorizedClient
            | ErrorCode::UnsupportedGrantType
            | ErrorCode::InvalidGrant
            | ErrorCode::InvalidRequest
    )
}

fn plain_text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    (!text.is_empty() && !text.starts_with('<')).then(|| text.to_owned())
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

    static LIST: Operation = Operation::get("erp.files.list", "/");

    fn read(operation: &Operation, status: u16, body: &str) -> ErrorDetail {
        read_error(
            operation,
            &answer(StatusCode::from_u16(status).unwrap(), body),
        )
    }

    #[test]
    fn errors_of_the_erp_are_read_in_any_form() {
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
            let detail = read(&LIST, 409, body);
            assert_eq!(detail.message.as_deref(), message, "{body}");
            assert_eq!(detail.code, None);
        }
    }

    #[test]
    fn a_refused_token_request_is_about_credentials() {
        let operation = Operation::post("erp.sessions.open", "").login();
        let detail = read(&operation, 400, r#"{"error":"invalid_client"}"#);
        assert_eq!(detail.code.as_deref(), Some("invalid_client"));
        assert!(detail.kind == Some(ErrorKind::Credentials));
        let detail = read(&operation, 500, r#"{"error":"INVALID_CLIENT "}"#);
        assert_eq!(detail.code.as_deref(), Some("invalid_client"));
        assert!(detail.kind == Some(ErrorKind::Credentials));
        assert!(read(&operation, 500, "").kind.is_none());
        let odd = read(&operation, 500, r#"{"error":"EXAMPLE"}"#);
        assert!(odd.kind.is_none());
    }
}
