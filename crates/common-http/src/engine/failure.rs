//! Why an attempt failed, and the error that it becomes.

use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::answer::Answer;
use crate::error::{Cause, Error, ErrorKind};
use crate::operation::{Effect, Operation};
use crate::prepared::Prepared;
use crate::profile::{ErrorDetail, Profile};
use crate::retry::{Outcome, RetryPolicy, limit_reset, retry_after};
use crate::transport::TransportError;

/// Headers that carry an id of the request, as vendors and gateways name them.
const REQUEST_IDS: [&str; 4] = [
    "x-request-id",
    "request-id",
    "x-ms-request-id",
    "x-correlation-id",
];

pub(crate) enum Failure {
    /// No session could be obtained for the call.
    Login(Error),
    /// The time was over, or the preparation took too long. Nothing of this attempt was sent.
    NotInTime(&'static str),
    /// A local failure before the exchange, for example in opening the body. Nothing of this
    /// attempt was sent.
    Local(Error),
    /// The body could not be read to its end. Some of it may have been sent.
    BodyBroke(Error),
    Transport(TransportError),
    /// A success arrived before the whole body was sent, so the vendor cannot have the whole body.
    Early,
    /// The answer is shorter or longer than its announced length.
    WrongLength,
    /// Neither the protocol nor the content proves that the answer is complete.
    Unproven,
    Stalled(Stalled),
    Answer(Box<Answer>),
    Unreadable(Box<Unreadable>),
}

/// Which time limit ended the attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stalled {
    Deadline,
    Head,
    Idle,
}

/// A successful status whose answer cannot be used.
pub(crate) struct Unreadable {
    pub(crate) kind: ErrorKind,
    pub(crate) why: &'static str,
    /// Something other than the vendor's API wrote the answer.
    pub(crate) is_foreign: bool,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl Failure {
    /// The row of the retry table; `None` if no attempt was made.
    pub(crate) fn outcome(&self, profile: &Profile, operation: &Operation) -> Option<Outcome> {
        Some(match self {
            Self::Login(_) | Self::NotInTime(_) | Self::Local(_) => return None,
            // Another attempt would fail the same way, but some of the body may have been sent.
            Self::BodyBroke(_) => Outcome::Broken,
            Self::Transport(TransportError::Connect(cause)) if !cause.may_pass() => Outcome::Barred,
            Self::Transport(error) if error.is_not_sent() => Outcome::NotSent,
            Self::Transport(_)
            | Self::Early
            | Self::WrongLength
            | Self::Unproven
            | Self::Stalled(_) => Outcome::Lost,
            Self::Answer(answer) if operation.is_login() => {
                let says = answer.detail(profile, operation).kind;
                match answer.status {
                    _ if says.is_some_and(ErrorKind::refuses_login) => Outcome::Refused,
                    // A login is never repeated after a 4xx.
                    StatusCode::REQUEST_TIMEOUT => Outcome::Broken,
                    // For a login a 503 is a server error, with or without `Retry-After`.
                    status => Outcome::of_status(status, false),
                }
            }
            Self::Answer(answer) => {
                let asked = retry_after(&answer.headers).is_some();
                match Outcome::of_status(answer.status, asked) {
                    Outcome::Refused if answer.is_transient(profile, operation) => Outcome::Failed,
                    outcome => outcome,
                }
            }
            // It is unknown who wrote the page and whether the vendor received the request.
            Self::Unreadable(unreadable)
                if unreadable.is_foreign && operation.effect() != Effect::Safe =>
            {
                Outcome::Broken
            }
            Self::Unreadable(_) => Outcome::Unreadable,
        })
    }

    /// How long to wait before the next request: the vendor's value, else the known minimum.
    pub(crate) fn retry_after(&self, profile: &Profile, policy: &RetryPolicy) -> Option<Duration> {
        match self {
            Self::Answer(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                retry_after(&answer.headers)
                    .or_else(|| limit_reset(&answer.headers))
                    .or(policy.throttle_floor)
                    .or(profile.throttle_floor)
            }
            Self::Answer(answer) => retry_after(&answer.headers),
            Self::Login(error) => error.retry_after(),
            _ => None,
        }
    }

    pub(crate) fn into_error(self, profile: &Profile, request: &Prepared, attempts: u32) -> Error {
        let operation = &request.operation;
        let error = match self {
            // The error keeps the login's operation, status and attempts.
            Self::Login(error) => {
                let id = error.operation().unwrap_or(operation.id());
                return error.with_operation(id);
            }
            Self::NotInTime(why) => Error::new(ErrorKind::Timeout).with_detail(why),
            Self::Local(error) | Self::BodyBroke(error) => error,
            Self::Transport(TransportError::Connect(cause)) => {
                Error::new(ErrorKind::Connect).with_cause(cause)
            }
            Self::Transport(TransportError::NotProcessed) => {
                Error::new(ErrorKind::Connect).with_detail(TransportError::NotProcessed.words())
            }
            Self::Transport(error) => Error::new(ErrorKind::Interrupted).with_detail(error.words()),
            Self::Early => Error::new(ErrorKind::Interrupted)
                .with_detail("the answer arrived before the whole body was sent"),
            Self::WrongLength => Error::new(ErrorKind::Interrupted)
                .with_detail("the answer does not have its announced length"),
            Self::Unproven => Error::new(ErrorKind::Interrupted)
                .with_detail("the answer may be incomplete: nothing shows where it ends"),
            Self::Stalled(stalled) => Error::new(ErrorKind::Timeout).with_detail(match stalled {
                Stalled::Deadline => "the call's deadline passed",
                Stalled::Head => "no answer arrived in time",
                Stalled::Idle => "the transfer made no progress",
            }),
            Self::Answer(answer) => answer.refusal(profile, request),
            Self::Unreadable(unreadable) => with_request_id(
                Error::new(unreadable.kind)
                    .with_detail(unreadable.why)
                    .with_status(unreadable.status)
                    .with_body(unreadable.body),
                &unreadable.headers,
            ),
        };
        error.with_operation(operation.id()).with_attempts(attempts)
    }
}

/// Reads an answer that is not a success with the vendor crate's function.
impl Answer {
    fn detail(&self, profile: &Profile, operation: &Operation) -> ErrorDetail {
        (profile.read_error)(operation, self)
    }

