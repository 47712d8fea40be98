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
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use std::time::Duration;
    ///
    /// // A rural line: the handshake alone may take long.
    /// let options = HttpOptions::default().connect_timeout(Duration::from_secs(20));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.connect_timeout = timeout;
        self
    }

    /// Time for the head of an answer, counted from the moment the last byte of the request's body was handed over.
    /// Default 30 s.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use std::time::Duration;
    ///
    /// // A vendor that thinks for a minute after a large upload.
    /// let options = HttpOptions::default().head_timeout(Duration::from_secs(90));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.head = timeout;
        self
    }

    /// Less than 1 KiB of progress in this time, in either direction, ends an attempt. Default 30 s. An upload's progress is
    /// what the connection takes, in pieces of 16 KiB, and the operating system takes some more ahead of the line.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use std::time::Duration;
    ///
    /// // However long a transfer takes, it goes on as long as a kibibyte comes every ten seconds.
    /// let options = HttpOptions::default().idle_timeout(Duration::from_secs(10));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.idle = timeout;
        self
    }

    /// The working time of a call that is no transfer: its attempts and the pauses between them, but not the waits that
    /// the vendor asked for by throttling ([`RetryPolicy::max_throttle_wait`] bounds those). Default 60 s.
    ///
    /// A call whose body is larger than 32 KiB, or of unknown length, has none, as a transfer: it can take longer though it
    /// moves. What stands still is ended by [`idle_timeout`](Self::idle_timeout) and [`head_timeout`](Self::head_timeout).
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use std::time::Duration;
    ///
    /// // A night job has time: more of the retries fit.
    /// let options = HttpOptions::default().call_timeout(Duration::from_secs(300));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = timeout;
        self
    }

    /// A hard limit for each call, transfers and throttle waits included: none by default. A wait that does not fit it
    /// fails the call at once, with [`Error::retry_after`](crate::Error::retry_after).
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{Engine, ErrorKind, HttpOptions, example};
    /// # use common_http::transport::{FakeAnswer, FakeTransport};
    /// // A person is waiting at a screen: rather an error than half a minute of silence.
    /// let options = HttpOptions::default().deadline(Duration::from_secs(8));
    /// # let busy = FakeTransport::new(|_| FakeAnswer::status(429).header("retry-after", "60"));
    /// # let engine = Engine::builder(&example::VENDOR, "http://127.0.0.1:8080");
    /// # let engine = engine.http(options.transport(busy)).build()?;
    /// # let request = engine.request(&FILE).path("id", "0000001");
    /// let error = request.send().await.unwrap_err();
    /// // The vendor asks for a minute, which does not fit: the call does not wait for its deadline.
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.timeouts.deadline = deadline.into();
        self
    }

    /// How calls are repeated.
    ///
    /// ```
    /// use common_http::{HttpOptions, RetryPolicy};
    ///
    /// // A queue of the program's own repeats what fails.
    /// let options = HttpOptions::default().retry(RetryPolicy::never());
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The largest answer that is read into memory, in bytes; default 64 MiB. A larger one is
    /// [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge).
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// // The service runs in a container with little memory.
    /// let options = HttpOptions::default().max_answer(4 * 1024 * 1024);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn max_answer(mut self, bytes: u64) -> Self {
        self.max_answer = bytes;
        self
    }

    /// The largest download, in bytes; default 1 GiB.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// // No report is that large: what comes is something else, and must not fill the disk.
    /// let options = HttpOptions::default().max_download(50 * 1024 * 1024);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn max_download(mut self, bytes: u64) -> Self {
        self.max_download = bytes;
        self
    }

    /// Allows `http://` to hosts other than this machine: the password, the token and the patients' data then cross the
    /// network readable by anyone on the way. Off by default.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Engine, HttpOptions, example::VENDOR};
    /// // In a test network whose data is invented.
    /// let options = HttpOptions::default().allow_plain_http(true);
    /// let engine = Engine::builder(&VENDOR, "http://vendor.test").http(options).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// The `User-Agent`; default the vendor crate's name and version.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// // So that the vendor's support finds this clinic's calls in its log.
    /// let options = HttpOptions::default().user_agent("example-clinic/2.1");
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts these root certificates (PEM, one or more) as well as the platform's. Wrong PEM is an error of `build()`.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// fn behind_inspection() -> std::io::Result<HttpOptions> {
    ///     // A clinic's firewall that opens TLS signs with a certificate of its own.
    ///     let pem = std::fs::read("clinic-root.pem")?;
    ///     Ok(HttpOptions::default().add_root_certificate(pem))
    /// }
    /// # assert!(behind_inspection().is_err());
    /// ```
    #[must_use]
    pub fn add_root_certificate(mut self, pem: impl Into<Bytes>) -> Self {
        self.connection.roots.push(pem.into());
        self
    }

    /// Trusts only the certificates of [`HttpOptions::add_root_certificate`], not the platform's.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// # let pem = "";
    /// // Pinned: no other authority may vouch for the vendor.
    /// let options = HttpOptions::default().add_root_certificate(pem).only_own_roots(true);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn only_own_roots(mut self, only: bool) -> Self {
        self.connection.only_own_roots = only;
        self
    }

    /// Shows this certificate chain (PEM, leaf first) with its key (PEM, PKCS #8) to the vendor's servers that ask for one. A host
    /// that an address of the vendor's names ([`ForeignUrl`](crate::ForeignUrl)) never sees it.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use common_http::Secret;
    ///
    /// fn with_certificate() -> std::io::Result<HttpOptions> {
    ///     let chain = std::fs::read("clinic-chain.pem")?;
    ///     let key = Secret::from(std::fs::read_to_string("clinic-key.pem")?);
    ///     Ok(HttpOptions::default().client_certificate(chain, key))
    /// }
    /// # assert!(with_certificate().is_err());
    /// ```
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
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// let options = HttpOptions::default().proxy("http://user:EXAMPLE-PASSWORD@proxy.example:3128");
    /// assert!(!format!("{options:?}").contains("EXAMPLE"));
    /// ```
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.connection.proxy = ProxyChoice::Url(url.into());
        self
    }

    /// Uses no proxy, whatever the environment says.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// // The machine's proxy is for its browser.
    /// let options = HttpOptions::default().no_proxy();
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.connection.proxy = ProxyChoice::None;
        self
    }

    /// Takes these addresses for a host name instead of asking DNS. A port of 0 means the URL's.
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use std::net::SocketAddr;
    ///
    /// // Through a tunnel: the name, which the certificate has, stays; the address is the tunnel's.
    /// let tunnel: SocketAddr = ([127, 0, 0, 1], 8443).into();
    /// let options = HttpOptions::default().resolve("api.vendor.example", [tunnel]);
    /// # let _ = options;
    /// ```
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
    ///
    /// ```
    /// # use common_http::HttpOptions;
    /// use std::time::Duration;
    ///
    /// // A router on the way forgets connections after ten seconds.
    /// let options = HttpOptions::default().pool_idle_timeout(Duration::from_secs(8));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.connection.pool_idle = timeout;
        self
    }

    /// Is told of each attempt: for metrics.
    ///
    /// ```
    /// use common_http::{Attempt, AttemptObserver, HttpOptions};
    /// use std::sync::mpsc;
    ///
    /// struct ToMetrics(mpsc::Sender<(&'static str, f64)>);
    ///
    /// impl AttemptObserver for ToMetrics {
    ///     fn attempt(&self, attempt: &Attempt) {
    ///         // Nobody listens any more: then there is nobody to tell.
    ///         let _ = self.0.send((attempt.operation, attempt.elapsed.as_secs_f64()));
    ///     }
    /// }
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// let options = HttpOptions::default().observer(ToMetrics(sender));
    /// # drop((options, receiver));
    /// ```
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
    ///
    /// ```
    /// # use common_http::CallOptions;
    /// use std::time::Duration;
    ///
    /// // This one call is made while a person waits.
    /// let options = CallOptions::default().deadline(Duration::from_secs(5));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Attempts of this call, the first included; at least 1.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{CallOptions, example, transport::{FakeAnswer, TransportError}};
    /// # let engine = example::engine(|_| FakeAnswer::error(TransportError::Connect))?;
    /// // Is the vendor there? One look is enough.
    /// let look = CallOptions::default().max_attempts(1);
    /// let request = engine.request(&GET).path("id", "0000001").options(look);
    /// assert_eq!(request.send().await.unwrap_err().attempts(), 1);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// What repeating this call does, where the caller knows better than we do.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::CREATE;
    /// # use common_http::{CallOptions, example, transport::{FakeAnswer, TransportError}};
    /// # let engine = example::engine(|request| match request.index {
    /// #     0 => FakeAnswer::error(TransportError::Interrupted),
    /// #     _ => FakeAnswer::json("{}"),
    /// # })?;
    /// use common_http::Effect;
    ///
    /// // Our body names the order, and the vendor drops one that it has: twice is once.
    /// let options = CallOptions::default().effect(Effect::Idempotent);
    /// let answer = engine.request(&CREATE).options(options).send().await?;
    /// assert_eq!(answer.attempts(), 2); // without it: an error with `Delivery::Unknown`
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// The largest answer or download of this call, in bytes.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{CallOptions, ErrorKind, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("[1,2,3,4]"))?;
    /// let options = CallOptions::default().max_bytes(8);
    /// let request = engine.request(&GET).path("id", "0000001").options(options);
    /// assert_eq!(request.send().await.unwrap_err().kind(), ErrorKind::TooLarge);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Is told how far an upload has come. It is called while data is being sent: keep it short.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    /// # use common_http::example::CREATE;
    /// # use common_http::{Body, CallOptions, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(204))?;
    /// let sent = Arc::new(AtomicU64::new(0));
    /// let bar = Arc::clone(&sent);
    /// let options = CallOptions::default()
    ///     .on_progress(move |progress| bar.store(progress.sent, Ordering::Relaxed));
    /// # let report = Body::from("%PDF-1.7");
    /// engine.request(&CREATE).body(report, "application/pdf").options(options).send().await?;
    /// assert_eq!(sent.load(Ordering::Relaxed), 8);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn on_progress(mut self, on_progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(on_progress));
        self
    }

    /// The same options for another call, whose progress is not asked for: of several that make up one.
    ///
    /// ```
    /// use common_http::CallOptions;
    ///
    /// let transfer = CallOptions::default().max_attempts(2).on_progress(|p| println!("{} bytes", p.sent));
    /// let confirm = transfer.clone().without_progress();
    /// # let _ = (transfer, confirm);
    /// ```
    #[must_use]
    pub fn without_progress(mut self) -> Self {
        self.on_progress = None;
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
