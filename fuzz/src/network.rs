//! A network that answers as the fuzzed bytes say, in paused time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use common_http::transport::{IncomingBody, OutgoingRequest, Transport, TransportError};
use common_http::{Error, HttpOptions, async_trait};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version};
use http_body_util::BodyExt as _;

/// The word that no log may show. The corpus has it wherever a vendor may write a name.
const MARKER: &str = "MARKER";

/// The base URL of every client here.
pub(crate) const BASE: &str = "http://127.0.0.1:9";

/// An answer or a webhook, as the corpus has it: the status, headers, an empty line and the body.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Message {
    /// Reads any bytes. A line that is not a header is left out.
    pub(crate) fn read(data: &[u8]) -> Self {
        let (status, rest) = cut(data, b"\n");
        let status = std::str::from_utf8(status).ok();
        let status = status.and_then(|status| status.trim().parse().ok());
        let status = StatusCode::from_u16(status.unwrap_or(200)).unwrap_or(StatusCode::OK);
        let (headers, body) = Self::head(rest);
        let body = Bytes::copy_from_slice(body);
        Self {
            status,
            headers,
            body,
        }
    }

    /// Reads headers up to an empty line.
    pub(crate) fn head(mut rest: &[u8]) -> (HeaderMap, &[u8]) {
        let mut headers = HeaderMap::new();
        while !rest.is_empty() {
            let line;
            (line, rest) = cut(rest, b"\n");
            if line.is_empty() {
                break;
            }
            let (name, value) = cut(line, b":");
            let name = HeaderName::from_bytes(name);
            let value = HeaderValue::from_bytes(value.trim_ascii());
            // Servers limit the number of headers, and a map of them has a limit of its own.
            if let (Ok(name), Ok(value), 0..100) = (name, value, headers.len()) {
                headers.append(name, value);
            }
        }
        (headers, rest)
    }

    /// A success with this body.
    pub(crate) fn ok(body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }
}

/// The bytes before the first mark and those behind it.
pub(crate) fn cut<'a>(data: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    let found = data.windows(mark.len()).position(|part| part == mark);
    match found {
        Some(at) => (&data[..at], &data[at + mark.len()..]),
        None => (data, &[]),
    }
}

type Handler = Box<dyn Fn(&OutgoingRequest, usize) -> Message + Send + Sync>;

/// Answers each request, whose number it is told, and counts the requests.
pub(crate) struct Network {
    handler: Handler,
    count: AtomicUsize,
}

impl Network {
    pub(crate) fn new(
        handler: impl Fn(&OutgoingRequest, usize) -> Message + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            handler: Box::new(handler),
            count: AtomicUsize::new(0),
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn options(self: &Arc<Self>) -> HttpOptions {
        HttpOptions::default().transport(Arc::<Self>::clone(self))
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<Response<IncomingBody>, TransportError> {
        let index = self.count.fetch_add(1, Ordering::Relaxed);
        let message = (self.handler)(&request, index);
        let body = request.body.collect().await;
        body.map_err(|_| TransportError::Interrupted)?;
        // In two pieces, so that no reader relies on having all at once.
        let second = message.body.slice(message.body.len() / 2..);
        let first = message.body.slice(..message.body.len() / 2);
        let pieces = [first, second]
            .into_iter()
            .filter(|piece| !piece.is_empty());
        let body: IncomingBody = Box::pin(stream::iter(pieces.map(Ok)));
        let mut response = Response::new(body);
        *response.version_mut() = Version::HTTP_2;
        *response.status_mut() = message.status;
        *response.headers_mut() = message.headers;
        Ok(response)
    }
}

/// Runs a future in paused time: a pause of an hour takes none.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

/// Checks what holds for each call: an error shows no text of the vendor.
pub(crate) fn check<T>(result: common_http::Result<T>) -> Option<T> {
    result.map_err(|error| check_error(&error)).ok()
}

pub(crate) fn check_error(error: &Error) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(MARKER), "{shown}");
    assert!(shown.len() < 2000, "{} bytes", shown.len());
}