    fn is_transient(&self, profile: &Profile, operation: &Operation) -> bool {
        let code = self.detail(profile, operation).code;
        code.is_some_and(|code| profile.transient_codes.contains(&code.as_str()))
    }

    fn refusal(self, profile: &Profile, request: &Prepared) -> Error {
        let operation = &request.operation;
        let ErrorDetail {
            code,
            message,
            kind,
        } = self.detail(profile, operation);
        let mut kind = kind.unwrap_or_else(|| ErrorKind::of_status(self.status));
        if operation.is_login() && kind == ErrorKind::Unauthenticated {
            kind = ErrorKind::Credentials;
        }
        let mut error = Error::new(kind)
            .with_status(self.status)
            .with_body(self.body);
        if self.status.is_redirection() {
            let is_elsewhere = request.is_foreign || request.follow.is_some();
            error = error.with_detail(if is_elsewhere {
                // The base URL has nothing to do with it.
                "the server redirects to an address that is not followed"
            } else {
                redirected(&self.headers, &request.url)
            });
        } else if self.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            error = error.with_cause(Cause::ProxyStatus);
        }
        if let Some(code) = code {
            let listed = profile.codes.contains(&code.as_str());
            error = error.with_code(code, listed);
        }
        if let Some(message) = message {
            error = error.with_message(message);
        }
        with_request_id(error, &self.headers)
    }
}

/// Explains a redirect. The target is not shown, because it can contain anything.
fn redirected(headers: &HeaderMap, asked: &Url) -> &'static str {
    let location = headers.get(LOCATION).and_then(|to| to.to_str().ok());
    let Some(to) = location.and_then(|to| asked.join(to).ok()) else {
        return "the vendor redirects, which is not followed: check base URL and path, including a trailing slash";
    };
    if to.origin() != asked.origin() {
        return "the vendor redirects to another scheme, host or port, which is not followed: check the base URL";
    }
    let without = |path: &str, other: &str| path.strip_suffix('/') == Some(other);
    if without(to.path(), asked.path()) {
        return "the vendor redirects to the path with a trailing slash, which is not followed";
    }
    if without(asked.path(), to.path()) {
        return "the vendor redirects to the path without its trailing slash, which is not followed";
    }
    "the vendor redirects to another path, which is not followed: check base URL and path, including a trailing slash"
}

fn with_request_id(error: Error, headers: &HeaderMap) -> Error {
    let id = REQUEST_IDS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok());
    match id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}
