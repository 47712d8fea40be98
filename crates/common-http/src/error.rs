//! The error type of all clients: what failed, whether it may have had an effect, and what to do.
//!
//! An [`Error`] prints only operation ids, statuses, known codes and texts of this project. The
//! vendor's free text and the answer's body can name a patient: programs can read them
//! ([`Error::message`], [`Error::body`]), but `Display` and `Debug` never show them.

mod build;
mod cause;
mod kind;
mod words;

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

pub use self::cause::Cause;
pub use self::kind::{Delivery, ErrorKind};
use crate::json::DecodeError;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason, in texts of this project; it has no part of an answer, a URL or an argument's value.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Reason {
    #[error("{0}")]
    Text(&'static str),
    #[error("argument `{name}` {problem}")]
    Argument {
        name: &'static str,
        problem: &'static str,
    },
    /// Names of settings, each with what is wrong with it.
    #[error("{}", listing(.0))]
    Settings(Vec<(&'static str, &'static str)>),
    #[error(transparent)]
    Decode(DecodeError),
    #[error("{what}: {kind}")]
    Io {
        what: &'static str,
        kind: io::ErrorKind,
    },
}

/// Writes settings and their problems in one line.
fn listing(settings: &[(&str, &str)]) -> String {
    let text = |(name, problem): &(&str, &str)| format!("{name} {problem}");
    settings.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[derive(Clone)]
struct VendorCode {
    text: String,
    listed: bool,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    reason: Option<Reason>,
    operation: Option<&'static str>,
    status: Option<StatusCode>,
    code: Option<VendorCode>,
    message: Option<String>,
    request_id: Option<String>,
    attempts: u32,
    retry_after: Option<Duration>,
    delivery: Delivery,
    cause: Option<Cause>,
    body: Bytes,
}

/// A failed call.
///
/// ```
/// use common_http::{Delivery, Error, ErrorKind};
///
/// fn may_send_again(error: &Error) -> bool {
///     match error.delivery() {
///         Delivery::NotSent => true,
///         Delivery::Answered => error.is_transient(),
///         // It may have been done: check at the vendor first.
///         Delivery::Unknown => false,
///     }
/// }
///
/// // Programs build errors in their own tests.
/// let lost = Error::new(ErrorKind::Interrupted)
///     .with_operation("gensoft.attendances.send")
///     .with_attempts(1)
///     .with_delivery(Delivery::Unknown);
/// assert!(!may_send_again(&lost));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

impl Error {
    /// An error of this kind, for vendor crates and for tests of programs that handle errors.
    ///
    /// It starts with no attempts and [`Delivery::NotSent`].
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            reason: None,
            operation: None,
            status: None,
            code: None,
            message: None,
            request_id: None,
            attempts: 0,
            retry_after: None,
            delivery: Delivery::NotSent,
            cause: None,
            body: Bytes::new(),
        }))
    }

    pub(crate) fn argument(name: &'static str, problem: &'static str) -> Self {
        Self::new(ErrorKind::InvalidInput).with_reason(Reason::Argument { name, problem })
    }

    pub(crate) fn io(what: &'static str, kind: io::ErrorKind) -> Self {
        Self::new(ErrorKind::LocalIo).with_reason(Reason::Io { what, kind })
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Why there was no connection, for the kind `connect` or if a proxy answered instead of the
    /// vendor.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.0.cause
    }

    /// The id of the operation that failed, such as `biologix.exams.list`.
    ///
    /// If a login for the call failed, it is the login's id. `None` for an error of `build()`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The status of the last answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The vendor's machine-readable code.
    ///
    /// It is as it came, unless the vendor's [`read_error`](crate::Profile::read_error) spells a
    /// listed one as on the list. The clients do so, except with a storage's codes.
    ///
    /// A code that is not on the vendor's list can be any text. Do not print it; print
    /// [`Error::printable_code`] instead.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_ref().map(|code| code.text.as_str())
    }

    /// The vendor's code if it is on our list of that vendor's codes, `unrecognised` for any other.
    ///
    /// ```
    /// use common_http::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Rejected).with_code("Paciente Ficticio 17", false);
    /// assert_eq!(error.printable_code(), Some("unrecognised"));
    /// ```
    #[must_use]
    pub fn printable_code(&self) -> Option<&str> {
        self.0.code.as_ref().map(|code| {
            if code.listed {
                code.text.as_str()
            } else {
                "unrecognised"
            }
        })
    }

    /// The vendor's free text. It can name a patient, so keep it out of logs.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The vendor's id of the request (`x-request-id` and similar), for questions to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The number of attempts; 0 if nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long to wait before the next call, if the vendor said so or its limit is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the call may have had an effect.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// Whether the same call may succeed later although nobody changes a setting.
    ///
    /// A certificate or a proxy's refusal does not pass: see [`Error::cause`]. And this does not mean
    /// that repeating is safe: see [`Error::delivery`].
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let may_pass = self.cause().is_none_or(Cause::may_pass);
        may_pass
            && matches!(
                self.0.kind,
                ErrorKind::RateLimited
                    | ErrorKind::Server
                    | ErrorKind::Connect
                    | ErrorKind::Timeout
                    | ErrorKind::Interrupted
            )
    }

    /// The answer's body, at most 64 KiB. It can contain patient data.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The operating system's error for a local file, for the kind `local_io`.
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self.0.reason {
            Some(Reason::Io { kind, .. }) => Some(kind),
            _ => None,
        }
    }

    /// The JSON path at which an answer could not be read, such as `[3].base.odi` (kind `decode`).
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.reason {
            Some(Reason::Decode(error)) => Some(error.path()),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(inner.kind.words())?;
        if let Some(reason) = &inner.reason {
            write!(f, ": {reason}")?;
        }
        f.write_str(" (")?;
        if let Some(status) = inner.status {
            write!(f, "status {}, ", status.as_u16())?;
        }
        if let Some(code) = self.printable_code() {
            write!(f, "code {code}, ")?;
        }
        if let Some(after) = inner.retry_after {
            write!(f, "retry after {} s, ", after.as_secs_f64().ceil())?;
        }
        write!(
            f,
            "attempts {}, delivery {})",
            inner.attempts, inner.delivery
        )
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let reason = inner.reason.as_ref().map(ToString::to_string);
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("reason", &reason)
            .field("operation", &inner.operation)
            .field("status", &inner.status.map(|status| status.as_u16()))
            .field("code", &self.printable_code())
            .field("attempts", &inner.attempts)
            .field("retry_after", &inner.retry_after)
            .field("delivery", &inner.delivery)
            .field("cause", &inner.cause)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

/// For readers and writers: the error stays inside, and [`io::Error::downcast`] returns it.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Timeout => io::ErrorKind::TimedOut,
            // Not `Interrupted`, after which readers read on, and not `UnexpectedEof`, which many
            // take for the end.
            ErrorKind::Interrupted => io::ErrorKind::ConnectionAborted,
            _ => error.io_kind().unwrap_or(io::ErrorKind::Other),
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_nothing_that_the_vendor_wrote() {
        let error = Error::new(ErrorKind::Rejected)
            .with_operation("biologix.exams.list")
            .with_status(StatusCode::BAD_REQUEST)
            .with_code("MARKER", false)
            .with_message("MARKER")
            .with_request_id("MARKER")
            .with_body("MARKER")
            .with_attempts(1)
            .with_delivery(Delivery::Answered);
        for text in [
            format!("{error}"),
            format!("{error:?}"),
            format!("{error:#?}"),
        ] {
            assert!(!text.contains("MARKER"), "{text}");
            assert!(text.contains("unrecognised"), "{text}");
        }
        assert_eq!(error.code(), Some("MARKER"));
        assert_eq!(error.message(), Some("MARKER"));
        assert_eq!(error.request_id(), Some("MARKER"));
        assert_eq!(error.body(), b"MARKER");
    }

    #[test]
    fn only_what_passes_by_itself_is_transient() {
        for (cause, is_transient) in [
            (Cause::Refused, true),
            (Cause::ConnectTimeout, true),
            (Cause::ProxyStatus, false),
            (Cause::TlsExpired, false),
        ] {
            let error = Error::new(ErrorKind::Connect).with_cause(cause);
            assert_eq!(error.is_transient(), is_transient, "{cause}");
        }
    }

    #[test]
    fn reads_as_one_line() {
        let error = Error::new(ErrorKind::RateLimited)
            .with_operation("biologix.exams.list")
            .with_status(StatusCode::TOO_MANY_REQUESTS)
            .with_code("tooManyRequests", true)
            .with_attempts(4)
            .with_retry_after(Duration::from_millis(59_500))
            .with_delivery(Delivery::Answered);
        assert_eq!(
            error.to_string(),
            "biologix.exams.list: throttled (status 429, code tooManyRequests, retry after 60 s, \
             attempts 4, delivery answered)"
        );
    }
}
