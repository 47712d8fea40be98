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

/// A body up to this size that is not sent within the default working time is on a line of less than
/// 5 kbit/s.
const SMALL_BODY: u64 = 32 * 1024;

impl Prepared {
    /// Whether it can take long although it moves: then only standing still ends it.
    pub(crate) fn is_transfer(&self) -> bool {
        let is_large = self.body.len().is_none_or(|length| length > SMALL_BODY);
        self.operation.is_transfer() || is_large
    }

    /// Whether its body can take long.
    pub(crate) fn is_upload(&self) -> bool {
        self.is_transfer() && !self.body.is_empty()
    }

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
