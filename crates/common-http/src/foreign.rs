//! Addresses from a vendor, such as a signed upload URL.
//!
//! They are checked before anything is sent there. They are never printed, because they grant
//! access.

use std::fmt;

use url::{Host, Position, Url};

use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::hosts::{is_loopback, is_private, is_sendable};
use crate::path::encode_where;

/// The hosts that an address from a vendor may have.
///
/// By default: https to any host name or public IP address.
///
/// ```
/// use common_http::ForeignHosts;
///
/// let hosts = ForeignHosts::default().only(["storage.example"]);
/// # let _ = hosts;
/// ```
#[derive(Debug, Clone, Default)]
pub struct ForeignHosts {
    only: Option<Vec<String>>,
    allow_private: bool,
    allow_this_machine: bool,
    allow_plain_http: bool,
}

impl ForeignHosts {
    /// Allows only these hosts and their subdomains.
    ///
    /// A private address or this machine is allowed if it is listed.
    #[must_use]
    pub fn only<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let normal = |host: H| {
            let host = host.into();
            let host = host.trim_end_matches('.');
            Host::parse(host).map_or_else(|_| host.to_owned(), |host| host.to_string())
        };
        self.only = Some(hosts.into_iter().map(normal).collect());
        self
    }

    /// Adds the permissions of the client: this machine if the base URL is on it, and plain http if
    /// the settings allow it.
    #[must_use]
    pub fn for_engine(mut self, engine: &Engine) -> Self {
        self.allow_this_machine = is_loopback(engine.base());
        self.allow_plain_http = engine.options().allow_plain_http;
        self
    }

    /// Allows literal private and link-local addresses, for a storage server inside the clinic.
    ///
    /// This does not include this machine: a client whose base URL is elsewhere must list it in
    /// [`ForeignHosts::only`].
    #[must_use]
    pub fn allow_private(mut self, allow: bool) -> Self {
        self.allow_private = allow;
        self
    }
}

/// A checked address from a vendor.
///
/// `Debug` shows only the host.
///
/// ```
/// use common_http::{ErrorKind, ForeignHosts, ForeignUrl};
///
/// let hosts = ForeignHosts::default();
/// let url = ForeignUrl::parse("https://storage.example/a%20b?sig=EXAMPLE", &hosts)?;
/// assert_eq!(format!("{url:?}"), r#"ForeignUrl { host: "storage.example", .. }"#);
/// let error = ForeignUrl::parse("https://10.0.0.1/", &hosts).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// # Ok::<(), common_http::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ForeignUrl(Url);

impl ForeignUrl {
    /// Parses and checks an address.
    ///
    /// It must be https (or on this machine), without user info or fragment, and on a host that the
    /// settings allow. White space around it, the case of its scheme and host, and a default port
    /// do not matter. Its path and query are sent unchanged, except that raw spaces and non-ASCII
    /// characters are encoded. An address that a parser would change otherwise is refused, because
    /// the change would invalidate its signature.
    ///
    /// # Errors
    /// - `decode`: the text is not such an address, or parsing would change its path or query.
    /// - `config`: the settings do not allow the host.
    pub fn parse(text: &str, hosts: &ForeignHosts) -> Result<Self> {
        let wrong = |why| Err(Error::new(ErrorKind::Decode).with_detail(why));
        let forbidden = |why| Err(Error::new(ErrorKind::Config).with_detail(why));
        let text = text.trim();
        let (Ok(url), Some(path)) = (Url::parse(text), path_of(text)) else {
            return wrong("the vendor's address is malformed");
        };
        if !is_sendable(&url) {
            return wrong("the vendor's address cannot be sent in a request");
        }
        if url[Position::BeforePath..] != encoded(path) {
            return wrong(CHANGED);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) || hosts.allow_plain_http => {}
            "http" => return forbidden("the vendor's address is plain http to another machine"),
            _ => return wrong("the vendor's address is neither http nor https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("the vendor's address has user info");
        }
        if url.fragment().is_some() {
            return wrong("the vendor's address has a fragment");
        }
        let url = Self(url);
        match hosts.refusal(&url) {
            Some(why) => forbidden(why),
            None => Ok(url),
        }
    }

    /// Resolves the target of a redirect, by the same rules.
    pub(crate) fn join(base: &Url, target: &str, hosts: &ForeignHosts) -> Result<Self> {
        let target = target.trim();
        if Url::parse(target).is_ok() {
            return Self::parse(target, hosts);
        }
        if target.starts_with("//") {
            return Self::parse(&format!("{}:{target}", base.scheme()), hosts);
        }
        match base.join(target) {
            Ok(url) if url.as_str().ends_with(&encoded(target)) => Self::parse(url.as_str(), hosts),
            _ => Err(Error::new(ErrorKind::Decode).with_detail(CHANGED)),
        }
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.trim_end_matches('.')
    }

    /// The whole address, which is a secret because it grants access.
    #[must_use]
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for ForeignUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignUrl")
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}

impl ForeignHosts {
    /// Why this address is not allowed, if it is not.
    fn refusal(&self, url: &ForeignUrl) -> Option<&'static str> {
        let host = url.host();
        if let Some(only) = &self.only {
            let is_below = |listed: &String| {
                host.strip_suffix(listed.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
            };
            if only.iter().any(|listed| listed == host) {
                return None;
            }
            if !only.iter().any(is_below) {
                return Some("the vendor's address is on a host that the settings do not allow");
            }
        }
        if is_loopback(&url.0) {
            (!self.allow_this_machine).then_some("the vendor's address is on this machine")
        } else {
            (!self.allow_private && is_private(&url.0)).then_some("the vendor's address is private")
        }
    }
}

const CHANGED: &str = "the vendor's address would be changed by URL parsing";

/// The only change that does not invalidate a signature.
fn encoded(text: &str) -> String {
    encode_where(text, |c| c == ' ' || !c.is_ascii())
}

/// Where the path begins: after `scheme://authority`, if the text has this form.
fn path_of(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    // A parser skips line ends and tabs.
    let is_odd = |part: &str| part.contains(char::is_control);
    (!is_odd(scheme) && !is_odd(authority)).then_some(path)
}

#[cfg(test)]
mod tests;
