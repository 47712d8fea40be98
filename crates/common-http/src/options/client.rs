//! The settings of a client.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::clock::Clock;
use crate::error::Result;
use crate::observe::AttemptObserver;
use crate::options::{Connection, Timeouts};
use crate::retry::RetryPolicy;
use crate::transport::{SharedTransports, Transport};

/// The settings of a client's HTTP side.
///
/// The defaults are made for a clinic's internet connection. Clients that are built from clones of
/// one `HttpOptions` share their connections, and what setting them up costs (a millisecond or two
/// for the machine's root certificates). `Debug` shows the timeouts, limits and
/// retry policy, but no certificate, proxy or address.
///
/// ```
/// use std::time::Duration;
/// use common_http::{HttpOptions, RetryPolicy};
///
/// let options = HttpOptions::default()
///     .connect_timeout(Duration::from_secs(5))
///     .deadline(Duration::from_secs(90))
///     .max_download(50 * 1024 * 1024) // no report is larger: do not fill the disk
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
    pub(crate) accept_html: bool,
    pub(crate) user_agent: Option<String>,
    pub(crate) observer: Option<Arc<dyn AttemptObserver>>,
    pub(crate) clock: Clock,
    instead_of_network: Option<Arc<dyn Transport>>,
    transports: Arc<SharedTransports>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connection: Connection::default(),
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            max_answer: 64 * 1024 * 1024,
            max_download: 1024 * 1024 * 1024,
            allow_plain_http: false,
            accept_html: false,
            user_agent: None,
            observer: None,
            clock: Clock::default(),
            instead_of_network: None,
            transports: Arc::default(),
        }
    }
}

impl HttpOptions {
    /// How often calls are repeated, and how long they wait before.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The largest answer that is read into memory, in bytes: 64 MiB by default.
    ///
    /// A larger one is [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge).
    #[must_use]
    pub fn max_answer(mut self, bytes: u64) -> Self {
        self.max_answer = bytes;
        self
    }

    /// The largest download, in bytes: 1 GiB by default.
    #[must_use]
    pub fn max_download(mut self, bytes: u64) -> Self {
        self.max_download = bytes;
        self
    }

    /// Allows `http://` to hosts other than this machine.
    ///
    /// Off by default, because anyone on the network can then read the password, the token and the
    /// patients' data.
    #[must_use]
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Accepts a successful answer whose body is a web page.
    ///
    /// By default it is an error, because a firewall or a gateway may have written the page.
    #[must_use]
    pub fn accept_html(mut self, accept: bool) -> Self {
        self.accept_html = accept;
        self
    }

    /// The `User-Agent`; by default the name and version of the vendor's crate.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Calls this observer when an attempt ends, for metrics: see [`AttemptObserver`].
    #[must_use]
    pub fn observer(mut self, observer: impl AttemptObserver) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Replaces the network in tests.
    #[doc(hidden)]
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.instead_of_network = Some(transport);
        self
    }

    pub(crate) fn transport_to(&self, url: &Url, is_foreign: bool) -> Result<Arc<dyn Transport>> {
        match &self.instead_of_network {
            Some(transport) => Ok(Arc::clone(transport)),
            None => self.transports.get(&self.connection, url, is_foreign),
        }
    }

    /// Changes how connections are made, for the clients built from these options.
    pub(super) fn connecting(mut self, change: impl FnOnce(&mut Connection)) -> Self {
        change(&mut self.connection);
        self.transports = Arc::default();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_what_a_proxy_or_certificate_has() {
        let options = HttpOptions::default()
            .proxy("http://user:MARKER@proxy.example:3128")
            .client_certificate("MARKER", "MARKER".into())
            .user_agent("MARKER");
        assert!(!format!("{options:?} {options:#?}").contains("MARKER"));
    }
}
