//! The transport over reqwest. Only this file uses reqwest.

use std::error::Error as StdError;
use std::io;
use std::iter;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use reqwest::{Client, ClientBuilder, Proxy, redirect, retry};

use crate::error::{Cause, Error, ErrorKind, Result};
use crate::hosts::is_loopback;
use crate::options::{Connection, ProxyChoice};
use crate::transport::{
    IncomingBody, OutgoingRequest, Transport, TransportError, proxy, tls_cause,
};

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
/// hyper's default is 100, and answers with 150 were seen. hyper initialises room for all of them at
/// every answer.
const MOST_HEADERS: usize = 208;
/// The size of an answer's headers over HTTP/2, in bytes. hyper's default is 16 KiB, but over
/// HTTP/1.1 it takes some 400 KiB.
const MOST_OF_HEADERS: u32 = 400 * 1024;

/// Sends attempts with reqwest. Its retries, redirects, cookies and decompression are off, because
/// the engine decides about them.
pub(crate) struct ReqwestTransport(Client);

impl ReqwestTransport {
    /// Refuses a proxy in the environment that cannot be used for this address.
    pub(crate) fn check_proxy(connection: &Connection, url: &url::Url) -> Result<()> {
        match connection.proxy {
            ProxyChoice::System if !is_loopback(url) => {
                proxy::check(url, |name| std::env::var(name).ok())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn new(connection: &Connection, base: &url::Url) -> Result<Self> {
        let mut builder = Client::builder()
            // reqwest copies each request that it may repeat.
            .retry(retry::never().max_retries_per_request(0))
            .redirect(redirect::Policy::none())
            .referer(false)
            // Another crate of the program may have enabled these features.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(connection.connect_timeout)
            // A longer time would overflow an `Instant`.
            .pool_idle_timeout(connection.pool_idle.min(YEAR))
            // Ignore malformed header lines instead of failing the answer.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(MOST_HEADERS)
            .http2_max_header_list_size(MOST_OF_HEADERS);
        if connection.pool_idle.is_zero() {
            // Whatever its age, the pool would hand a connection on to a call that waits for one.
            builder = builder.pool_max_idle_per_host(0);
        }
        for (host, addresses) in &connection.resolve {
            builder = builder.resolve_to_addrs(host, addresses);
        }
        builder = with_proxy(builder, connection, base)?;
        // Nothing is encrypted, so the machine's root certificates need not be read.
        let is_plain = base.scheme() == "http"
            && is_loopback(base)
            && !matches!(connection.proxy, ProxyChoice::Url(_));
        builder = tls::configure(builder, connection, is_plain)?;
        let client = builder
            .build()
            .map_err(|_| config("the HTTP client could not be set up with these settings"))?;
        Ok(Self(client))
    }
}

fn config(text: &'static str) -> Error {
    Error::new(ErrorKind::Config).with_detail(text)
}

fn with_proxy(
    builder: ClientBuilder,
    connection: &Connection,
    base: &url::Url,
) -> Result<ClientBuilder> {
    match &connection.proxy {
        // Requests to this machine need no proxy.
        ProxyChoice::System if is_loopback(base) => Ok(builder.no_proxy()),
        ProxyChoice::System => Ok(builder),
        ProxyChoice::None => Ok(builder.no_proxy()),
        ProxyChoice::Url(url) => {
            const REFUSED: &str = "the proxy's address is not an http or https URL";
            // reqwest would read a text without a scheme as a host name.
            let scheme = url::Url::parse(url.expose()).map_err(|_| config(REFUSED))?;
            if !matches!(scheme.scheme(), "http" | "https") {
                return Err(config(REFUSED));
            }
            let proxy = Proxy::all(url.expose()).map_err(|_| config(REFUSED))?;
            Ok(builder.proxy(proxy))
        }
    }
}

#[cfg(feature = "__tls")]
mod tls {
    use reqwest::{Certificate, ClientBuilder, Identity};

    use super::config;
    use crate::error::Result;
    use crate::options::{ClientCertificate, Connection};

    pub(super) fn configure(
        mut builder: ClientBuilder,
        connection: &Connection,
        is_plain: bool,
    ) -> Result<ClientBuilder> {
        // Without a crypto provider reqwest panics.
        #[cfg(all(
            feature = "rustls-no-provider",
            not(any(feature = "rustls", feature = "native-tls"))
        ))]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let why =
                "no rustls crypto provider is installed: install one before building a client";
            return Err(config(why));
        }
        let mut roots = Vec::new();
        for pem in &connection.roots {
            let bundle = Certificate::from_pem_bundle(pem)
                .ok()
                .filter(|bundle| !bundle.is_empty())
                .ok_or_else(|| config("a root certificate is not in PEM format"))?;
            roots.extend(bundle);
        }
        if connection.only_own_roots || is_plain {
            builder = builder.tls_certs_only(roots);
        } else if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
        match &connection.client_certificate {
            Some(certificate) => Ok(builder.identity(identity(certificate)?)),
            None => Ok(builder),
        }
    }

    #[cfg(feature = "native-tls")]
    fn identity(certificate: &ClientCertificate) -> Result<Identity> {
        let key = certificate.key.expose().as_bytes();
        Identity::from_pkcs8_pem(&certificate.chain, key)
            .map_err(|_| config("the client certificate or its PKCS #8 key is not readable PEM"))
    }

    #[cfg(not(feature = "native-tls"))]
    fn identity(certificate: &ClientCertificate) -> Result<Identity> {
        let mut pem = certificate.chain.to_vec();
        pem.push(b'\n');
        pem.extend_from_slice(certificate.key.expose().as_bytes());
        Identity::from_pem(&pem)
            .map_err(|_| config("the client certificate or its key is not readable PEM"))
    }
}

