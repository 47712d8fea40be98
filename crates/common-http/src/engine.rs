//! The engine: one client's settings, connections, session and retry budget.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::auth::{Authenticator, SessionCache, SessionKey, SessionStore};
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::foreign::ForeignUrl;
use crate::hosts;
use crate::json;
use crate::operation::Operation;
use crate::options::{CallOptions, Connection, HttpOptions};
use crate::redact::Secret;
use crate::request::Request;
use crate::retry::Budget;
use crate::transport::{ReqwestTransport, Transport};
use crate::vendor::Vendor;

/// What a vendor's client is made of: it makes calls with the vendor's settings, session and retry budget.
///
/// Cheap to clone; all clones share connections, session and budget.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    vendor: &'static Vendor,
    base: Url,
    host: String,
    headers: HeaderMap,
    options: HttpOptions,
    transport: Arc<dyn Transport>,
    /// For addresses that the vendor gives, on this machine and elsewhere: no connection is shared with the vendor's.
    foreign: [OnceLock<Arc<dyn Transport>>; 2],
    sessions: Option<SessionCache>,
    budget: Budget,
}

impl Engine {
    /// Starts an engine for a vendor at a base URL.
    ///
    /// ```
    /// use common_http::{Engine, ErrorDetail, Vendor};
    ///
    /// static EXAMPLE: Vendor = Vendor {
    ///     name: "example",
    ///     user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
    ///     codes: &["name_taken"],
    ///     throttle_floor: None,
    ///     read_error: |answer| ErrorDetail::from_json(answer.body, &["error"], &["message"]),
    /// };
    /// let engine = Engine::builder(&EXAMPLE, "http://127.0.0.1:8080").build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn builder(vendor: &'static Vendor, base_url: impl Into<String>) -> EngineBuilder {
        EngineBuilder {
            vendor,
            base_url: base_url.into(),
            options: HttpOptions::default(),
            headers: HeaderMap::new(),
            authenticator: None,
            store: None,
        }
    }

    /// Starts a call. Nothing is sent before [`Request::send`] or [`Request::download`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Operation, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json(r#"{"id":"0000001"}"#))?;
    /// static GET: Operation = Operation::get("example.things.get", "/things/{id}");
    ///
    /// let thing: serde_json::Value = engine.request(&GET).path("id", "0000001").send().await?.json()?;
    /// # assert_eq!(thing["id"], "0000001");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn request(&self, operation: &Operation) -> Request {
        Request::new(self.clone(), operation.clone())
    }

    /// Starts a call to an address that the vendor gave. It carries no credentials, a client certificate among them, and
    /// none of the client's headers: only what is set on it, `Accept`, and what HTTP itself needs.
    ///
    /// ```
    /// # async fn example(engine: common_http::Engine) -> common_http::Result<()> {
    /// use common_http::{ForeignHosts, ForeignUrl, Operation};
    ///
    /// static STORE: Operation = Operation::put("example.files.transfer", "/{signedAddress}").transfer();
    /// let url = ForeignUrl::parse("https://storage.example/x?sig=EXAMPLE", &ForeignHosts::default())?;
    /// engine.foreign_request(&STORE, &url).raw_body("...".into()).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn foreign_request(&self, operation: &Operation, url: &ForeignUrl) -> Request {
        Request::to_foreign(self.clone(), operation.clone().public(), url.clone())
    }

    /// Opens a session now, or takes the one there is: to find out early that the credentials are good.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}"))?;
    /// // When the program starts: better now than in the night, at the first call.
    /// engine.open_session().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Those of the login; `config` where the client has no credentials.
    pub async fn open_session(&self) -> Result<()> {
        let options = CallOptions::default();
        self.session_details(&options).await.map(drop)
    }

    /// What the login said beside the token, as the [`Authenticator`] kept it (JSON; `{}` where it kept nothing); opens a
    /// session where there is none. `login` is the operation that an error names.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}"))?;
    /// use common_http::{CallOptions, Operation};
    ///
    /// static LOGIN: Operation = Operation::post("example.sessions.open", "/sessions").login();
    /// let info: serde_json::Value = engine.session_info(&LOGIN, &CallOptions::default()).await?;
    /// # assert!(info.is_object());
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// Of the options, the deadline counts. Dropping the future ends the login, unless another call waits for it too.
    ///
    /// # Errors
    /// Those of the login; `timeout` where the deadline passed; `config` where the client has no credentials; `decode` where
    /// what was kept is no `T`.
    pub async fn session_info<T: DeserializeOwned>(
        &self,
        login: &Operation,
        options: &CallOptions,
    ) -> Result<T> {
        let details =
            self.session_details(options)
                .await
                .map_err(|error| match error.operation() {
                    Some(_) => error,
                    None => error.into_builder().operation(login.id()).build(),
                })?;
        let details = details.as_ref().map_or("{}", Secret::expose);
        json::decode(details.as_bytes()).map_err(|error| {
            Error::builder(ErrorKind::Decode)
                .decode(error)
                .operation(login.id())
                .delivery(Delivery::Answered)
                .build()
        })
    }

    async fn session_details(&self, options: &CallOptions) -> Result<Option<Secret>> {
        // The client's own deadline is the login request's already.
        let end = options
            .deadline
            .and_then(|deadline| Instant::now().checked_add(deadline));
        let session = self.sessions()?.session(self, end);
        let live = match end {
            Some(end) => timeout_at(end, session).await.unwrap_or_else(|_| {
                let late = Error::local(ErrorKind::Timeout, "the deadline passed");
                Err(late.into_builder().delivery(Delivery::Unknown).build())
            })?,
            None => session.await?,
        };
        Ok(live.session().details.clone())
    }

    /// The base URL that every call's path is appended to.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}"))?;
    /// println!("speaking to {}", engine.base().host_str().unwrap_or("?"));
    /// # assert_eq!(engine.base().as_str(), "http://127.0.0.1:8080/");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    pub(crate) fn vendor(&self) -> &'static Vendor {
        self.0.vendor
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    pub(crate) fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn foreign_transport(&self, url: &Url) -> Result<&dyn Transport> {
        if let Some(transport) = &self.0.options.transport {
            return Ok(&**transport);
        }
        let slot = &self.0.foreign[usize::from(hosts::is_loopback(url))];
        if slot.get().is_none() {
            // Two at once make it twice; one is kept.
            // The certificate tells the vendor who we are, and is nobody else's business.
            let connection = Connection {
                client_certificate: None,
                ..self.0.options.connection.clone()
            };
            let transport = ReqwestTransport::new(&connection, url)?;
            let _ = slot.set(Arc::new(transport));
        }
        slot.get()
            .map(|transport| &**transport)
            .ok_or_else(|| Error::local(ErrorKind::Config, "no connection could be set up"))
    }

    pub(crate) fn sessions(&self) -> Result<&SessionCache> {
        let none = || Error::local(ErrorKind::Config, "the client has no credentials");
        self.0.sessions.as_ref().ok_or_else(none)
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("vendor", &self.0.vendor.name)
            .field("host", &self.0.host)
            .finish_non_exhaustive()
    }
}

