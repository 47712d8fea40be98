//! One exchange: the request out, the answer's head in, and as much of its body as the mode wants.

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::{Instant, sleep};

use super::Engine;
use super::failure::{Failure, Stalled, Unreadable};
use super::limits::{earlier, within};
use super::reader::{BodyReader, Broken};
use crate::answer::{Answer, KEPT_BODY};
use crate::body::Opened;
use crate::error::{Delivery, Error, ErrorKind};
use crate::options::Timeouts;
use crate::prepared::Prepared;
use crate::transport::{IncomingBody, OutgoingBody, Sending};

/// What of an answer is read before it is handed over.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Whole,
    Streamed { check: Option<fn(&[u8]) -> bool> },
}

/// How much of a streamed answer is read before it is checked.
pub(crate) const CHECKED: usize = 1024;

/// A successful answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body, or its start in streamed mode.
    pub(crate) start: Bytes,
    /// The rest of it.
    pub(crate) rest: BodyReader,
}

pub(crate) async fn exchange(
    engine: &Engine,
    prepared: &Prepared,
    authorization: Option<&HeaderValue>,
    body: Opened,
    attempt: u32,
    mode: Mode,
    end: Option<Instant>,
) -> Result<Reply, Failure> {
    let on_progress = prepared.options.on_progress.clone();
    let (body, sending) = OutgoingBody::new(body, prepared.body.len(), attempt, on_progress);
    let request = request(prepared, authorization, body);
    let timeouts = &engine.options().timeouts;
    let transport = if prepared.is_foreign {
        let foreign = engine.foreign_transport(&prepared.url);
        foreign.map_err(Failure::Local)?
    } else {
        engine.transport()
    };
    let head = tokio::select! {
        biased;
        head = transport.send(request) => head,
        stalled = no_head_in_time(&sending, timeouts) => return Err(Failure::Stalled(stalled)),
    };
    let (head, stream) = match head {
        Ok(response) => response.into_parts(),
        Err(error) => {
            return Err(match sending.failure() {
                Some(kind) => Failure::BodyBroke(Error::io("reading the body to be sent", kind)),
                None => Failure::Transport(error),
            });
        }
    };
    let headers = head.headers;
    let length = match *prepared.operation.method() {
        // The answer tells the length of a body that it does not have.
        Method::HEAD => None,
        _ => announced(&headers),
    };
    if !head.status.is_success() {
        let body = kept(stream, timeouts, end).await;
        return Err(Failure::Answer(Box::new(Answer {
            operation: Some(prepared.operation.id()),
            status: head.status,
            headers,
            body,
            attempts: attempt,
            throttled: false,
            delivery: Delivery::Answered,
        })));
    }
    let limit = limit(engine, prepared, mode);
    let mut reply = Reply {
        status: head.status,
        headers,
        start: Bytes::new(),
        rest: BodyReader::new(stream, length, limit, timeouts.idle),
    };
    if is_encoded(&reply.headers) {
        return Err(reply.unreadable(
            ErrorKind::Decode,
            "a content encoding that was not asked for",
        ));
    }
    let enough = match mode {
        Mode::Whole => usize::MAX,
        Mode::Streamed { check: Some(_) } => CHECKED,
        Mode::Streamed { check: None } => 0,
    };
    if enough > 0 {
        reply.start = match reply.rest.read(enough).await {
            Ok(start) => start,
            Err(Broken::Failed(failure)) => return Err(failure),
            Err(Broken::TooLarge) => {
                return Err(reply.unreadable(ErrorKind::TooLarge, "the answer exceeds the limit"));
            }
        };
    }
    match mode {
        Mode::Streamed { check: Some(check) } if !check(&reply.start) => Err(reply.unreadable(
            ErrorKind::Decode,
            "the answer is not the file that was asked for",
        )),
        _ => Ok(reply),
    }
}

impl Reply {
    pub(crate) fn unreadable(&self, kind: ErrorKind, why: &'static str) -> Failure {
        Failure::Unreadable(Box::new(Unreadable {
            kind,
            why,
            status: self.status,
            headers: self.headers.clone(),
            body: self.start.slice(..self.start.len().min(KEPT_BODY)),
        }))
    }
}

fn request(
    prepared: &Prepared,
    authorization: Option<&HeaderValue>,
    body: OutgoingBody,
) -> http::Request<OutgoingBody> {
    let mut request = http::Request::new(body);
    *request.method_mut() = prepared.operation.method().clone();
    *request.uri_mut() = prepared.uri.clone();
    *request.headers_mut() = prepared.headers.clone();
    if let Some(authorization) = authorization {
        request
            .headers_mut()
            .insert(AUTHORIZATION, authorization.clone());
    }
    request
}

fn limit(engine: &Engine, prepared: &Prepared, mode: Mode) -> u64 {
    let default = match mode {
        Mode::Whole => engine.options().max_answer,
        Mode::Streamed { .. } => engine.options().max_download,
    };
    prepared.options.max_bytes.unwrap_or(default)
}

/// Ends when the answer's head is overdue: no progress of the body, or nothing for too long after its last byte.
async fn no_head_in_time(sending: &Sending, timeouts: &Timeouts) -> Stalled {
    loop {
        let left = timeouts.idle.saturating_sub(sending.quiet_for());
        tokio::select! {
            biased;
            () = sending.finished() => break,
            () = sleep(left) => {}
        }
        if sending.quiet_for() >= timeouts.idle {
            return Stalled::Idle;
        }
    }
    sleep(timeouts.head).await;
    Stalled::Head
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|encoding| {
        !encoding.is_empty() && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
    })
}

/// The start of an error answer's body: what comes of it in a fair time. The answer itself is known already, so that
/// the end of the call's time takes no more than the rest of its body.
async fn kept(stream: IncomingBody, timeouts: &Timeouts, end: Option<Instant>) -> Bytes {
    let mut reader = BodyReader::new(stream, None, u64::MAX, timeouts.idle);
    let mut kept = BytesMut::new();
    let reading = async {
        while kept.len() < KEPT_BODY
            && let Ok(Some(chunk)) = reader.chunk().await
        {
            let room = KEPT_BODY - kept.len();
            kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    };
    let fair = Instant::now().checked_add(timeouts.head);
    let _ = within(earlier(fair, end), reading).await;
    kept.freeze()
}
