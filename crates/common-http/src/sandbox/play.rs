//! Sends the answer of a request: over HTTP, or a fault's bytes on the bare socket.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::sandbox::answer::Answer;
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::fault::Fault;
use crate::sandbox::listen::HeaderCase;
use crate::sandbox::request::Request;
use crate::sandbox::vendor::DynVendor;

/// How a request is answered.
pub(super) enum Played {
    /// An orderly answer; the connection lives on.
    Http(Answer),
    /// The connection is no longer HTTP.
    Raw(Script),
}

/// Bytes for the bare socket, and how the connection ends.
pub(super) struct Script {
    pub(super) bytes: Bytes,
    pub(super) status: Option<StatusCode>,
    pub(super) end: End,
}

/// How a script ends.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// Closed in order.
    Close,
    /// Reset: the peer gets a TCP RST.
    Reset,
    /// Left open and silent until the peer goes away.
    Stall,
}

impl Played {
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Http(answer) => Some(answer.status),
            Self::Raw(script) => script.status,
        }
    }

    fn silent(end: End) -> Self {
        Self::Raw(Script {
            bytes: Bytes::new(),
            status: None,
            end,
        })
    }
}

/// A request of an operation, with the state needed to answer it.
pub(super) struct Turn<'a> {
    pub(super) vendor: &'a dyn DynVendor,
    pub(super) clock: &'a SandboxClock,
    pub(super) case: HeaderCase,
    pub(super) route: usize,
    pub(super) operation: &'static str,
    pub(super) request: &'a Request,
}

impl Turn<'_> {
    /// The vendor's own answer, after it has acted on the request.
    pub(super) fn act(&self) -> Answer {
        self.finish(self.vendor.answer(self.route, self.request))
    }

    /// Plays a fault instead of the answer, or on it.
    pub(super) fn play(&self, fault: &Fault) -> Played {
        match fault {
            Fault::ResetBeforeEffect => Played::silent(End::Reset),
            Fault::ResetAfterRequest => {
                let _unsent = self.act();
                Played::silent(End::Reset)
            }
            Fault::StallHead => {
                let _unsent = self.act();
                Played::silent(End::Stall)
            }
            Fault::StallBody { after } => {
                Played::Raw(part(&self.act(), *after, self.case, End::Stall))
            }
            Fault::CutBody { after } => {
                Played::Raw(part(&self.act(), *after, self.case, End::Close))
            }
            Fault::Status {
                status,
                headers,
                body,
            } => Played::Http(self.finish(Answer {
                status: *status,
                headers: headers.clone(),
                body: body.clone(),
            })),
            Fault::Throttled { retry_after } => {
                self.refuse(StatusCode::TOO_MANY_REQUESTS, retry_after.as_deref())
            }
            Fault::Unavailable { retry_after } => {
                self.refuse(StatusCode::SERVICE_UNAVAILABLE, retry_after.as_deref())
            }
            Fault::BadJson => Played::Http(break_json(self.act())),
            Fault::Garbage => {
                let _unsent = self.act();
                let bytes =
                    Bytes::from_static(b"\x15\x03\x01\x00\x02 this is not HTTP \xff\xfe\r\n\r\n");
                Played::Raw(Script {
                    bytes,
                    status: None,
                    end: End::Close,
                })
            }
            Fault::Drift => Played::Http(self.drift(self.act())),
            Fault::ContentEncoding => {
                Played::Http(with(self.act(), CONTENT_ENCODING, Some("gzip")))
            }
            Fault::Redirect { status, location } => {
                let answer = with(Answer::new(*status), LOCATION, Some(location));
                Played::Http(self.finish(answer))
            }
        }
    }

    fn refuse(&self, status: StatusCode, retry_after: Option<&str>) -> Played {
        let answer = self.vendor.refusal(status, self.request);
        Played::Http(self.finish(with(answer, RETRY_AFTER, retry_after)))
    }

    fn drift(&self, mut answer: Answer) -> Answer {
        let json = answer
            .is_json()
            .then(|| serde_json::from_slice(&answer.body).ok())
            .flatten();
        let Some(mut value) = json else {
            return with(answer, CONTENT_TYPE, Some("application/octet-stream"));
        };
        self.vendor.drift(self.operation, &mut value);
        answer.body = Bytes::from(value.to_string());
        answer
    }

    fn finish(&self, answer: Answer) -> Answer {
        answer.finish(self.clock.now())
    }
}

/// Sets a header. Its value was checked when the fault was set.
fn with(mut answer: Answer, name: HeaderName, value: Option<&str>) -> Answer {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        answer.headers.insert(name, value);
    }
    answer
}

/// The head with the body's full length, and only the first bytes of the body.
fn part(answer: &Answer, after: usize, case: HeaderCase, end: End) -> Script {
    let announced = answer.body.len().max(1);
    let sent = after.min(announced - 1);
    let status = answer.status;
    let mut bytes = format!(
        "HTTP/1.1 {} {}\r\n",
        status.as_str(),
        status.canonical_reason().unwrap_or_default()
    )
    .into_bytes();
    let length = HeaderValue::from(announced);
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != CONTENT_LENGTH);
    for (name, value) in headers.chain([(&CONTENT_LENGTH, &length)]) {
        bytes.extend_from_slice(case.spell(name.as_str()).as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&answer.body[..sent]);
    Script {
        bytes: bytes.into(),
        status: Some(status),
        end,
    }
}

fn break_json(mut answer: Answer) -> Answer {
    // Half of an object, an array or a string is never JSON. Half of a number or a word can be.
    let half = answer.body.len() / 2;
    let can_be_cut = half > 0 && matches!(answer.body[0], b'{' | b'[' | b'"');
    if answer.is_json() && can_be_cut {
        answer.body.truncate(half);
        answer
    } else {
        answer.body = Bytes::from_static(b"{\"cut\":");
        with(answer, CONTENT_TYPE, Some("application/json"))
    }
}
