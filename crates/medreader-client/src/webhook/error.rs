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
    /// There are several `Authorization` headers, or it is not Basic, or not Base64.
    #[error("unreadable credentials")]
    UnreadableCredentials,
    /// User and password are not an accepted pair.
    #[error("wrong credentials")]
    WrongCredentials,
    /// The body is larger than the limit.
    #[error("the body has more than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body is not a JSON object with an `id` that is a whole number of 64 bits or a text that
    /// is not empty.
    #[error("the body is not a webhook payload: {0}")]
    NoPayload(DecodeError),
}

impl WebhookError {
    /// The status to answer with: 401 for the credentials, 413 for the size, 400 for the payload.
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
