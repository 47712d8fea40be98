//! The one error of all clients: what failed, whether it may have had an effect, and what to do next.
//!
//! An [`Error`] prints only what may be printed: operation ids, statuses, codes on the vendor's list and
//! words of our own. The vendor's free text and the answer's body can name a patient, so they are there
//! for the program ([`Error::message`], [`Error::body`]) and never in `Display` or `Debug`.

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use crate::json::DecodeError;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's settings do not fit together: a base URL that is no URL, plain http to a foreign host,
    /// a certificate that cannot be read, no TLS built in.
    Config,
    /// An argument was refused before anything was sent.
    InvalidInput,
    /// The vendor refused the login itself: wrong user, password, key or tenant.
    Credentials,
    /// The vendor refused the call's session (401), also after one new login where one was due.
    Unauthenticated,
    /// The session is good but may not do this (403, or the vendor's own word for it).
    PermissionDenied,
    /// What the call names does not exist (404, 410).
    NotFound,
    /// The state of what the call names forbids it (409).
    Conflict,
    /// The vendor is throttling (429) and the allowed waits are used up or do not fit.
    RateLimited,
    /// The vendor refused the request: any other 3xx or 4xx.
    Rejected,
    /// The vendor failed (5xx).
    Server,
    /// No connection: name resolution, TCP, TLS or proxy. Nothing of the request has left.
    Connect,
    /// No answer, or no progress, in the time allowed.
    Timeout,
    /// The connection broke, the answer was cut off or was no HTTP.
    Interrupted,
    /// The answer came whole and is not what the vendor's document says.
    Decode,
    /// The answer is larger than the limit that the caller allows.
    TooLarge,
    /// A local file could not be read or written.
    LocalIo,
}

impl ErrorKind {
    /// The kind as one word in snake_case, stable across versions: for logs, metrics and programs in other
    /// languages.
    ///
    /// ```
    /// assert_eq!(common_http::ErrorKind::RateLimited.as_str(), "rate_limited");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::InvalidInput => "invalid_input",
            Self::Credentials => "credentials",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::Rejected => "rejected",
            Self::Server => "server",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Decode => "decode",
            Self::TooLarge => "too_large",
            Self::LocalIo => "local_io",
        }
    }

    /// The kind of an answer with this status, where the vendor's code says nothing else.
    ///
    /// ```
    /// use common_http::ErrorKind;
    /// use http::StatusCode;
    ///
    /// assert_eq!(ErrorKind::of_status(StatusCode::CONFLICT), ErrorKind::Conflict);
    /// assert_eq!(ErrorKind::of_status(StatusCode::IM_A_TEAPOT), ErrorKind::Rejected);
    /// ```
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 | 410 => Self::NotFound,
            408 => Self::Timeout,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            500..=599 => Self::Server,
            _ => Self::Rejected,
        }
    }

    const fn words(self) -> &'static str {
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

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a failed call may have had an effect at the vendor: for an order in a hospital, that is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// No byte of any attempt can have left: a local refusal, no connection, or no session to make the call with.
    NotSent,
    /// The last attempt got a final answer and no earlier one is in doubt. [`Error::status`] says which; a 2xx that
    /// could not be read *has* had its effect.
    Answered,
    /// All else: a timeout or a broken connection after the request left, a 408 or 5xx, or an earlier attempt like that.
    Unknown,
}

