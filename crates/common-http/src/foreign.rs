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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::options::HttpOptions;
    use crate::profile::Profile;
    use crate::transport::{FakeAnswer, FakeTransport};

    /// The address as it is sent.
    fn sent(text: &str) -> Result<String, ErrorKind> {
        match ForeignUrl::parse(text, &ForeignHosts::default()) {
            Ok(url) => Ok(url.expose().to_string()),
            Err(error) => Err(error.kind()),
        }
    }

    #[test]
    fn an_address_is_used_as_given() {
        const HERE: &str = "https://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+";
        for given in [
            HERE,
            "https://storage.example:443/a%2Fb%7e?sig=a%2Bb%3D&x=+",
            "https://storage.example:/a%2Fb%7e?sig=a%2Bb%3D&x=+",
            "HTTPS://Storage.EXAMPLE:0443/a%2Fb%7e?sig=a%2Bb%3D&x=+",
            " https://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+",
            "\r\n\thttps://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+ \u{a0}\n",
        ] {
            assert_eq!(sent(given).as_deref(), Ok(HERE), "{given:?}");
        }
        for (given, expected) in [
            ("https://storage.example:8443/", None),
            ("https://storage.example:80/a", None),
            ("https://storage.example./a", None),
            ("https://storage.example/A/b?X=Y&", None),
            ("https://storage.example/a//b/...?", None),
            (
                "https://storage.example/a:443/https://b?u=http://C/../d",
                None,
            ),
            ("https://storage.example/a%20b%5c?q=%27", None),
            (
                "https://storage.example/знімок 1.jpg?n=ї",
                Some(
                    "https://storage.example/%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%201.jpg?n=%D1%97",
                ),
            ),
            (
                "https://Bücher.example:443/ü?sig=a%2B",
                Some("https://xn--bcher-kva.example/%C3%BC?sig=a%2B"),
            ),
        ] {
            assert_eq!(sent(given).as_deref(), Ok(expected.unwrap_or(given)));
        }
    }

    #[test]
    fn what_a_parser_would_change_is_refused() {
        for text in [
            "https://storage.example/a/../b",
            "https://storage.example/a/%2e%2e/b",
            "https://storage.example",
            "https://storage.example?sig=EXAMPLE",
            "https://storage.example\\a",
            "https://storage.example/a\\b",
            "https:/storage.example/a",
            "https:///storage.example/a",
            "https:storage.example/a",
            "https://storage.example/a\tb",
            "https://storage.example/a\r\nb?x=y",
            "https://storage.exam\nple/a",
            "ht\ntps://storage.example/a",
            "\0https://storage.example/a",
            "https://storage.example/a\0",
            "https://storage.example/a?x='",
            "https://storage.example/a#b",
            "https://storage.example/a#",
            "https://user@storage.example/a",
            "https://user:secret@storage.example/a",
            "https://storage.example :443/a",
            "ftp://storage.example/a",
            "file:///etc/passwd",
            "",
            "storage.example/a",
        ] {
            assert_eq!(sent(text), Err(ErrorKind::Decode), "{text:?}");
        }
    }

    #[test]
    fn a_redirect_goes_where_it_says_or_nowhere() {
        let base = Url::parse("https://api.example/v2/report?key=EXAMPLE").unwrap();
        let joined = |target: &str| {
            let url = ForeignUrl::join(&base, target, &ForeignHosts::default());
            url.map(|url| url.expose().to_string())
        };
        for (target, expected) in [
            ("https://storage.example/a%2Fb?sig=a%2B", None),
            (
                "//Storage.example/a?sig=%27",
                Some("https://storage.example/a?sig=%27"),
            ),
            ("/a//b?c d", Some("https://api.example/a//b?c%20d")),
            (" c?d ", Some("https://api.example/v2/c?d")),
            ("?d", Some("https://api.example/v2/report?d")),
        ] {
            assert_eq!(
                joined(target).unwrap(),
                expected.unwrap_or(target),
                "{target}"
            );
        }
        for target in [
            "https://storage.example/a?sig='",
            "https://storage.example\\a?x=1",
            "//storage.example/a/../b",
            "//storage.example/a?sig='",
            "\\\\storage.example/a",
            "/a/../b",
            "../b",
            "/a?sig='",
            "/a#b",
            "https:/storage.example/a",
            "ftp://storage.example/a",
        ] {
            assert_eq!(
                joined(target).unwrap_err().kind(),
                ErrorKind::Decode,
                "{target}"
            );
        }
    }

    const HERE: [&str; 7] = [
        "http://127.0.0.1:2375/v1.43/a",
        "https://127.1/a",
        "https://2130706433/a",
        "http://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "http://LOCALHOST:1/a",
        "https://localhost./a",
    ];
    const PRIVATE: [&str; 4] = [
        "https://3232235777/a",
        "https://169.254.169.254/latest",
        "https://0.0.0.0/a",
        "https://[::ffff:10.0.0.1]/a",
    ];

    fn engine(base: &str, options: HttpOptions) -> Engine {
        static EXAMPLE: Profile = Profile::new("example", "example/0");
        let options = options.transport(FakeTransport::new(|_| FakeAnswer::status(200)));
        let engine = Engine::builder(&EXAMPLE, base).http(options);
        engine.build().unwrap()
    }

    #[test]
    fn an_address_on_a_forbidden_host_is_refused() {
        for text in HERE.iter().chain(&PRIVATE) {
            assert_eq!(sent(text), Err(ErrorKind::Config), "{text}");
        }
        for text in ["http://storage.example/a", "http://a.localhost/a"] {
            assert_eq!(sent(text), Err(ErrorKind::Config), "{text}");
        }
        for text in [
            "https://203.0.113.7/a",
            "https://[2001:db8::1]/a",
            "https://a.localhost/a",
        ] {
            assert_eq!(sent(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn this_machine_is_allowed_if_the_base_url_is_on_it() {
        let plain = || HttpOptions::default().allow_plain_http(true);
        for (base, allowed) in [
            ("http://127.0.0.1:9", true),
            ("http://localhost", true),
            ("http://[::1]", true),
            ("http://erp.example", false),
            ("http://a.localhost", false),
            ("http://10.0.0.1", false),
        ] {
            let hosts = ForeignHosts::default().for_engine(&engine(base, plain()));
            for text in HERE {
                let hosts = hosts.clone().allow_private(true);
                assert_eq!(ForeignUrl::parse(text, &hosts).is_ok(), allowed, "{text}");
            }
            for text in PRIVATE {
                assert!(ForeignUrl::parse(text, &hosts).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn settings_allow_more() {
        let private = ForeignHosts::default().allow_private(true);
        for text in PRIVATE {
            assert!(ForeignUrl::parse(text, &private).is_ok(), "{text}");
        }
        let listed = ForeignHosts::default().only(["LocalHost", "10.0.0.1", "[::1]"]);
        for (text, allowed) in [
            ("http://localhost:1/a", true),
            ("http://[::1]/a", true),
            ("https://10.0.0.1:8443/a", true),
            ("http://10.0.0.1/a", false),
            ("http://127.0.0.1/a", false),
            ("https://10.0.0.2/a", false),
        ] {
            assert_eq!(ForeignUrl::parse(text, &listed).is_ok(), allowed, "{text}");
        }
        for (allow, base) in [(true, "http://erp.example"), (false, "http://localhost")] {
            let engine = engine(base, HttpOptions::default().allow_plain_http(allow));
            let hosts = ForeignHosts::default().for_engine(&engine);
            let plain = ForeignUrl::parse("http://storage.example/a", &hosts);
            assert_eq!(plain.is_ok(), allow);
        }
    }

    #[test]
    fn an_allow_list_takes_subdomains_and_no_lookalikes() {
        let hosts = ForeignHosts::default().only(["Storage.Example.", "Bücher.example"]);
        let allowed = |host: &str| ForeignUrl::parse(&format!("https://{host}/a"), &hosts).is_ok();
        assert!(allowed("storage.example"));
        assert!(allowed("STORAGE.example.:443"));
        assert!(allowed("a.storage.example"));
        assert!(allowed("xn--bcher-kva.example"));
        assert!(!allowed("astorage.example"));
        assert!(!allowed("storage.example.evil.example"));
        assert!(!allowed("example"));
    }

    #[test]
    fn prints_only_its_host() {
        let parse = |url| ForeignUrl::parse(url, &ForeignHosts::default());
        let url = parse("https://storage.example/MARKER?sig=MARKER").unwrap();
        let expected = r#"ForeignUrl { host: "storage.example", .. }"#;
        assert_eq!(format!("{url:?}"), expected);
        let error = parse("https://storage.example/../MARKER").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("MARKER"));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_sent_as_given(path in "[ -~]{0,30}", query in "[ -~]{0,30}") {
            let rest = format!("storage.example/{path}?{query}");
            let text = format!(" HTTPS://{rest}\n");
            if let Ok(url) = ForeignUrl::parse(&text, &ForeignHosts::default()) {
                let expected = format!("https://{}", rest.trim_end().replace(' ', "%20"));
                prop_assert_eq!(url.expose().as_str(), expected);
                prop_assert_eq!(url.host(), "storage.example");
            }
        }
    }
}
