//! MedReader's error answers and their codes.

use common_http::{Answer, Error, ErrorDetail, ErrorKind, Extra, Operation, Profile, open_enum};
use serde_json::Value;

use crate::configuration::PATH as CONFIGURATION;

/// MedReader, as the engine knows it.
pub(crate) static MEDREADER: Profile = Profile::new(
    "medreader",
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
)
.codes(ErrorCode::KNOWN)
.read_error(read_error);

open_enum! {
    /// A code of MedReader's error answers. The named ones are all that the document has.
    ///
    /// ```
    /// use medreader_client::{Error, ErrorCode, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Conflict).with_code("folder_name_duplicate", true);
    /// assert_eq!(ErrorCode::of(&error), Some(ErrorCode::FolderNameDuplicate));
    /// ```
    pub enum ErrorCode: String {
        /// 400 at login: e-mail or password is missing or malformed. 400 for a new folder: its name
        /// is missing. Also given locally to a name whose normalised form is empty.
        ValidationError = "validation_error",
        /// 401 at login: wrong e-mail or password.
        InvalidCredentials = "invalid_credentials",
        /// 401: the tenant is missing or wrong.
        TenantInvalid = "tenant_invalid",
        /// 429 at login: too many failed logins.
        TooManyAttempts = "too_many_attempts",
        /// 401: the session is not valid or, for the configuration, a permission is missing.
        Unauthorized = "unauthorized",
        /// 409: the folder's name is taken on its level.
        FolderNameDuplicate = "folder_name_duplicate",
        /// 409: there is no such parent folder.
        ParentFolderNotFound = "parent_folder_not_found",
        /// 400: an id or a file is missing, the format is not supported, or the file is empty. The
        /// last two are also given locally.
        BadRequest = "bad_request",
        /// 404: there is no such folder.
        FolderNotFound = "folder_not_found",
        /// 404: there is no such prescription.
        PrescriptionFileNotFound = "prescription_file_not_found",
        /// 404: the tenant has no configuration.
        TenantConfigurationNotFound = "tenant_configuration_not_found",
        /// 400: the body is not JSON.
        InvalidJson = "invalid_json",
        /// 400: an update without a field. Also given locally.
        NoFieldsToUpdate = "no_fields_to_update",
    }
}

impl ErrorCode {
    /// The code of an error, from MedReader or given locally in its stead.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.code().map(Self::from)
    }
}

/// Reads an error body, whose shape is not documented.
///
/// It reads `error` as a word or as an object with `code` and `message`, `code`, and `message` or
/// `description`. From any other body it reads nothing.
fn read_error(operation: &Operation, answer: &Answer) -> ErrorDetail {
    let (code, message) = code_and_message(&answer.json().unwrap_or_default());
    let mut detail = ErrorDetail::default();
    detail.kind = kind(operation, answer, code.as_deref());
    (detail.code, detail.message) = (code, message);
    detail
}

