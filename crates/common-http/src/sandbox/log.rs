//! The requests that clients sent.

use std::fmt;
use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tokio::sync::watch;

use crate::lock::lock;
use crate::sandbox::fault::Fault;

/// A recorded request, and how it was answered.
///
/// `Debug` leaves out the target, the headers and the body: they contain credentials and personal
/// data.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation, for example `biologix.exams.list`. `None` if no operation has this path and
    /// method (404, 405).
    pub operation: Option<&'static str>,
    /// The index of the address that it came to: 0 is the sandbox's `url()`.
    pub address: usize,
    /// The method.
    pub method: Method,
    /// The target as it was on the wire: path and query, nothing decoded.
    pub target: String,
    /// The headers with their values, unchanged.
    pub headers: HeaderMap,
    /// The body. Empty if it did not come in full.
    pub body: Bytes,
    /// The status that was sent. `None` if a fault sent no head, or if the request did not come in
    /// full.
    pub status: Option<StatusCode>,
    /// The fault that was played instead of the answer, or on it.
    pub fault: Option<Fault>,
    /// Whether the request came in full. If the client went away in the middle of the body, or sent
    /// more than the sandbox takes, the request was not acted on.
    pub complete: bool,
}

impl RecordedRequest {
    /// The first header of this name, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The scheme word of the `Authorization` header as it was written, for example `basic`.
    #[must_use]
    pub fn authorization_scheme(&self) -> Option<&str> {
        self.header("authorization")
            .and_then(|value| value.split(' ').next())
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("operation", &self.operation)
            .field("address", &self.address)
            .field("method", &self.method)
            .field("status", &self.status)
            .field("fault", &self.fault)
            .field("complete", &self.complete)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// All requests, in the order in which they were acted on.
#[derive(Debug, Default)]
pub(super) struct Log {
    requests: Mutex<Vec<RecordedRequest>>,
    changed: watch::Sender<()>,
}

impl Log {
    pub(super) fn push(&self, request: RecordedRequest) {
        lock(&self.requests).push(request);
        self.changed.send_replace(());
    }

    pub(super) fn clear(&self) {
        lock(&self.requests).clear();
    }

    pub(super) fn all(&self) -> Vec<RecordedRequest> {
        lock(&self.requests).clone()
    }

    pub(super) fn of(&self, operation: &str) -> Vec<RecordedRequest> {
        lock(&self.requests)
            .iter()
            .filter(|request| request.operation == Some(operation))
            .cloned()
            .collect()
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        lock(&self.requests)
            .iter()
            .filter(|request| request.operation == Some(operation))
            .count()
    }

    /// Returns as soon as there are this many requests of the operation.
    pub(super) async fn wait_for(&self, operation: &str, count: usize) -> Vec<RecordedRequest> {
        // Subscribed before the first count, so that no request falls between count and wait.
        let mut changed = self.changed.subscribe();
        while self.count(operation) < count {
            // The sender lives in `self`: this cannot fail.
            let _ = changed.changed().await;
        }
        self.of(operation)
    }
}
