//! A scripted network for tests with paused time, without sockets.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use http_body::Body as _;
use tokio::time::{Instant, Sleep, sleep};
use url::Position;

use crate::error::Cause;
use crate::lock::lock;
use crate::transport::{IncomingBody, OutgoingRequest, Transport, TransportError};

type Handler = Box<dyn Fn(&FakeRequest) -> FakeAnswer + Send + Sync>;

/// Answers each request with a handler, and records the requests.
pub struct FakeTransport {
    handler: Handler,
    requests: Mutex<Vec<FakeRequest>>,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct FakeRequest {
    /// The method.
    pub method: Method,
    /// Path and query, undecoded.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The part of the body that was read before the answer. Empty while the handler runs.
    pub body: Bytes,
    /// When it arrived.
    pub at: Instant,
    /// The number of the request on this transport, from 0.
    pub index: usize,
}

/// The answer to a request.
#[must_use]
pub struct FakeAnswer {
    after: Duration,
    read_at_most: usize,
    pace: Option<(usize, Duration)>,
    result: Result<Head, TransportError>,
}

struct Head {
    status: StatusCode,
    headers: HeaderMap,
    body: VecDeque<(Duration, Result<Bytes, TransportError>)>,
    hangs: bool,
}

impl FakeTransport {
    /// A transport that answers each request with `handler`.
    pub fn new(handler: impl Fn(&FakeRequest) -> FakeAnswer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            handler: Box::new(handler),
            requests: Mutex::default(),
        })
    }

    /// A transport that answers requests with these steps in turn, and all further ones with the
    /// last.
    ///
    /// Each step is a function because each request needs a new answer.
    #[must_use]
    pub fn script(steps: Vec<fn() -> FakeAnswer>) -> Arc<Self> {
        Self::new(
            move |request| match steps.get(request.index).or(steps.last()) {
                Some(step) => step(),
                None => FakeAnswer::error(TransportError::Connect(Cause::Refused)),
            },
        )
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<FakeRequest> {
        self.log().clone()
    }

    /// How many requests there were so far.
    pub fn count(&self) -> usize {
        self.log().len()
    }

    fn log(&self) -> MutexGuard<'_, Vec<FakeRequest>> {
        lock(&self.requests)
    }
}

impl FakeAnswer {
    /// An answer with this status and an empty body.
    pub fn status(status: u16) -> Self {
        Self {
            after: Duration::ZERO,
            read_at_most: usize::MAX,
            pace: None,
            result: Ok(Head {
                status: StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT),
                headers: HeaderMap::new(),
                body: VecDeque::new(),
                hangs: false,
            }),
        }
    }

    /// 200 with a JSON body.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::status(200)
            .header("content-type", "application/json")
            .chunk(Duration::ZERO, body)
    }

    /// Fails with this error. If the error means that nothing was sent, the body is not read.
    pub fn error(error: TransportError) -> Self {
        Self {
            after: Duration::ZERO,
            read_at_most: if error.is_not_sent() { 0 } else { usize::MAX },
            pace: None,
            result: Err(error),
        }
    }

    /// Never answers.
    pub fn never() -> Self {
        Self::error(TransportError::Interrupted).after(Duration::from_secs(u64::from(u32::MAX)))
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let (Ok(head), Ok(value)) = (&mut self.result, HeaderValue::from_str(value)) {
            head.headers.append(HeaderName::from_static(name), value);
        }
        self
    }

    /// Adds body bytes that arrive this long after the previous ones.
    pub fn chunk(mut self, after: Duration, bytes: impl Into<Bytes>) -> Self {
        if let Ok(head) = &mut self.result {
            head.body.push_back((after, Ok(bytes.into())));
        }
        self
    }

    /// Ends the body with an error.
    pub fn cut(mut self) -> Self {
        if let Ok(head) = &mut self.result {
            head.body
                .push_back((Duration::ZERO, Err(TransportError::Interrupted)));
        }
        self
    }

    /// Keeps the body open for ever.
    pub fn hang(mut self) -> Self {
        if let Ok(head) = &mut self.result {
            head.hangs = true;
        }
        self
    }

    /// Delays the answer by this long after the request was read.
    pub fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }

    /// Answers after this many bytes of the request's body, and does not read the rest.
    pub fn read_at_most(mut self, bytes: usize) -> Self {
        self.read_at_most = bytes;
        self
    }

    /// Reads the request's body in pieces of at least this many bytes, with this pause between
    /// them.
    pub fn read_slowly(mut self, bytes: usize, pause: Duration) -> Self {
        self.pace = Some((bytes, pause));
        self
    }
}

#[async_trait]
impl Transport for FakeTransport {
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError> {
        let mut body = request.body;
        let index = {
            let mut log = self.log();
            let index = log.len();
            log.push(FakeRequest {
                method: request.method,
                target: request.url[Position::BeforePath..Position::AfterQuery].to_owned(),
                headers: request.headers,
                body: Bytes::new(),
                at: Instant::now(),
                index,
            });
            index
        };
        let seen = self.log()[index].clone();
        let answer = (self.handler)(&seen);
        let mut read = BytesMut::new();
        let mut paused_at = 0;
        while read.len() < answer.read_at_most && !body.is_end_stream() {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
            match frame {
                Some(Ok(frame)) => read.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(_)) => return Err(TransportError::Interrupted),
                None => break,
            }
            if let Some((bytes, pause)) = answer.pace
                && read.len() - paused_at >= bytes
                && !body.is_end_stream()
            {
                paused_at = read.len();
                sleep(pause).await;
            }
        }
        self.log()[index].body = read.freeze();
        sleep(answer.after).await;
        let head = answer.result?;
        let mut response = http::Response::new(Box::pin(FakeBody {
            chunks: head.body,
            hangs: head.hangs,
            pause: None,
        }) as IncomingBody);
        // This end is proven, unlike that of HTTP/1.1 without a length.
        *response.version_mut() = Version::HTTP_2;
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        Ok(response)
    }
}

struct FakeBody {
    chunks: VecDeque<(Duration, Result<Bytes, TransportError>)>,
    hangs: bool,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Stream for FakeBody {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some((after, _)) = self.chunks.front() else {
            return if self.hangs {
                Poll::Pending
            } else {
                Poll::Ready(None)
            };
        };
        let after = *after;
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(after)));
        ready!(pause.as_mut().poll(cx));
        self.pause = None;
        Poll::Ready(self.chunks.pop_front().map(|(_, chunk)| chunk))
    }
}
