//! Why a webhook is refused.

use common_http::DecodeError;
use http::StatusCode;

/// Why a webhook is refused. Neither `Debug` nor `Display` shows anything that was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no `Authorization` header.
    #[error("no credentials")]
    NoCredentials,
    /// The `Authorization` header is there more than once, is of another scheme than Basic, or is no Base64.
    #[error("unreadable credentials")]
    UnreadableCredentials,
    /// User and password are none of the accepted pairs.
    #[error("wrong credentials")]
    WrongCredentials,
    /// The body is larger than the limit.
    #[error("the body has more than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body is no JSON object with an `id` that is a text and not empty (or is nested deeper than 127 levels).
    #[error("the body is no webhook payload: {0}")]
    NoPayload(DecodeError),
}

impl WebhookError {
    /// With which status to answer: 401 for the credentials, 413 for the size, 400 for the payload.
    ///
    /// ```
    /// use medreader_client::webhook::{Verifier, WebhookError};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let error = verifier.verify(&http::HeaderMap::new(), b"{}").unwrap_err();
    /// assert_eq!(error, WebhookError::NoCredentials);
    /// assert_eq!(error.status(), 401);
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoCredentials | Self::UnreadableCredentials | Self::WrongCredentials => {
                StatusCode::UNAUTHORIZED
            }
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoPayload(_) => StatusCode::BAD_REQUEST,
        }
    }
}
