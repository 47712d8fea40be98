//! A request as it will be sent, without credentials: the result of all steps that need no I/O.

use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_LENGTH, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::body::Body;
use crate::foreign::{ForeignHosts, ForeignUrl};
use crate::operation::Operation;
use crate::options::CallOptions;

/// A request as it will be sent, without credentials, to test how requests are built.
#[doc(hidden)]
pub struct Prepared {
    pub(crate) operation: Operation,
    pub(crate) url: Url,
    /// The client's headers, or what an address from a vendor gets instead.
    pub(crate) defaults: Arc<HeaderMap>,
    /// The request's own headers, which replace the defaults.
    pub(crate) own: HeaderMap,
    pub(crate) body: Body,
    pub(crate) options: CallOptions,
    pub(crate) is_foreign: bool,
    /// The hosts to which one redirect may lead, if one is followed.
    pub(crate) follow: Option<ForeignHosts>,
}

crate::safe_debug!(Prepared { operation });

/// What is requested where the request does not say it.
pub(crate) fn accept_json() -> (HeaderName, HeaderValue) {
    (ACCEPT, HeaderValue::from_static("application/json"))
}

/// A body of up to this size takes longer than the default working time only below 5 kbit/s.
const SMALL_BODY: u64 = 32 * 1024;

impl Prepared {
    /// The request for a redirect, if it is followed and the address is allowed. Like any request
    /// to an address from a vendor, it has neither credentials nor the vendor's headers.
    pub(crate) fn followed(&self, answer: &HeaderMap) -> Option<Box<Self>> {
        let hosts = self.follow.as_ref()?;
        let to = answer.get(LOCATION)?.to_str().ok()?;
        let url = ForeignUrl::join(&self.url, to, hosts).ok()?;
        let accept = self.own.get(ACCEPT).or_else(|| self.defaults.get(ACCEPT));
        let accept = accept.map(|accept| (ACCEPT, accept.clone()));
        Some(Box::new(Self {
            operation: self.operation.clone(),
            url: url.expose().clone(),
            defaults: Arc::default(),
            own: accept.into_iter().collect(),
            body: Body::empty(),
            options: self.options.clone(),
            is_foreign: true,
            follow: None,
        }))
    }

    /// Whether it can take long while it makes progress; then only a stall ends it.
    pub(crate) fn is_transfer(&self) -> bool {
        let is_large = self.body.len().is_none_or(|length| length > SMALL_BODY);
        self.operation.is_transfer() || is_large
    }

    /// Whether sending its body can take long.
    pub(crate) fn is_upload(&self) -> bool {
        self.is_transfer() && !self.body.is_empty()
    }

    /// The endpoint.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The whole URL, which can contain personal data.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers, without `Authorization`.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::clone(&self.defaults);
        for (name, value) in &self.own {
            headers.insert(name, value.clone());
        }
        let carries_body = matches!(
            *self.operation.method(),
            Method::POST | Method::PUT | Method::PATCH
        );
        // reqwest omits the header if it is zero, and some servers then answer 411.
        if let Some(length) = self.body.len()
            && (carries_body || length > 0)
        {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }
}
