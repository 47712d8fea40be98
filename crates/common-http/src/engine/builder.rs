//! Builds an engine.

use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Engine, Inner};
use crate::auth::{Authenticator, SessionCache};
use crate::error::{Error, ErrorKind, Result};
use crate::hosts;
use crate::options::HttpOptions;
use crate::prepared::accept_json;
use crate::profile::Profile;
use crate::retry::Budget;
use crate::store::{Store, StoreKey};

/// Builds an [`Engine`].
#[must_use]
pub struct EngineBuilder {
    profile: &'static Profile,
    base_url: String,
    options: HttpOptions,
    headers: HeaderMap,
    authenticator: Option<Arc<dyn Authenticator>>,
    store: Option<(Arc<dyn Store>, StoreKey)>,
}

crate::safe_debug!(EngineBuilder { options });

impl EngineBuilder {
    pub(super) fn new(profile: &'static Profile, base_url: String) -> Self {
        Self {
            profile,
            base_url,
            options: HttpOptions::default(),
            headers: HeaderMap::new(),
            authenticator: None,
            store: None,
        }
    }

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

    /// Sets where sessions are kept, and under which key.
    ///
    /// Refusals, and who logs in, are kept beside them, under keys that are made from this one.
    pub fn store(mut self, store: Arc<dyn Store>, key: StoreKey) -> Self {
        self.store = Some((store, key));
        self
    }

    /// Sends this header with each request.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Builds the engine. It does no I/O and starts no task.
    ///
    /// ```
    /// use common_http::{Engine, ErrorKind, Profile};
    ///
    /// static EXAMPLE: Profile = Profile::new("example", "example-client/0.1.0");
    /// // Passwords and tokens are not sent in plain text over a network.
    /// let error = Engine::builder(&EXAMPLE, "http://clinic.example").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Config);
    /// ```
    ///
    /// # Errors
    /// `config` if the base URL is malformed or not allowed.
    /// `config` if the user agent is not a valid header value.
    /// `config` if certificates or a proxy cannot be read.
    /// `config` if TLS is needed and not built in.
    pub fn build(self) -> Result<Engine> {
        let base = hosts::base_url(&self.base_url, self.options.allow_plain_http)?;
        let user_agent = match &self.options.user_agent {
            Some(own) => HeaderValue::from_str(own).map_err(|_| {
                Error::new(ErrorKind::Config)
                    .with_detail("the user agent is not a valid header value")
            })?,
            None => HeaderValue::from_static(self.profile.user_agent),
        };
        let mut headers = self.headers;
        let (accept, json) = accept_json();
        headers.entry(accept).or_insert(json);
        headers.insert(USER_AGENT, user_agent);
        let transport = self.options.transport_to(&base, false)?;
        let store = self.store;
        let clock = self.options.clock.clone();
        let inner = Arc::new(Inner {
            profile: self.profile,
            host: base.host_str().unwrap_or_default().to_owned(),
            base,
            headers: Arc::new(headers),
            options: self.options,
            transport,
            sessions: self
                .authenticator
                .map(|auth| SessionCache::new(auth, store, clock)),
            budget: Budget::default(),
        });
        Ok(Engine {
            inner,
            login: Arc::default(),
        })
    }
}
