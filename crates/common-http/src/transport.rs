//! The interface between the engine and what carries one attempt: reqwest, or a fake in tests.
//!
//! Hidden from the documentation and exempt from semver.

#[cfg(any(test, feature = "sandbox"))]
mod fake;
mod outgoing;
mod reqwest;

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;

#[cfg(any(test, feature = "sandbox"))]
pub use self::fake::{FakeAnswer, FakeRequest, FakeTransport};
pub use self::outgoing::OutgoingBody;
pub(crate) use self::outgoing::{OnProgress, Sending};
pub(crate) use self::reqwest::ReqwestTransport;

/// Fewer bytes than this in one idle time do not count as progress.
pub(crate) const PROGRESS: u64 = 1024;

/// The bytes of an answer as they arrive.
pub type IncomingBody = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Sends one attempt and returns the head of its answer.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends one attempt: no retry, no redirect, no change to the request.
    async fn send(
        &self,
        request: http::Request<OutgoingBody>,
    ) -> Result<http::Response<IncomingBody>, TransportError>;
}

/// Why an attempt got no complete answer, without anything of the request or the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// The host's name has no address.
    Dns,
    /// No TCP connection, or none through the proxy.
    Connect,
    /// No connection within the connect timeout.
    ConnectTimeout,
    /// The TLS handshake failed, for example because the certificate is not trusted.
    Tls,
    /// The connection broke after it was made.
    Interrupted,
    /// The connection was closed before an answer came, or what came was not HTTP.
    Protocol,
}

impl TransportError {
    /// Whether no byte of the request can have left.
    #[must_use]
    pub const fn is_not_sent(self) -> bool {
        matches!(
            self,
            Self::Dns | Self::Connect | Self::ConnectTimeout | Self::Tls
        )
    }

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Dns => "the host name was not resolved",
            Self::Connect => "no connection was made",
            Self::ConnectTimeout => "no connection was made in time",
            Self::Tls => "the TLS handshake failed",
            Self::Interrupted => "the connection broke",
            Self::Protocol => "no complete HTTP answer came",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl std::error::Error for TransportError {}
