//! One exchange: sends the request and reads the answer's head and as much body as the mode needs.

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};
use tokio::time::Instant;

use super::Engine;
use super::failure::{Failure, Stalled, Unreadable};
use super::limits::{earlier, overdue};
use super::proof;
use super::reader::{BodyReader, Broken, End};
use crate::answer::{Answer, KEPT_BODY};
use crate::body::Opened;
use crate::error::{Cause, Delivery, Error, ErrorKind};
use crate::operation::{Effect, Operation};
use crate::options::Timeouts;
use crate::prepared::Prepared;
use crate::transport::{IncomingBody, OutgoingBody, OutgoingRequest, Sending, TransportError};

/// How much of an answer is read before it is returned.
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
    /// The whole body, or its start in streamed mode.
    pub(crate) start: Bytes,
    /// The rest of the body.
    pub(crate) rest: BodyReader,
}

pub(crate) async fn exchange(
    engine: &Engine,
    prepared: &Prepared,
    authorization: Option<&HeaderValue>,
    body: Opened,
    attempt: u32,
    mode: Mode,
    until: Option<Instant>,
) -> Result<Reply, Failure> {
    let on_progress = prepared.options.on_progress.clone();
    // Dropping `sending`, however the exchange ends, stops a body that is still being sent.
    let (body, sending) = OutgoingBody::new(body, prepared.body.len(), attempt, on_progress);
    let request = request(prepared, authorization, body);
    let timeouts = &engine.options().timeouts;
    let transport = engine.transport(&prepared.url, prepared.is_foreign);
    let transport = transport.map_err(Failure::Local)?;
    let (version, status, headers, stream) = {
        let response = tokio::select! {
            biased;
            response = transport.send(request) => response,
            stalled = no_head_in_time(&sending, timeouts, prepared.is_upload(), until) => {
                return Err(match sending.has_begun() {
                    true => Failure::Stalled(stalled),
                    false => TransportError::Connect(Cause::ConnectTimeout).into(),
                });
            }
        };
        match (response, broken(&sending)) {
            (Ok(response), _) => parts(response),
            (Err(_), Some(broken)) => return Err(broken),
            (Err(error), None) => return Err(error.into()),
        }
    };
    let has_body = prepared.operation.method() != Method::HEAD && status != StatusCode::NO_CONTENT;
    // Without a body it is the length of one that is not sent.
    let length = announced(&headers).filter(|_| has_body);
    if !status.is_success() {
        let start = Box::pin(kept(stream, timeouts, until)).await;
        let answer = answer(&prepared.operation, status, headers, start, attempt);
        return Err(Failure::Answer(Box::new(answer)));
    }
    if let Some(broken) = broken(&sending) {
        return Err(broken);
    }
    if !sending.is_finished() {
        return Err(Failure::Early);
    }
    let limit = limit(engine, prepared, mode);
    let end = proof::end(version, has_body, &headers, length, prepared.url.scheme());
    let is_file = matches!(mode, Mode::Streamed { .. }) && proof::is_whole_file(status, &headers);
    let must_show = if is_file { end } else { End::Shown };
    let mut reply = Reply {
        status,
        headers,
        start: Bytes::new(),
        rest: BodyReader::new(stream, length, limit, timeouts.idle, until, must_show),
    };
    if is_file && proof::is_encoded(&reply.headers) {
        return Err(reply.decode(proof::ENCODED));
    }
    let enough = match mode {
        Mode::Whole => usize::MAX,
        Mode::Streamed { check: Some(_) } => CHECKED,
        Mode::Streamed { check: None } if proof::is_html(&reply.headers) => CHECKED,
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
        let is_xml = prepared.is_foreign && proof::is_xml(&reply.headers, &reply.start);
        let is_page = proof::is_page(&reply.headers, &reply.start) && !is_xml;
        if is_page && !engine.options().accept_html {
            return Err(reply.page());
        }
    }
    if prepared.operation.is_login() {
        let (headers, body) = (reply.headers.clone(), reply.start.clone());
        let answer = answer(&prepared.operation, reply.status, headers, body, attempt);
        let says = (engine.profile().read_error)(&prepared.operation, &answer).kind;
        // Some vendors report wrong credentials with status 200.
        if says.is_some_and(ErrorKind::refuses_login) {
            return Err(Failure::Answer(Box::new(answer)));
        }
    }
    match mode {
        Mode::Whole if end == End::Unproven && !proves_itself(prepared, &reply, attempt) => {
            Err(Failure::Unproven)
        }
        Mode::Streamed { .. } if !is_file => Err(reply.decode("the answer is not a whole file")),
        Mode::Streamed { check: Some(check) } if !check(&reply.start) => {
            Err(reply.decode("the answer is not a file of the expected kind"))
        }
        _ => Ok(reply),
    }
}

