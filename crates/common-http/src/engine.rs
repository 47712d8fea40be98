//! The engine: one client's settings, connections, session and retry budget.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::auth::{Authenticator, SessionCache, SessionKey, SessionStore};
use crate::error::{Error, ErrorKind, Result};
use crate::hosts;
use crate::operation::Operation;
use crate::options::HttpOptions;
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
    sessions: Option<SessionCache>,
    budget: Budget,
}

impl Engine {
    /// Starts an engine for a vendor at a base URL.
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
    pub fn request(&self, operation: &Operation) -> Request {
        Request::new(self.clone(), operation.clone())
    }

    /// Opens a session now, or takes the one there is: to find out early that the credentials are good.
    ///
    /// # Errors
    /// Those of the login; `config` where the client has no credentials.
    pub async fn open_session(&self) -> Result<()> {
        self.session_details().await.map(drop)
    }

    /// What the login said beside the token, as the [`Authenticator`] kept it; opens a session where there is none.
    ///
    /// # Errors
    /// Those of the login; `config` where the client has no credentials.
    pub async fn session_details(&self) -> Result<Option<Secret>> {
        let live = self.sessions()?.session(self, None).await?;
        Ok(live.session().details.clone())
    }

    /// The base URL.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    pub(crate) fn vendor(&self) -> &'static Vendor {
        self.0.vendor
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.host
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
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets how sessions are opened. Without it, only public operations can be called.
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Sets where sessions are kept, and under what.
    pub fn session_store(mut self, store: Arc<dyn SessionStore>, key: SessionKey) -> Self {
        self.store = Some((store, key));
        self
    }

    /// Sends this header with each request.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The engine. No I/O is done and nothing is spawned.
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
            sessions: self
                .authenticator
                .map(|auth| SessionCache::new(auth, store)),
            budget: Budget::default(),
        })))
    }
}