fn code_and_message(body: &Extra) -> (Option<String>, Option<String>) {
    let text = |members: &Extra, name: &str| {
        let text = members.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let inner = body.get("error").and_then(Value::as_object);
    let of_inner = |name| inner.and_then(|inner| text(inner, name));
    let words = [text(body, "error"), of_inner("code"), text(body, "code")];
    let (mut code, mut sentence) = (None, None);
    for word in words.into_iter().flatten() {
        match as_code(&word) {
            Some(word) => code = code.or(Some(word)),
            None => sentence = sentence.or(Some(word)),
        }
    }
    let message = of_inner("message")
        .or_else(|| of_inner("description"))
        .or_else(|| text(body, "message"))
        .or_else(|| text(body, "description"))
        .or(sentence);
    (code, message)
}

/// The code that a text is: a documented one in any spelling, or a word in snake_case. Any other
/// word could be a name.
fn as_code(text: &str) -> Option<String> {
    if let Some(code) = MEDREADER.listed_code(text) {
        return Some(code.to_owned());
    }
    let is_code = text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_code.then(|| text.to_owned())
}

/// The kind, where the status alone would mislead: 401 has three meanings here and 409 two.
fn kind(operation: &Operation, answer: &Answer, code: Option<&str>) -> Option<ErrorKind> {
    use ErrorCode::{
        FolderNameDuplicate, FolderNotFound, InvalidCredentials, ParentFolderNotFound,
        PrescriptionFileNotFound, TenantConfigurationNotFound, TenantInvalid, TooManyAttempts,
        ValidationError,
    };

    let is_login = operation.is_login();
    match (code.map(ErrorCode::from), answer.status().as_u16()) {
        // For a login under any status: repeated again and again, it would lock the account.
        (Some(TooManyAttempts), _) if is_login => Some(ErrorKind::RateLimited),
        (Some(InvalidCredentials | TenantInvalid | ValidationError), _) if is_login => {
            Some(ErrorKind::Credentials)
        }
        (Some(TooManyAttempts), 400..=499) => Some(ErrorKind::RateLimited),
        (Some(InvalidCredentials | TenantInvalid), 400..=499) => Some(ErrorKind::Credentials),
        (_, 400 | 401 | 403 | 422) if is_login => Some(ErrorKind::Credentials),
        // Documented: a user without the permission gets 401 there, not 403.
        (_, 401) if operation.path().starts_with(CONFIGURATION) => {
            Some(ErrorKind::PermissionDenied)
        }
        (
            Some(
                ParentFolderNotFound
                | FolderNotFound
                | PrescriptionFileNotFound
                | TenantConfigurationNotFound,
            ),
            400..=499,
        ) => Some(ErrorKind::NotFound),
        (Some(FolderNameDuplicate), 400..=499) => Some(ErrorKind::Conflict),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::{OPERATIONS, configuration, folders, sessions};

    fn read(operation: &Operation, status: u16, body: impl AsRef<[u8]>) -> ErrorDetail {
        let mut response = http::Response::new(body.as_ref().to_owned().into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        read_error(operation, &Answer::from(response))
    }

    #[test]
    fn error_code_in_each_place() {
        for (body, message) in [
            (r#"{"error":"bad_request"}"#, None),
            (
                r#"{"error":"bad_request","message":"texto"}"#,
                Some("texto"),
            ),
            (
                r#"{"error":"bad_request","description":"texto"}"#,
                Some("texto"),
            ),
            (
                r#"{"error":{"code":"bad_request","message":"texto"}}"#,
                Some("texto"),
            ),
            (
                r#"{"error":{"code":"bad_request"},"message":"texto"}"#,
                Some("texto"),
            ),
            (r#"{"code":"bad_request","message":"texto"}"#, Some("texto")),
            (
                r#"{"error":"Um texto","code":"bad_request"}"#,
                Some("Um texto"),
            ),
            (r#"{"error":"","code":"bad_request","message":""}"#, None),
            ("\u{feff}{\"error\":\"bad_request\"}", None),
            (
                r#"{"error":"bad_request","message":"\ud83d"}"#,
                Some("\u{fffd}"),
            ),
            (
                r#"{"error":"other","limit":NaN,"error":"bad_request"}"#,
                None,
            ),
            (
                "{\"error\":\"bad_request\",\"message\":\"a\nb\"}",
                Some("a\nb"),
            ),
        ] {
            let detail = read(&folders::GET, 400, body);
            assert_eq!(detail.code.as_deref(), Some("bad_request"), "{body}");
            assert_eq!(detail.message.as_deref(), message, "{body}");
        }
    }

    #[test]
    fn a_letter_in_another_encoding_does_not_cost_the_code() {
        let body = b"{\"error\":\"folder_not_found\",\"message\":\"n\xe3o\"}";
        let detail = read(&folders::GET, 404, body);
        assert_eq!(detail.code.as_deref(), Some("folder_not_found"));
        let body = b"{\"error\":\"invalid_credentials\",\"message\":\"n\xe3o\"}";
        let detail = read(&sessions::OPEN, 500, body);
        assert_eq!(detail.kind, Some(ErrorKind::Credentials));
    }

    #[test]
    fn a_documented_code_is_known_in_any_spelling() {
        for (word, status, code, kind) in [
            (
                "PARENT_FOLDER_NOT_FOUND",
                409,
                "parent_folder_not_found",
                Some(ErrorKind::NotFound),
            ),
            (
                " Parent-Folder-Not-Found\n",
                409,
                "parent_folder_not_found",
                Some(ErrorKind::NotFound),
            ),
            ("Unauthorized", 401, "unauthorized", None),
        ] {
            for body in [
                json!({"error": word}),
                json!({"error": {"code": word}}),
                json!({"error": "Um texto", "code": word}),
            ] {
                let detail = read(&folders::CREATE, status, body.to_string());
                assert_eq!(
                    (detail.code.as_deref(), detail.kind),
                    (Some(code), kind),
                    "{body}"
                );
            }
        }
        let detail = read(&sessions::OPEN, 500, r#"{"error":"INVALID_CREDENTIALS"}"#);
        assert_eq!(detail.kind, Some(ErrorKind::Credentials));
    }

    /// It could be a name, which no code may be.
    #[test]
    fn any_other_word_that_is_not_in_snake_case_is_a_text() {
        for word in [
            "Silva",
            "SOMETHING_NEW",
            "something-new",
            "somethingNew",
            "not found",
            "7",
        ] {
            let detail = read(&folders::GET, 404, json!({"error": word}).to_string());
            assert_eq!((detail.code, detail.message.as_deref()), (None, Some(word)));
        }
    }

    #[test]
    fn a_code_that_is_not_known_is_kept() {
        let detail = read(&folders::GET, 404, r#"{"error":"something_new"}"#);
        assert_eq!(
            (detail.code.as_deref(), detail.kind),
            (Some("something_new"), None)
        );
        let code = ErrorCode::from("something_new");
        assert_eq!(code, ErrorCode::Unknown("something_new".into()));
    }

    #[test]
    fn any_other_body_says_nothing() {
        for body in [
            "",
            "null",
            "[]",
            "7",
            "<html>",
            "{\"error\":",
            r#"{"error":[]}"#,
            r#"{"error":{"code":7}}"#,
            r#"{"error":null,"code":400}"#,
        ] {
            assert!(
                read(&folders::GET, 404, body) == ErrorDetail::default(),
                "{body}"
            );
        }
        let detail = read(&folders::GET, 404, r#"{"error":"Not Found"}"#);
        assert_eq!(
            (detail.code, detail.message.as_deref()),
            (None, Some("Not Found"))
        );
    }

    #[test]
    fn kinds_by_code_where_the_status_is_ambiguous() {
        use ErrorKind::*;
        for (operation, status, code, kind) in [
            (&sessions::OPEN, 400, "validation_error", Some(Credentials)),
            (
                &sessions::OPEN,
                401,
                "invalid_credentials",
                Some(Credentials),
            ),
            (&sessions::OPEN, 401, "tenant_invalid", Some(Credentials)),
            (&sessions::OPEN, 429, "too_many_attempts", Some(RateLimited)),
            (
                &sessions::OPEN,
                500,
                "invalid_credentials",
                Some(Credentials),
            ),
            (&sessions::OPEN, 503, "validation_error", Some(Credentials)),
            (&sessions::OPEN, 200, "too_many_attempts", Some(RateLimited)),
            (&sessions::OPEN, 500, "too_many_attempts", Some(RateLimited)),
            (&folders::CREATE, 500, "too_many_attempts", None),
            (&sessions::OPEN, 500, "unauthorized", None),
            (
                &folders::CREATE,
                409,
                "folder_name_duplicate",
                Some(Conflict),
            ),
            (
                &folders::CREATE,
                409,
                "parent_folder_not_found",
                Some(NotFound),
            ),
            (&folders::CREATE, 409, "something_new", None),
            (&folders::CREATE, 500, "folder_name_duplicate", None),
            (&folders::CREATE, 401, "unauthorized", None),
            (&folders::CREATE, 401, "tenant_invalid", Some(Credentials)),
            (
                &configuration::GET,
                401,
                "unauthorized",
                Some(PermissionDenied),
            ),
            (
                &configuration::UPDATE,
                401,
                "something_new",
                Some(PermissionDenied),
            ),
            (
                &configuration::UPDATE,
                401,
                "tenant_invalid",
                Some(Credentials),
            ),
            (&configuration::UPDATE, 400, "no_fields_to_update", None),
        ] {
            let detail = read(operation, status, format!(r#"{{"error":"{code}"}}"#));
            assert_eq!(detail.kind, kind, "{} {status} {code}", operation.id());
        }
    }

    #[test]
    fn each_operation_is_of_this_vendor() {
        for operation in OPERATIONS {
            assert!(operation.id().starts_with("medreader."));
            assert!(operation.path().starts_with("/api/v1/"));
        }
    }
}
