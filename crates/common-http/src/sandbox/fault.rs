//! What can go wrong, and when it does.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::SandboxError;

/// Something that goes wrong with one request, played on the real socket.
///
/// Whether the request is **acted upon** (the sandbox's state changes as without the fault) is said at each: it is
/// the question that a caller of an effectful operation has.
///
/// A stall ends when the client goes away, and when the sandbox stops or is dropped. Faults that are no HTTP answer
/// end their connection; the others leave it usable.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is read in full, **not acted upon**, and the connection reset (a TCP RST).
    ResetBeforeEffect,
    /// The request is read in full, **acted upon**, and the connection reset (a TCP RST) before any answer.
    ResetAfterRequest,
    /// The request is **acted upon**; not one byte of an answer comes, and the connection stays open.
    StallHead,
    /// The request is **acted upon**; the head and this many bytes of the body come (at most all but the last one),
    /// then nothing, and the connection stays open.
    StallBody {
        /// Bytes of the body that are sent.
        after: usize,
    },
    /// The request is **acted upon**; the head announces the body's full length, this many bytes of it come (at
    /// most all but the last one), then the connection is closed in order (a TCP FIN).
    CutBody {
        /// Bytes of the body that are sent.
        after: usize,
    },
    /// This very answer, **not acted upon**.
    Status {
        /// The status.
        status: StatusCode,
        /// The headers; nothing is added but `Content-Length` and `Date`.
        headers: HeaderMap,
        /// The body.
        body: Bytes,
    },
    /// 429 with the vendor's own body, **not acted upon**.
    Throttled {
        /// The `Retry-After` header, sent as it is, sensible or not; none where `None`.
        retry_after: Option<String>,
    },
    /// 503 with the vendor's own body, **not acted upon**.
    Unavailable {
        /// The `Retry-After` header, sent as it is, sensible or not; none where `None`.
        retry_after: Option<String>,
    },
    /// The request is **acted upon**; the answer's JSON breaks off in the middle, under a matching
    /// `Content-Length`. Where the answer is no JSON, a broken JSON text comes in its place.
    BadJson,
    /// The request is **acted upon**; the bytes that come back are no HTTP, and the connection is closed.
    Garbage,
    /// The request is **acted upon**; the answer's JSON has fields and codes that nobody documented and blocks that
    /// are null. An answer that is no JSON comes with another `Content-Type` (`application/octet-stream`).
    Drift,
    /// The request is **acted upon**; the answer says `Content-Encoding: gzip`, which nobody asked for.
    ContentEncoding,
    /// A redirect, **not acted upon**.
    Redirect {
        /// The status, for example 307.
        status: StatusCode,
        /// The `Location` header.
        location: String,
    },
}

impl Fault {
    /// An answer with this status, without headers and body.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// use http::StatusCode;
    ///
    /// server.fail_next("example.things.get", Fault::status(StatusCode::GONE))?;
    /// let error = engine.request(&GET).path("id", "0000001").send().await.unwrap_err();
    /// assert_eq!(error.status(), Some(StatusCode::GONE));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        Self::Status {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::ResetBeforeEffect => "ResetBeforeEffect",
            Self::ResetAfterRequest => "ResetAfterRequest",
            Self::StallHead => "StallHead",
            Self::StallBody { .. } => "StallBody",
            Self::CutBody { .. } => "CutBody",
            Self::Status { .. } => "Status",
            Self::Throttled { .. } => "Throttled",
            Self::Unavailable { .. } => "Unavailable",
            Self::BadJson => "BadJson",
            Self::Garbage => "Garbage",
            Self::Drift => "Drift",
            Self::ContentEncoding => "ContentEncoding",
            Self::Redirect { .. } => "Redirect",
        }
    }

    /// Refuses what could not be sent when the fault's turn comes.
    fn check(&self) -> Result<(), SandboxError> {
        let (header, value) = match self {
            Self::Throttled {
                retry_after: Some(value),
            }
            | Self::Unavailable {
                retry_after: Some(value),
            } => ("Retry-After", value),
            Self::Redirect { location, .. } => ("Location", location),
            _ => return Ok(()),
        };
        match HeaderValue::from_str(value) {
            Ok(_) => Ok(()),
            Err(_) => Err(SandboxError::InvalidHeader { header }),
        }
    }
}

/// Headers, bodies and locations may hold what should not be printed.
impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct(self.name());
        match self {
            Self::StallBody { after } | Self::CutBody { after } => {
                out.field("after", after).finish()
            }
            Self::Status { status, .. } | Self::Redirect { status, .. } => {
                out.field("status", status).finish_non_exhaustive()
            }
            Self::Throttled { retry_after } | Self::Unavailable { retry_after } => {
                out.field("retry_after", retry_after).finish()
            }
            _ => out.finish(),
        }
    }
}

/// The faults that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Faults {
    queued: HashMap<&'static str, VecDeque<Fault>>,
    standing: HashMap<&'static str, Fault>,
}

impl Faults {
    pub(super) fn queue(
        &mut self,
        operation: &'static str,
        times: usize,
        fault: &Fault,
    ) -> Result<(), SandboxError> {
        fault.check()?;
        self.queued
            .entry(operation)
            .or_default()
            .extend(std::iter::repeat_n(fault, times).cloned());
        Ok(())
    }

    pub(super) fn stand(
        &mut self,
        operation: &'static str,
        fault: Fault,
    ) -> Result<(), SandboxError> {
        fault.check()?;
        self.standing.insert(operation, fault);
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.queued.clear();
        self.standing.clear();
    }

    /// The fault of the next request: the queued ones first, in their order, then the standing one.
    pub(super) fn take(&mut self, operation: &'static str) -> Option<Fault> {
        let queued = self.queued.get_mut(operation).and_then(VecDeque::pop_front);
        queued.or_else(|| self.standing.get(operation).cloned())
    }
}
