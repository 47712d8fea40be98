//! A request as it will be sent, without credentials: the end of everything that needs no I/O.

use http::HeaderMap;
use http::Uri;
use url::Url;

use crate::body::Body;
use crate::operation::Operation;
use crate::options::CallOptions;

/// A request as it will be sent, without credentials. For tests of request building.
#[doc(hidden)]
pub struct Prepared {
    pub(crate) operation: Operation,
    pub(crate) url: Url,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) options: CallOptions,
    pub(crate) is_foreign: bool,
}

crate::safe_debug!(Prepared { operation });

impl Prepared {
    /// The endpoint.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The whole URL, which can hold personal data.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers, without `Authorization`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }
}
