//! The seam between the engine and whatever carries one attempt: reqwest, or a fake in tests.
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

/// Less than this many bytes in one idle time is no progress.
pub(crate) const PROGRESS: u64 = 1024;

/// The bytes of an answer as they come in.
pub type IncomingBody = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Sends one attempt and gives the head of its answer.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// One attempt: no retry, no redirect, no change of the request.
    async fn send(
        &self,
        request: http::Request<OutgoingBody>,
    ) -> Result<http::Response<IncomingBody>, TransportError>;
}

/// Why an attempt got no answer, or not all of it. It holds nothing of the request or the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// The host's name has no address.
    Dns,
    /// No TCP connection, or the proxy made none.
    Connect,
    /// No TCP connection in the time for connecting.
    ConnectTimeout,
    /// The TLS handshake failed, the certificate is not trusted for instance.
    Tls,
    /// The connection broke after it was made.
    Interrupted,
    /// The connection was closed before there was an answer, or what came was no HTTP.
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
            Self::Dns => "the host's name was not resolved",
            Self::Connect => "no connection was made",
            Self::ConnectTimeout => "no connection was made in time",
            Self::Tls => "the TLS handshake failed",
            Self::Interrupted => "the connection broke",
            Self::Protocol => "no whole HTTP answer came",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl std::error::Error for TransportError {}
