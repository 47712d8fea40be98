//! The settings of a client and of one call.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::body::Progress;
use crate::observe::AttemptObserver;
use crate::operation::Effect;
use crate::redact::Secret;
use crate::retry::RetryPolicy;
use crate::transport::{OnProgress, Transport};

/// The settings of a client's HTTP side. Each has a default that suits a clinic's line.
///
/// ```
/// use std::time::Duration;
/// use common_http::{HttpOptions, RetryPolicy};
///
/// let options = HttpOptions::default()
///     .connect_timeout(Duration::from_secs(5))
///     .deadline(Duration::from_secs(90))
///     .retry(RetryPolicy::default().max_attempts(3));
/// # let _ = options;
/// ```
#[derive(Clone)]
pub struct HttpOptions {
    pub(crate) connection: Connection,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_answer: u64,
    pub(crate) max_download: u64,
    pub(crate) allow_plain_http: bool,
    pub(crate) user_agent: Option<String>,
    pub(crate) observer: Option<Arc<dyn AttemptObserver>>,
    pub(crate) transport: Option<Arc<dyn Transport>>,
}

#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) connect_timeout: Duration,
    pub(crate) pool_idle: Duration,
    pub(crate) roots: Vec<Bytes>,
    pub(crate) only_own_roots: bool,
    pub(crate) client_certificate: Option<ClientCertificate>,
    pub(crate) proxy: ProxyChoice,
    pub(crate) resolve: Vec<(String, Vec<SocketAddr>)>,
}

#[derive(Clone)]
#[cfg_attr(not(feature = "__tls"), allow(dead_code, reason = "read where TLS is"))]
pub(crate) struct ClientCertificate {
    pub(crate) chain: Bytes,
    pub(crate) key: Secret,
}

#[derive(Clone)]
pub(crate) enum ProxyChoice {
    System,
    None,
    Url(Secret),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) head: Duration,
    pub(crate) idle: Duration,
    pub(crate) call: Duration,
    pub(crate) deadline: Option<Duration>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connection: Connection {
                connect_timeout: Duration::from_secs(10),
                pool_idle: Duration::from_secs(20),
                roots: Vec::new(),
                only_own_roots: false,
                client_certificate: None,
                proxy: ProxyChoice::System,
                resolve: Vec::new(),
            },
            timeouts: Timeouts {
                head: Duration::from_secs(30),
                idle: Duration::from_secs(30),
                call: Duration::from_secs(60),
                deadline: None,
            },
            retry: RetryPolicy::default(),
            max_answer: 64 * 1024 * 1024,
            max_download: 1024 * 1024 * 1024,
            allow_plain_http: false,
            user_agent: None,
            observer: None,
            transport: None,
        }
    }
}

impl HttpOptions {
    /// Time for a connection: name, TCP, TLS and proxy. Default 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.connect_timeout = timeout;
        self
    }

    /// Time for the head of an answer, counted from the moment the last byte of the request's body was handed over.
    /// Default 30 s.
    #[must_use]
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.head = timeout;
        self
    }

    /// Less than 1 KiB of progress in this time, in either direction, ends an attempt. Default 30 s.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.idle = timeout;
        self
    }

    /// The working time of a call that is no transfer: its attempts and the pauses between them, but not the waits that
    /// the vendor asked for by throttling ([`RetryPolicy::max_throttle_wait`] bounds those). Default 60 s.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = timeout;
        self
    }

    /// A hard limit for each call, transfers and throttle waits included: none by default. A wait that does not fit it
    /// fails the call at once, with [`Error::retry_after`](crate::Error::retry_after).
    #[must_use]
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.timeouts.deadline = deadline.into();
        self
    }

    /// How calls are repeated.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The largest answer that is read into memory, in bytes; default 64 MiB. A larger one is
    /// [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge).
    #[must_use]
    pub fn max_answer(mut self, bytes: u64) -> Self {
        self.max_answer = bytes;
        self
    }

    /// The largest download, in bytes; default 1 GiB.
    #[must_use]
    pub fn max_download(mut self, bytes: u64) -> Self {
        self.max_download = bytes;
        self
    }

    /// Allows `http://` to hosts other than this machine: the password, the token and the patients' data then cross the
    /// network readable by anyone on the way. Off by default.
    #[must_use]
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// The `User-Agent`; default the vendor crate's name and version.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts these root certificates (PEM, one or more) as well as the platform's. Wrong PEM is an error of `build()`.
    #[must_use]
    pub fn add_root_certificate(mut self, pem: impl Into<Bytes>) -> Self {
        self.connection.roots.push(pem.into());
        self
    }

    /// Trusts only the certificates of [`HttpOptions::add_root_certificate`], not the platform's.
    #[must_use]
    pub fn only_own_roots(mut self, only: bool) -> Self {
        self.connection.only_own_roots = only;
        self
    }

    /// Shows this certificate chain (PEM, leaf first) with its key (PEM, PKCS #8) to servers that ask for one.
    #[must_use]
    pub fn client_certificate(mut self, chain: impl Into<Bytes>, key: Secret) -> Self {
        self.connection.client_certificate = Some(ClientCertificate {
            chain: chain.into(),
            key,
        });
        self
    }

    /// Sends everything through this proxy (`http://` or `https://`, user info allowed) instead of the one of the
    /// environment (`HTTPS_PROXY` and its like).
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.connection.proxy = ProxyChoice::Url(url.into());
        self
    }

    /// Uses no proxy, whatever the environment says.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.connection.proxy = ProxyChoice::None;
        self
    }

    /// Takes these addresses for a host name instead of asking DNS. A port of 0 means the URL's.
    #[must_use]
    pub fn resolve(
        mut self,
        host: impl Into<String>,
        addresses: impl IntoIterator<Item = SocketAddr>,
    ) -> Self {
        let addresses = addresses.into_iter().collect();
        self.connection.resolve.push((host.into(), addresses));
        self
    }

    /// How long an unused connection is kept; default 20 s, below what servers and middle boxes usually allow.
    #[must_use]
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.connection.pool_idle = timeout;
        self
    }

    /// Is told of each attempt: for metrics.
    #[must_use]
    pub fn observer(mut self, observer: impl AttemptObserver) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Replaces the network, in tests.
    #[doc(hidden)]
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("timeouts", &self.timeouts)
            .field("connect_timeout", &self.connection.connect_timeout)
            .field("retry", &self.retry)
            .field("max_answer", &self.max_answer)
            .field("max_download", &self.max_download)
            .field("allow_plain_http", &self.allow_plain_http)
            .finish_non_exhaustive()
    }
}

/// The settings of one call, in place of the client's.
///
/// ```
/// use std::time::Duration;
/// use common_http::CallOptions;
///
/// let urgent = CallOptions::default().deadline(Duration::from_secs(5)).max_attempts(2);
/// # let _ = urgent;
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) effect: Option<Effect>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) on_progress: Option<OnProgress>,
}

impl CallOptions {
    /// A hard limit for this call, waits included: see [`HttpOptions::deadline`].
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Attempts of this call, the first included; at least 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// What repeating this call does, where the caller knows better than we do.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// The largest answer or download of this call, in bytes.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Is told how far an upload has come. It is called while data is being sent: keep it short.
    #[must_use]
    pub fn on_progress(mut self, on_progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(on_progress));
        self
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("deadline", &self.deadline)
            .field("max_attempts", &self.max_attempts)
            .field("effect", &self.effect)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}