impl Reply {
    pub(crate) fn unreadable(&self, kind: ErrorKind, why: &'static str) -> Failure {
        self.refused(kind, why, false)
    }

    fn decode(&self, why: &'static str) -> Failure {
        self.unreadable(ErrorKind::Decode, why)
    }

    fn page(&self) -> Failure {
        let why = "the answer is a web page, not the vendor's";
        self.refused(ErrorKind::Decode, why, true)
    }

    fn refused(&self, kind: ErrorKind, why: &'static str, is_foreign: bool) -> Failure {
        Failure::Unreadable(Box::new(Unreadable {
            kind,
            why,
            is_foreign,
            status: self.status,
            headers: self.headers.clone(),
            body: self.start.slice(..self.start.len().min(KEPT_BODY)),
        }))
    }
}

fn answer(
    operation: &Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
) -> Answer {
    Answer {
        operation: Some(operation.id()),
        status,
        headers,
        body,
        attempts,
        throttled: false,
        delivery: Delivery::Answered,
    }
}

fn request(
    prepared: &Prepared,
    authorization: Option<&HeaderValue>,
    body: OutgoingBody,
) -> OutgoingRequest {
    let mut headers = prepared.headers();
    if let Some(authorization) = authorization {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    OutgoingRequest {
        method: prepared.operation.method().clone(),
        url: prepared.url.clone(),
        headers,
        body,
    }
}

/// Nothing is an answer to a change. To a question it is one when it comes again.
fn proves_itself(prepared: &Prepared, reply: &Reply, attempt: u32) -> bool {
    let may_be_empty = prepared.operation.effect() != Effect::Safe || attempt > 1;
    proof::proves_itself(&reply.headers, &reply.start, may_be_empty)
}

/// Whether the body's source failed.
fn broken(sending: &Sending) -> Option<Failure> {
    let error = Error::io("reading the body to be sent", sending.failure()?);
    Some(Failure::BodyBroke(error))
}

fn parts(response: http::Response<IncomingBody>) -> (Version, StatusCode, HeaderMap, IncomingBody) {
    let (head, stream) = response.into_parts();
    (head.version, head.status, head.headers, stream)
}

fn limit(engine: &Engine, prepared: &Prepared, mode: Mode) -> u64 {
    let default = match mode {
        Mode::Whole => engine.options().max_answer,
        Mode::Streamed { .. } => engine.options().max_download,
    };
    prepared.options.max_bytes.unwrap_or(default)
}

/// Returns when the answer's head is overdue: the body makes no progress, or the head does not
/// arrive in time after its last byte. A proxy may forward an upload only when it has all of it, so
/// the head of its answer may take as long as the upload took.
async fn no_head_in_time(
    sending: &Sending,
    timeouts: &Timeouts,
    is_upload: bool,
    until: Option<Instant>,
) -> Stalled {
    let started = Instant::now();
    while !sending.is_finished() {
        let left = timeouts.idle.saturating_sub(sending.quiet_for());
        tokio::select! {
            biased;
            () = sending.finished() => {}
            stalled = overdue(left, Stalled::Idle, until) => {
                let is_quiet = !sending.is_finished() && sending.quiet_for() >= timeouts.idle;
                if stalled == Stalled::Deadline || is_quiet {
                    return stalled;
                }
            }
        }
    }
    let head = timeouts.head_after(is_upload, started.elapsed());
    overdue(head, Stalled::Head, until).await
}

/// The announced length of the body; `None` if it is chunked.
fn announced(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return None;
    }
    headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Reads the start of an error answer's body, for a limited time. The status is known already, so
/// when the call's time ends only the rest of the body is lost.
async fn kept(stream: IncomingBody, timeouts: &Timeouts, until: Option<Instant>) -> Bytes {
    let fair = Instant::now().checked_add(timeouts.error_body());
    let until = earlier(fair, until);
    let mut reader = BodyReader::new(stream, None, u64::MAX, timeouts.idle, until, End::Shown);
    let mut kept = BytesMut::new();
    while kept.len() < KEPT_BODY
        && let Ok(Some(chunk)) = reader.chunk().await
    {
        let room = KEPT_BODY - kept.len();
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    kept.freeze()
}