#[cfg(not(feature = "__tls"))]
mod tls {
    use reqwest::ClientBuilder;

    use super::config;
    use crate::error::Result;
    use crate::options::Connection;

    pub(super) fn configure(
        builder: ClientBuilder,
        connection: &Connection,
        _is_plain: bool,
    ) -> Result<ClientBuilder> {
        let has_certificates = !connection.roots.is_empty()
            || connection.only_own_roots
            || connection.client_certificate.is_some();
        if has_certificates {
            return Err(config(
                "certificates are set, but this build has no TLS feature",
            ));
        }
        Ok(builder)
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError> {
        let mut attempt = reqwest::Request::new(request.method, request.url);
        *attempt.headers_mut() = request.headers;
        request.body.is_asked_first();
        *attempt.body_mut() = Some(reqwest::Body::wrap(request.body));
        let response = self.0.execute(attempt).await.map_err(translate)?;
        let (head, body) = http::Response::from(response).into_parts();
        let shows_end = head.version == http::Version::HTTP_2;
        let body: IncomingBody = Box::pin(Incoming { body, shows_end });
        Ok(http::Response::from_parts(head, body))
    }
}

/// Errors are translated because texts of reqwest and its sources can quote addresses.
fn translate(error: reqwest::Error) -> TransportError {
    if error.is_connect() {
        return TransportError::Connect(cause(&error));
    }
    if sources(&error).any(was_not_processed) {
        return TransportError::NotProcessed;
    }
    match io_kind(&error) {
        Some(_) => TransportError::Interrupted,
        None => TransportError::Protocol,
    }
}

fn was_not_processed(error: &(dyn StdError + 'static)) -> bool {
    // RFC 9113, sections 6.8 and 8.7: a refused stream and a stream above a GOAWAY's last id were
    // not processed. For streams up to that id h2 reports another error.
    let is_refused = |error: &h2::Error| {
        let refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (error.is_go_away() || refused)
    };
    error.downcast_ref().is_some_and(is_refused)
        // A connection that ends gives requests back that it has not begun to send.
        || error.downcast_ref().is_some_and(hyper::Error::is_canceled)
        // A connection was given up before a request, because another one had become HTTP/2, and
        // that one has ended since. hyper-util's pool shows this only in a text.
        || error.to_string() == "ALPN upgraded to HTTP/2"
}

fn cause(error: &reqwest::Error) -> Cause {
    if error.is_dns() {
        return Cause::Dns;
    }
    if let Some(cause) = sources(error).find_map(tls_cause::cause) {
        return cause;
    }
    // hyper-util shows the kind of this error only in its text, which quotes no values.
    if sources(error).any(|source| is_proxy_refusal(&source.to_string())) {
        return Cause::ProxyStatus;
    }
    match io_kind(error) {
        _ if error.is_timeout() => Cause::ConnectTimeout,
        Some(io::ErrorKind::ConnectionRefused) => Cause::Refused,
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe,
        ) => Cause::Reset,
        Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => Cause::TlsHandshake,
        _ => Cause::Unreachable,
    }
}

fn is_proxy_refusal(text: &str) -> bool {
    text.starts_with("tunnel error: ")
        && (text.ends_with("unsuccessful") || text.ends_with("authorization required"))
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    iter::successors(error.source(), |error| below(*error))
}

fn below<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // An `io::Error` names its inner error's source instead of the error itself.
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let of_io =
        |source: &(dyn StdError + 'static)| Some(source.downcast_ref::<io::Error>()?.kind());
    sources(error).filter_map(of_io).last()
}

struct Incoming {
    body: reqwest::Body,
    /// Whether the body knows that the answer is complete.
    shows_end: bool,
}

impl Stream for Incoming {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => Some(Ok(bytes)),
                    Err(_trailers) => continue,
                },
                Some(Err(error)) => Some(Err(match translate(error) {
                    TransportError::Protocol => TransportError::Protocol,
                    // Whatever the server says now, it has begun to answer.
                    _ => TransportError::Interrupted,
                })),
                // hyper takes a stream that is reset without an error for one that has ended.
                None if self.shows_end && !self.body.is_end_stream() => {
                    Some(Err(TransportError::Interrupted))
                }
                None => None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Empty;
    use hyper::client::conn::http1::handshake;
    use hyper_util::rt::TokioIo;

    use super::*;

    /// The connection ends before it has begun to send the request, or after.
    #[tokio::test]
    async fn a_request_that_no_connection_took_was_not_sent() {
        for (polls, not_taken) in [(0, true), (1, false)] {
            let (ours, vendor) = tokio::io::duplex(1024);
            let connecting = handshake::<_, Empty<Bytes>>(TokioIo::new(ours));
            let (mut sender, connection) = connecting.await.unwrap();
            let mut connection = Box::pin(connection);
            let sending = sender.send_request(http::Request::new(Empty::new()));
            for _ in 0..polls {
                assert!(futures_util::poll!(connection.as_mut()).is_pending());
            }
            drop((vendor, connection));
            let error = sending.await.unwrap_err();
            assert_eq!(was_not_processed(&error), not_taken, "{error:?}");
        }
    }
}
