//! The kind of a failure, and whether the call may have had an effect.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use http::StatusCode;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words::words;
use super::{Error, Result};

/// The kind of failure of an [`Error`](crate::Error).
///
/// ```
/// use common_http::ErrorKind;
///
/// let kind: ErrorKind = "not_found".parse()?; // for example from a database
/// assert_eq!(kind, ErrorKind::NotFound);
/// assert_eq!(serde_json::to_string(&kind)?, "\"not_found\"");
/// assert!("some_later_kind".parse::<ErrorKind>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's settings are wrong or do not fit together, for example a malformed base URL, plain
    /// http to a remote host, an unreadable certificate, or no TLS built in.
    Config,
    /// An argument was refused before anything was sent.
    InvalidInput,
    /// The vendor refused the login itself: wrong user, password, key or tenant.
    Credentials,
    /// The vendor refused the call's session (401), also after a new login if one was possible.
    Unauthenticated,
    /// The session is valid but lacks a permission (403, or the vendor's own code for it).
    PermissionDenied,
    /// The object of the call does not exist (404, 410).
    NotFound,
    /// The current state of the object does not allow the call (409).
    Conflict,
    /// The vendor throttles (429), and the waits that it asks for are used up or exceed a limit.
    RateLimited,
    /// The vendor refused the request with any other 3xx or 4xx.
    Rejected,
    /// The vendor failed (5xx).
    Server,
    /// No connection: name resolution, TCP, TLS or proxy failed. Nothing of the request was sent.
    Connect,
    /// No answer, or no progress, within the time allowed.
    Timeout,
    /// The connection broke, the answer was cut off, or it was not HTTP.
    Interrupted,
    /// The answer is complete but does not match the vendor's document.
    Decode,
    /// The answer exceeds the size limit.
    TooLarge,
    /// A local file could not be read or written.
    LocalIo,
}

words!(ErrorKind {
    Config = "config",
    InvalidInput = "invalid_input",
    Credentials = "credentials",
    Unauthenticated = "unauthenticated",
    PermissionDenied = "permission_denied",
    NotFound = "not_found",
    Conflict = "conflict",
    RateLimited = "rate_limited",
    Rejected = "rejected",
    Server = "server",
    Connect = "connect",
    Timeout = "timeout",
    Interrupted = "interrupted",
    Decode = "decode",
    TooLarge = "too_large",
    LocalIo = "local_io",
});

impl ErrorKind {
    /// The kind for an answer with this status, unless the vendor's code is more specific.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 | 410 => Self::NotFound,
            408 => Self::Timeout,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            ..200 | 500.. => Self::Server,
            _ => Self::Rejected,
        }
    }

    /// Whether a login that ends so must not be repeated, whatever the answer's status: repeated
    /// logins would lock the account, or keep it locked.
    pub(crate) const fn refuses_login(self) -> bool {
        matches!(self, Self::Credentials | Self::RateLimited)
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Config => "wrong settings",
            Self::InvalidInput => "argument refused",
            Self::Credentials => "login refused",
            Self::Unauthenticated => "session refused",
            Self::PermissionDenied => "permission denied",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::RateLimited => "throttled",
            Self::Rejected => "rejected",
            Self::Server => "the vendor failed",
            Self::Connect => "no connection",
            Self::Timeout => "timed out",
            Self::Interrupted => "connection lost",
            Self::Decode => "unreadable answer",
            Self::TooLarge => "answer too large",
            Self::LocalIo => "local file",
        }
    }
}

/// Whether a failed call may have had an effect at the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Nothing of any attempt was sent: a local refusal, no connection, or no session for the call.
    NotSent,
    /// The last attempt got a final answer, and no earlier attempt has an unknown outcome.
    ///
    /// [`Error::status`](crate::Error::status) is its status. A 2xx that could not be read *has*
    /// had its effect.
    Answered,
    /// Everything else: a timeout or a broken connection after the request was sent, a 408 or 5xx,
    /// or an earlier attempt of that kind.
    Unknown,
}

words!(Delivery {
    NotSent = "not_sent",
    Answered = "answered",
    Unknown = "unknown",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_its_kind() {
        for (status, kind) in [
            (302, ErrorKind::Rejected),
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthenticated),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::Conflict),
            (410, ErrorKind::NotFound),
            (418, ErrorKind::Rejected),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (503, ErrorKind::Server),
            (600, ErrorKind::Server),
            (101, ErrorKind::Server),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(ErrorKind::of_status(status), kind);
        }
    }
}
