//! What clients sent.

use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tokio::sync::watch;

use super::{Fault, lock};

/// One request as it came, and what became of it.
///
/// `Debug` leaves out the target, the headers and the body: they hold credentials and personal data.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation, for example `biologix.exams.list`; none where the sandbox has none for it (404, 405).
    pub operation: Option<&'static str>,
    /// The method.
    pub method: Method,
    /// The request's target as it was on the wire: path and query, nothing decoded.
    pub target: String,
    /// The headers; their values are as they came.
    pub headers: HeaderMap,
    /// The body; empty where it did not come in full.
    pub body: Bytes,
    /// The status that was sent; none where a fault sent no head, and where the request did not come in full.
    pub status: Option<StatusCode>,
    /// The fault that was played instead of, or upon, the answer.
    pub fault: Option<Fault>,
    /// Whether the request came in full. Where the client went away in the middle of its body, or sent more than
    /// the sandbox takes, it was not acted upon.
    pub complete: bool,
}

impl RecordedRequest {
    /// The first header of this name, where it is text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// let sent = &server.requests()[0];
    /// assert_eq!(sent.header("accept"), Some("application/json"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The scheme word of the `Authorization` header as it was written, for example `basic`; none without one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// // The vendor's document writes it in lower case; so do we.
    /// assert_eq!(server.requests()[0].authorization_scheme(), Some("basic"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn authorization_scheme(&self) -> Option<&str> {
        self.header("authorization")
            .and_then(|value| value.split(' ').next())
    }
}

impl std::fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("status", &self.status)
            .field("fault", &self.fault)
            .field("complete", &self.complete)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// All requests, in the order in which they were acted upon.
#[derive(Debug)]
pub(super) struct Log {
    requests: Mutex<Vec<RecordedRequest>>,
    changed: watch::Sender<()>,
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            requests: Mutex::new(Vec::new()),
            changed: watch::Sender::new(()),
        }
    }

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
        // Subscribed before the first look, so that no request falls between look and wait.
        let mut changed = self.changed.subscribe();
        while self.count(operation) < count {
            // The sender lives in `self`: this cannot fail.
            let _ = changed.changed().await;
        }
        self.of(operation)
    }
}
