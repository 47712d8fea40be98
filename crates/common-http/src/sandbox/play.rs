//! What is sent for a request: an answer over HTTP, or a fault's bytes on the bare socket.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER},
};

use super::{Answer, Fault, HeaderCase, Request, Vendor};

/// What is sent.
pub(super) enum Reply {
    /// An orderly answer; the connection lives on.
    Http(Answer),
    /// The connection is taken away from HTTP.
    Raw(Script),
}

/// Bytes for the bare socket, and what then becomes of it.
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

impl Reply {
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

/// Plays a fault on the request of an operation. `finish` completes an answer's headers.
pub(super) fn play(
    fault: &Fault,
    vendor: &dyn Vendor,
    operation: &'static str,
    request: &Request,
    case: HeaderCase,
    finish: impl Fn(Answer) -> Answer,
) -> Reply {
    let act = || finish(vendor.answer(operation, request));
    let refuse = |status, header: HeaderName, value: Option<&String>| {
        let mut answer = vendor.refusal(status, request);
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            answer.headers.insert(header, value);
        }
        Reply::Http(finish(answer))
    };
    match fault {
        Fault::ResetBeforeEffect => Reply::silent(End::Reset),
        Fault::ResetAfterRequest => {
            let _unsent = act();
            Reply::silent(End::Reset)
        }
        Fault::StallHead => {
            let _unsent = act();
            Reply::silent(End::Stall)
        }
        Fault::StallBody { after } => Reply::Raw(part(&act(), *after, case, End::Stall)),
        Fault::CutBody { after } => Reply::Raw(part(&act(), *after, case, End::Close)),
        Fault::Status {
            status,
            headers,
            body,
        } => Reply::Http(finish(Answer {
            status: *status,
            headers: headers.clone(),
            body: body.clone(),
        })),
        Fault::Throttled { retry_after } => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            RETRY_AFTER,
            retry_after.as_ref(),
        ),
        Fault::Unavailable { retry_after } => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            RETRY_AFTER,
            retry_after.as_ref(),
        ),
        Fault::BadJson => Reply::Http(break_json(act())),
        Fault::Garbage => {
            let _unsent = act();
            let bytes =
                Bytes::from_static(b"\x15\x03\x01\x00\x02 this is no HTTP \xff\xfe\r\n\r\n");
            Reply::Raw(Script {
                bytes,
                status: None,
                end: End::Close,
            })
        }
        Fault::Drift => Reply::Http(drift(act(), vendor, operation)),
        Fault::ContentEncoding => {
            let mut answer = act();
            answer
                .headers
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Reply::Http(answer)
        }
        Fault::Redirect { status, location } => {
            let mut answer = Answer::new(*status);
            if let Ok(location) = HeaderValue::from_str(location) {
                answer.headers.insert(LOCATION, location);
            }
            Reply::Http(finish(answer))
        }
    }
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
    // Half of an object, an array or a string is never JSON; of a number or a word it might be.
    let half = answer.body.len() / 2;
    let can_be_cut = half > 0 && matches!(answer.body[0], b'{' | b'[' | b'"');
    if answer.is_json() && can_be_cut {
        answer.body.truncate(half);
    } else {
        answer
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        answer.body = Bytes::from_static(b"{\"cut\":");
    }
    answer
}

fn drift(mut answer: Answer, vendor: &dyn Vendor, operation: &'static str) -> Answer {
    let json = answer
        .is_json()
        .then(|| serde_json::from_slice(&answer.body).ok())
        .flatten();
    match json {
        Some(mut value) => {
            vendor.drift(operation, &mut value);
            answer.body = Bytes::from(value.to_string());
        }
        None => {
            answer.headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            );
        }
    }
    answer
}
