//! The interface between the engine and the network: reqwest, or a fake in tests.
//!
//! Hidden from the documentation and exempt from semver.

#[cfg(any(test, feature = "sandbox"))]
mod fake;
mod outgoing;
mod proxy;
mod reqwest;
mod shared;
mod tls_cause;

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method};
use url::Url;

use crate::error::Cause;

#[cfg(any(test, feature = "sandbox"))]
pub use self::fake::{FakeAnswer, FakeRequest, FakeTransport};
pub use self::outgoing::OutgoingBody;
pub(crate) use self::outgoing::{OnProgress, Sending};
pub(crate) use self::reqwest::ReqwestTransport;
pub(crate) use self::shared::SharedTransports;

/// Progress of fewer bytes than this within the idle time does not count.
pub(crate) const PROGRESS: u64 = 1024;

/// The bytes of an answer as they arrive.
pub type IncomingBody = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// A request, as one attempt sends it. Its URL can be signed, and must not be printed.
#[non_exhaustive]
pub struct OutgoingRequest {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: OutgoingBody,
}

/// Sends one attempt and returns the head of its answer.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends one attempt, without retries, redirects or changes to the request.
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError>;
}

/// Why an attempt got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection was made.
    Connect(Cause),
    /// The vendor did not process the request: HTTP/2 refused the stream, or sent GOAWAY with a
    /// lower stream id.
    NotProcessed,
    /// The connection broke after the request may have been sent.
    Interrupted,
    /// The answer was not HTTP, or not complete.
    Protocol,
}

impl TransportError {
    /// Whether the vendor cannot have acted on any of the request.
    #[must_use]
    pub const fn is_not_sent(self) -> bool {
        matches!(self, Self::Connect(_) | Self::NotProcessed)
    }

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Connect(cause) => cause.words(),
            Self::NotProcessed => {
                "the vendor closed the connection before it processed the request"
            }
            Self::Interrupted => "the connection broke",
            Self::Protocol => "the answer was incomplete or not HTTP",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl std::error::Error for TransportError {}
