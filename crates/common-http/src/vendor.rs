//! What the engine must know of a vendor.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::error::ErrorKind;
use crate::operation::Operation;

/// What the engine must know of a vendor: fixed, one per vendor crate.
#[derive(Debug)]
pub struct Vendor {
    /// The vendor's name in lower case: the first part of its operations' ids.
    pub name: &'static str,
    /// The default `User-Agent`: the crate's name and version.
    pub user_agent: &'static str,
    /// The vendor's known error codes: only these are ever printed.
    pub codes: &'static [&'static str],
    /// The wait after a 429 without a `Retry-After`, where one is known.
    pub throttle_floor: Option<Duration>,
    /// Reads the vendor's error answers.
    pub read_error: fn(&ErrorAnswer<'_>) -> ErrorDetail,
}

/// An answer that is no success.
#[derive(Clone, Copy)]
pub struct ErrorAnswer<'a> {
    /// What was called.
    pub operation: &'a Operation,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The start of the body, 64 KiB at most.
    pub body: &'a [u8],
}

/// What an error answer says, as far as it could be read.
#[derive(Clone, Default, PartialEq)]
pub struct ErrorDetail {
    /// The machine-readable code.
    pub code: Option<String>,
    /// The free text.
    pub message: Option<String>,
    /// The kind, where the code says more than the status.
    pub kind: Option<ErrorKind>,
}

impl ErrorDetail {
    /// Reads the first of these members of a JSON object that are non-empty texts; nothing from any other body.
    ///
    /// ```
    /// use common_http::ErrorDetail;
    ///
    /// let body = br#"{"error":"folder_name_duplicate","message":"texto de exemplo"}"#;
    /// let detail = ErrorDetail::from_json(body, &["error", "code"], &["message"]);
    /// assert_eq!(detail.code.as_deref(), Some("folder_name_duplicate"));
    /// ```
    #[must_use]
    pub fn from_json(body: &[u8], codes: &[&str], messages: &[&str]) -> Self {
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let first = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| members.get(*name)?.as_str())
                .find(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Self {
            code: first(codes),
            message: first(messages),
            kind: None,
        }
    }
}

crate::safe_debug!(ErrorDetail { kind });

impl std::fmt::Debug for ErrorAnswer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorAnswer")
            .field("operation", &self.operation.id())
            .field("status", &self.status.as_u16())
            .finish_non_exhaustive()
    }
}
