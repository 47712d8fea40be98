//! Faults, and when they happen.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::iter;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::sandbox::error::SandboxError;

/// Something that goes wrong with one request, played on the real socket.
///
/// Each says whether the request is **acted on**, which means that the sandbox's state changes as
/// it would without the fault: that is what a caller of an effectful operation has to know.
///
/// A stall ends when the client goes away, and when the sandbox stops or is dropped. A fault that
/// is not an HTTP answer ends its connection; the others leave it usable.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is read in full, **not acted on**, and the connection is reset (a TCP RST).
    ResetBeforeEffect,
    /// The request is read in full, **acted on**, and the connection is reset (a TCP RST) before
    /// any answer.
    ResetAfterRequest,
    /// The request is **acted on**. Not one byte of an answer comes, and the connection stays open.
    StallHead,
    /// The request is **acted on**. The head and this many bytes of the body come (at most all but
    /// the last one), then nothing, and the connection stays open.
    StallBody {
        /// Bytes of the body that are sent.
        after: usize,
    },
    /// The request is **acted on**. The head announces the body's full length, this many bytes of
    /// it come (at most all but the last one), then the connection is closed in order (a TCP FIN).
    CutBody {
        /// Bytes of the body that are sent.
        after: usize,
    },
    /// This answer; the request is **not acted on**.
    Status {
        /// The status.
        status: StatusCode,
        /// The headers. Only `Content-Length` and `Date` are added.
        headers: HeaderMap,
        /// The body.
        body: Bytes,
    },
    /// 429 with the vendor's own body; the request is **not acted on**.
    Throttled {
        /// The `Retry-After` header, sent unchanged, valid or not.
        retry_after: Option<String>,
    },
    /// 503 with the vendor's own body; the request is **not acted on**.
    Unavailable {
        /// The `Retry-After` header, sent unchanged, valid or not.
        retry_after: Option<String>,
    },
    /// The request is **acted on**. The answer's JSON breaks off in the middle, under a matching
    /// `Content-Length`. An answer that is not JSON is replaced by a broken JSON text.
    BadJson,
    /// The request is **acted on**. The bytes that come back are not HTTP, and the connection is
    /// closed.
    Garbage,
    /// The request is **acted on**. The answer's JSON has undocumented fields and codes, and blocks
    /// that are null. An answer that is not JSON comes with another `Content-Type`
    /// (`application/octet-stream`).
    Drift,
    /// The request is **acted on**. The answer says `Content-Encoding: gzip`, without being asked.
    ContentEncoding,
    /// A redirect; the request is **not acted on**.
    Redirect {
        /// The status, for example 307.
        status: StatusCode,
        /// The `Location` header.
        location: String,
    },
}

impl Fault {
    /// An answer with this status, without headers and body.
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

    /// Refuses a fault that could not be sent.
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

/// Without headers, bodies and locations, because they may contain secrets.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// The faults that wait for their request.
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
            .extend(iter::repeat_n(fault, times).cloned());
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

    /// Returns the fault of the next request: the queued ones in order, then the permanent one.
    pub(super) fn take(&mut self, operation: &'static str) -> Option<Fault> {
        let queued = self.queued.get_mut(operation).and_then(VecDeque::pop_front);
        queued.or_else(|| self.standing.get(operation).cloned())
    }
}