impl Delivery {
    /// The state as one word in snake_case, stable across versions.
    ///
    /// ```
    /// assert_eq!(common_http::Delivery::NotSent.as_str(), "not_sent");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Answered => "answered",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why, in words of our own: nothing in here comes from an answer, a URL or an argument's value.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Reason {
    #[error("{0}")]
    Text(&'static str),
    #[error("argument `{name}` {problem}")]
    Argument {
        name: &'static str,
        problem: &'static str,
    },
    #[error(transparent)]
    Decode(DecodeError),
    #[error("{what}: {kind}")]
    Io {
        what: &'static str,
        kind: io::ErrorKind,
    },
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
///         // Look it up at the vendor first: it may have been done.
///         Delivery::Unknown => false,
///     }
/// }
///
/// let error = Error::builder(ErrorKind::Connect).delivery(Delivery::NotSent).build();
/// assert!(may_send_again(&error));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

impl Error {
    /// Starts an error of this kind: for vendor crates, and for tests of programs that handle one.
    ///
    /// ```
    /// use common_http::{Error, ErrorKind};
    ///
    /// let error = Error::builder(ErrorKind::Conflict)
    ///     .operation("medreader.folders.create")
    ///     .status(http::StatusCode::CONFLICT)
    ///     .code("folder_name_duplicate", true)
    ///     .attempts(1)
    ///     .build();
    /// assert_eq!(error.code(), Some("folder_name_duplicate"));
    /// ```
    pub fn builder(kind: ErrorKind) -> ErrorBuilder {
        ErrorBuilder(Inner {
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
            body: Bytes::new(),
        })
    }

    pub(crate) fn local(kind: ErrorKind, text: &'static str) -> Self {
        Self::builder(kind).detail(text).build()
    }

    pub(crate) fn argument(name: &'static str, problem: &'static str) -> Self {
        Self::builder(ErrorKind::InvalidInput)
            .reason(Reason::Argument { name, problem })
            .build()
    }

    pub(crate) fn io(what: &'static str, kind: io::ErrorKind) -> Self {
        Self::builder(ErrorKind::LocalIo)
            .reason(Reason::Io { what, kind })
            .build()
    }

    /// What kind of failure it is.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::NotFound).build();
    /// let advice = match error.kind() {
    ///     ErrorKind::NotFound => "there is no report yet",
    ///     ErrorKind::Credentials => "look at user name and password",
    ///     ErrorKind::PermissionDenied => "this account may not see that centre",
    ///     _ => "see the log",
    /// };
    /// # assert_eq!(advice, "there is no report yet");
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id of the operation that failed, such as `biologix.exams.list`; where a login that the call needed
    /// failed, the login's. `None` for settings refused by a `build()`.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::Credentials).operation("biologix.sessions.open").build();
    /// // The list was asked for, but it was the login that failed.
    /// assert_eq!(error.operation(), Some("biologix.sessions.open"));
    /// ```
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The status of the last answer, if there was one.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::Server).status(http::StatusCode::BAD_GATEWAY).build();
    /// let gateway = error.status().is_some_and(|status| status == http::StatusCode::BAD_GATEWAY);
    /// # assert!(gateway);
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The vendor's machine-readable code, exactly as it came. A code that is not on the vendor's list can be any
    /// text: do not print it, print [`Error::printable_code`].
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::Conflict).code("folder_name_duplicate", true).build();
    /// if error.code() == Some("folder_name_duplicate") {
    ///     println!("the folder is there already");
    /// }
    /// # assert!(error.code().is_some());
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_ref().map(|code| code.text.as_str())
    }

    /// The vendor's code if it is on our list of that vendor's codes, `unrecognised` for any other.
    ///
    /// ```
    /// use common_http::{Error, ErrorKind};
    ///
    /// let error = Error::builder(ErrorKind::Rejected).code("Paciente Ficticio 17", false).build();
    /// assert_eq!(error.printable_code(), Some("unrecognised"));
    /// ```
    #[must_use]
    pub fn printable_code(&self) -> Option<&str> {
        self.0.code.as_ref().map(|code| match code.listed {
            true => code.text.as_str(),
            false => "unrecognised",
        })
    }

    /// The vendor's free text. It can name a patient: never printed by us, and not for a log.
    ///
    /// ```
    /// use common_http::{Error, ErrorKind};
    ///
    /// let error = Error::builder(ErrorKind::Rejected).message("texto de exemplo").build();
    /// // For a person who may see the patient's data, on a screen of your own.
    /// assert_eq!(error.message(), Some("texto de exemplo"));
    /// assert!(!error.to_string().contains("texto"));
    /// ```
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The id that the vendor gave this request (`x-request-id` and the like), for a call to its support.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::Server).request_id("EXAMPLE-0001").build();
    /// if let Some(id) = error.request_id() {
    ///     println!("ask the vendor's support about request {id}");
    /// }
    /// # assert_eq!(error.request_id(), Some("EXAMPLE-0001"));
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How often the request was sent, or tried to be; 0 where it was refused locally.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::Connect).attempts(4).build();
    /// println!("gave up after {} attempts", error.attempts());
    /// # assert_eq!(error.attempts(), 4);
    /// ```
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the vendor wants us to stay away, where it said so or is known to.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::RateLimited).retry_after(Duration::from_secs(90)).build();
    /// // A job queue puts the call back for that long instead of asking again at once.
    /// let pause = error.retry_after().unwrap_or(Duration::from_secs(10));
    /// # assert_eq!(pause, Duration::from_secs(90));
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the call may have had an effect.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// use common_http::Delivery;
    ///
    /// # let error = Error::builder(ErrorKind::Timeout).delivery(Delivery::Unknown).build();
    /// let send_again = match error.delivery() {
    ///     Delivery::NotSent => true,
    ///     Delivery::Answered => error.is_transient(),
    ///     Delivery::Unknown => false, // look it up at the vendor first
    /// };
    /// # assert!(!send_again);
    /// ```
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// Whether the same call may well succeed later, as it stands. It does not say that repeating is harmless: that
    /// is [`Error::delivery`].
    ///
    /// ```
    /// use common_http::{Error, ErrorKind};
    ///
    /// // A nightly job tries these once more in an hour, and tells a person of all others.
    /// assert!(Error::builder(ErrorKind::Connect).build().is_transient());
    /// assert!(!Error::builder(ErrorKind::NotFound).build().is_transient());
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited
                | ErrorKind::Server
                | ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Interrupted
        )
    }

    /// The start of the answer's body (64 KiB at most), empty where there was none. It can hold a patient's data.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// # let error = Error::builder(ErrorKind::Decode).body("<html>EXAMPLE</html>").build();
    /// // Not the vendor but a portal on the way: the line is not free yet.
    /// let portal = error.body().starts_with(b"<html");
    /// # assert!(portal);
    /// ```
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The kind of a local file failure.
    ///
    /// ```
    /// # use common_http::Error;
    /// use std::io::ErrorKind::StorageFull;
    ///
    /// fn ends_the_run(error: &Error) -> bool {
    ///     error.io_kind() == Some(StorageFull) // no other download will fare better
    /// }
    /// # assert!(!ends_the_run(&Error::builder(common_http::ErrorKind::LocalIo).build()));
    /// ```
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self.0.reason {
            Some(Reason::Io { kind, .. }) => Some(kind),
            _ => None,
        }
    }

    /// Where in the answer's JSON it could not be read, such as `[3].result.oximetry.odi`.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind, json};
    /// # let unreadable = json::decode::<Vec<bool>>(b"[true, 1]").unwrap_err();
    /// # let error = Error::builder(ErrorKind::Decode).decode(unreadable).build();
    /// // It names the place, never the value: good for a bug report.
    /// assert_eq!(error.json_path(), Some("[1]"));
    /// ```
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.reason {
            Some(Reason::Decode(error)) => Some(error.path()),
            _ => None,
        }
    }

    /// The same error, changed: how a vendor crate adds what only it knows.
    ///
    /// ```
    /// use common_http::{Error, ErrorKind};
    ///
    /// let error = Error::builder(ErrorKind::Rejected).code("name_taken", true).build();
    /// // The vendor answers 400 where others answer 409.
    /// let error = match error.code() {
    ///     Some("name_taken") => error.into_builder().kind(ErrorKind::Conflict).build(),
    ///     _ => error,
    /// };
    /// assert_eq!(error.kind(), ErrorKind::Conflict);
    /// ```
    pub fn into_builder(self) -> ErrorBuilder {
        ErrorBuilder(*self.0)
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
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field(
                "reason",
                &inner.reason.as_ref().map(|reason| reason.to_string()),
            )
            .field("operation", &inner.operation)
            .field("status", &inner.status.map(|status| status.as_u16()))
            .field("code", &self.printable_code())
            .field("attempts", &inner.attempts)
            .field("retry_after", &inner.retry_after)
            .field("delivery", &inner.delivery)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

/// Builds an [`Error`]; see [`Error::builder`].
#[must_use]
pub struct ErrorBuilder(Inner);

impl ErrorBuilder {
    /// Sets the kind.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let timeout = Error::builder(ErrorKind::Timeout).attempts(4).build();
    /// let interrupted = timeout.clone().into_builder().kind(ErrorKind::Interrupted).build();
    /// assert_eq!(interrupted.attempts(), timeout.attempts());
    /// ```
    pub fn kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Sets why, in fixed words: never a value from an answer, a URL or an argument.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let error = Error::builder(ErrorKind::InvalidInput).detail("the report is empty").build();
    /// assert!(error.to_string().contains("the report is empty"));
    /// ```
    pub fn detail(self, text: &'static str) -> Self {
        self.reason(Reason::Text(text))
    }

    /// Sets why: the answer could not be read there.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// use common_http::json;
    ///
    /// let unreadable = json::decode::<Vec<u8>>(br#"[1, "EXAMPLE"]"#).unwrap_err();
    /// let error = Error::builder(ErrorKind::Decode).decode(unreadable).build();
    /// assert!(error.to_string().contains("unreadable JSON at [1]: wrong type"));
    /// ```
    pub fn decode(self, error: DecodeError) -> Self {
        self.reason(Reason::Decode(error))
    }

    pub(crate) fn reason(mut self, reason: Reason) -> Self {
        self.0.reason = Some(reason);
        self
    }

    /// Sets the operation's id.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let error = Error::builder(ErrorKind::NotFound).operation("biologix.reports.get").build();
    /// assert!(error.to_string().starts_with("biologix.reports.get: not found"));
    /// ```
    pub fn operation(mut self, id: &'static str) -> Self {
        self.0.operation = Some(id);
        self
    }

    /// Sets the status of the last answer.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// use http::StatusCode;
    ///
    /// let error = Error::builder(ErrorKind::Server).status(StatusCode::BAD_GATEWAY).build();
    /// assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY));
    /// ```
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the vendor's code and whether it is on the list of codes that may be printed.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let error = Error::builder(ErrorKind::RateLimited).code("tooManyRequests", true).build();
    /// assert!(error.to_string().contains("code tooManyRequests"));
    /// ```
    pub fn code(mut self, code: impl Into<String>, listed: bool) -> Self {
        self.0.code = Some(VendorCode {
            text: code.into(),
            listed,
        });
        self
    }

    /// Sets the vendor's free text.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let error = Error::builder(ErrorKind::Rejected).message("texto de exemplo").build();
    /// assert!(!format!("{error} {error:?}").contains("texto")); // never printed
    /// ```
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Sets the vendor's id of the request.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let error = Error::builder(ErrorKind::Server).request_id("EXAMPLE-0001").build();
    /// assert_eq!(error.request_id(), Some("EXAMPLE-0001"));
    /// ```
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets how often the request was sent.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// // How does the program take it when the line was down for all four attempts?
    /// let error = Error::builder(ErrorKind::Connect).attempts(4).build();
    /// # assert_eq!(error.attempts(), 4);
    /// ```
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets how long the vendor wants us to stay away.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// use std::time::Duration;
    ///
    /// let error = Error::builder(ErrorKind::RateLimited).retry_after(Duration::from_secs(60)).build();
    /// assert!(error.to_string().contains("retry after 60 s"));
    /// ```
    pub fn retry_after(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.0.retry_after = after.into();
        self
    }

    /// Sets whether the call may have had an effect.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// use common_http::Delivery;
    ///
    /// // The case that a test of an order must not forget: it may have been placed.
    /// let error = Error::builder(ErrorKind::Timeout).attempts(1).delivery(Delivery::Unknown).build();
    /// # assert_eq!(error.delivery(), Delivery::Unknown);
    /// ```
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// Sets the start of the answer's body.
    ///
    /// ```
    /// # use common_http::{Error, ErrorKind};
    /// let error = Error::builder(ErrorKind::Rejected).body(r#"{"detail":"texto de exemplo"}"#).build();
    /// assert!(error.body().starts_with(b"{"));
    /// ```
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.0.body = body.into();
        self
    }

    /// The error.
    ///
    /// ```
    /// use common_http::{Delivery, Error, ErrorKind};
    ///
    /// let error = Error::builder(ErrorKind::Conflict).attempts(1).delivery(Delivery::Answered).build();
    /// assert_eq!(error.to_string(), "conflict (attempts 1, delivery answered)");
    /// ```
    #[must_use]
    pub fn build(self) -> Error {
        Error(Box::new(self.0))
    }
}

impl fmt::Debug for ErrorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorBuilder")
            .field("kind", &self.0.kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_nothing_that_the_vendor_wrote() {
        let error = Error::builder(ErrorKind::Rejected)
            .operation("biologix.exams.list")
            .status(StatusCode::BAD_REQUEST)
            .code("MARKER", false)
            .message("MARKER")
            .request_id("MARKER")
            .body("MARKER")
            .attempts(1)
            .delivery(Delivery::Answered)
            .build();
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
        assert_eq!(error.body(), b"MARKER");
    }

    #[test]
    fn reads_as_one_line() {
        let error = Error::builder(ErrorKind::RateLimited)
            .operation("biologix.exams.list")
            .status(StatusCode::TOO_MANY_REQUESTS)
            .code("tooManyRequests", true)
            .attempts(4)
            .retry_after(Duration::from_millis(59_500))
            .delivery(Delivery::Answered)
            .build();
        assert_eq!(
            error.to_string(),
            "biologix.exams.list: throttled (status 429, code tooManyRequests, retry after 60 s, attempts 4, delivery answered)"
        );
    }

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
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(ErrorKind::of_status(status), kind);
        }
    }
}