/// Builds an [`Engine`].
#[must_use]
pub struct EngineBuilder {
    vendor: &'static Vendor,
    base_url: String,
    options: HttpOptions,
    headers: HeaderMap,
    authenticator: Option<Arc<dyn Authenticator>>,
    store: Option<(Arc<dyn SessionStore>, SessionKey)>,
}

impl EngineBuilder {
    /// Sets the HTTP settings.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::VENDOR;
    /// use common_http::{Engine, HttpOptions, RetryPolicy};
    ///
    /// let options = HttpOptions::default().retry(RetryPolicy::never());
    /// let engine = Engine::builder(&VENDOR, "http://127.0.0.1:8080").http(options).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets how sessions are opened. Without it, only public operations can be called.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Authenticator, Engine, Result, Secret, Session, async_trait, example::VENDOR};
    /// /// A vendor with a fixed key: a session that needs no login and never ends.
    /// struct ApiKey(Secret);
    ///
    /// #[async_trait]
    /// impl Authenticator for ApiKey {
    ///     async fn open(&self, _: &Engine) -> Result<Session> {
    ///         Ok(Session::new(self.0.clone()))
    ///     }
    /// }
    ///
    /// let key = ApiKey(Secret::from("EXAMPLE-KEY"));
    /// let engine = Engine::builder(&VENDOR, "http://127.0.0.1:8080").authenticator(key).build()?;
    /// # engine.open_session().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Sets where sessions are kept, and under what.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Engine, example::VENDOR};
    /// use std::sync::Arc;
    /// use common_http::{MemorySessionStore, SessionKey};
    ///
    /// let url = "http://127.0.0.1:8080";
    /// let store = Arc::new(MemorySessionStore::default());
    /// let key = SessionKey::of(&[VENDOR.name, url, "user 1"]);
    /// let engine = Engine::builder(&VENDOR, url).session_store(store, key).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn session_store(mut self, store: Arc<dyn SessionStore>, key: SessionKey) -> Self {
        self.store = Some((store, key));
        self
    }

    /// Sends this header with each request.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Engine, example::VENDOR};
    /// use http::{HeaderName, HeaderValue};
    ///
    /// let engine = Engine::builder(&VENDOR, "http://127.0.0.1:8080")
    ///     .header(HeaderName::from_static("x-tenant-id"), HeaderValue::from_static("EXAMPLE"))
    ///     .build()?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The engine. No I/O is done and nothing is spawned.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Engine, ErrorKind, example::VENDOR};
    /// // No password or token crosses the network readable by all.
    /// let error = Engine::builder(&VENDOR, "http://clinic.example").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Config);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `config`: a base URL that is none or is not allowed, a user agent that fits no header, certificates or a proxy
    /// that cannot be read, no TLS where it is needed.
    pub fn build(self) -> Result<Engine> {
        let base = hosts::base_url(&self.base_url, self.options.allow_plain_http)?;
        let user_agent = match &self.options.user_agent {
            Some(own) => HeaderValue::from_str(own)
                .map_err(|_| Error::local(ErrorKind::Config, "the user agent fits no header"))?,
            None => HeaderValue::from_static(self.vendor.user_agent),
        };
        let mut headers = self.headers;
        headers.insert(http::header::USER_AGENT, user_agent);
        let transport: Arc<dyn Transport> = match &self.options.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(ReqwestTransport::new(&self.options.connection, &base)?),
        };
        let store = self.store;
        Ok(Engine(Arc::new(Inner {
            vendor: self.vendor,
            host: base.host_str().unwrap_or_default().to_owned(),
            base,
            headers,
            options: self.options,
            transport,
            foreign: Default::default(),
            sessions: self
                .authenticator
                .map(|auth| SessionCache::new(auth, store)),
            budget: Budget::default(),
        })))
    }
}

crate::safe_debug!(EngineBuilder { options });
