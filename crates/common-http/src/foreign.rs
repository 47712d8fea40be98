//! Addresses from a vendor, such as a signed upload URL.
//!
//! They are checked before anything is sent there, and never printed: whoever has one can use it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};
use crate::hosts::is_loopback;
use crate::options::HttpOptions;
use crate::path::percent_encode;

/// The hosts that an address from a vendor may name.
///
/// By default: https to any host name or public IP address, and anything on this machine.
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
    allow_plain_http: bool,
}

impl ForeignHosts {
    /// Allows only these hosts and their subdomains.
    #[must_use]
    pub fn only<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let lower = |host: H| host.into().trim_end_matches('.').to_ascii_lowercase();
        self.only = Some(hosts.into_iter().map(lower).collect());
        self
    }

    /// Allows plain http if these settings of a client do.
    #[must_use]
    pub fn plain_http_as(mut self, options: &HttpOptions) -> Self {
        self.allow_plain_http = options.allow_plain_http;
        self
    }

    /// Allows literal private and link-local addresses, for a storage server inside the clinic.
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
    /// It must be https (or on this machine), without user info or fragment, without a literal
    /// private address, and on an allowed host. It is sent as it was given: raw spaces and
    /// non-ASCII characters are encoded, and whatever else a parser would change is refused,
    /// because that would break the address's signature.
    ///
    /// # Errors
    /// - `decode`: the text is not such an address, or parsing would change it.
    /// - `config`: the settings do not allow the host.
    pub fn parse(text: &str, hosts: &ForeignHosts) -> Result<Self> {
        let wrong = |why| Err(Error::new(ErrorKind::Decode).with_detail(why));
        let forbidden = |why| Err(Error::new(ErrorKind::Config).with_detail(why));
        let Ok(url) = Url::parse(text) else {
            return wrong("the vendor's address is malformed");
        };
        if url.as_str() != expected(text) {
            return wrong("the vendor's address would be changed by URL parsing");
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
        if !hosts.allow_private && !is_loopback(&url) && is_private(&url) {
            return forbidden("the vendor's address is private");
        }
        if hosts.allows(&url) {
            Ok(Self(url))
        } else {
            forbidden("the vendor's address is on a host that the settings do not allow")
        }
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The whole address, which is a secret: whoever has it can use it.
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
    fn allows(&self, url: &Url) -> bool {
        let Some(only) = &self.only else {
            return true;
        };
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        only.iter().any(|allowed| {
            host == allowed
                || host
                    .strip_suffix(allowed.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

/// The address with raw spaces and non-ASCII characters encoded, and nothing else changed.
fn expected(text: &str) -> String {
    let mut expected = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' => expected.push_str("%20"),
            c if c.is_ascii() => expected.push(c),
            c => expected.push_str(&percent_encode(c.encode_utf8(&mut [0; 4]))),
        }
    }
    expected
}

fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_private_address(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_private_address(IpAddr::V6(address)),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Private, link-local, shared, unspecified, multicast and the like: not an address on the
/// internet.
fn is_private_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_link_local()
                || v4.is_loopback()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.octets()[0] == 0
                || is_in(v4, [100, 64], 10)
                || is_in(v4, [198, 18], 15)
                || v4.octets()[0] >= 240
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                // Site-local (RFC 3879), and the local-use NAT64 prefix (RFC 8215).
                || v6.segments()[0] & 0xffc0 == 0xfec0
                || v6.segments()[..3] == [0x64, 0xff9b, 1]
                || embedded(v6).is_some_and(|v4| is_private_address(IpAddr::V4(v4)))
        }
    }
}

fn is_in(address: Ipv4Addr, start: [u8; 2], bits: u32) -> bool {
    let start = u32::from_be_bytes([start[0], start[1], 0, 0]);
    (address.to_bits() ^ start) >> (32 - bits) == 0
}

/// The IPv4 address inside a mapped, compatible, NAT64 or 6to4 one.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = v6.octets();
    let at = |start: usize| {
        let [a, b, c, d] = *octets[start..].first_chunk()?;
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => at(12),
        [0x2002, ..] => at(2),
        // Mapped ones, and the deprecated compatible ones.
        _ => v6.to_ipv4(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(text: &str) -> Option<ErrorKind> {
        ForeignUrl::parse(text, &ForeignHosts::default())
            .err()
            .map(|error| error.kind())
    }

    #[test]
    fn an_address_is_used_as_given() {
        for (given, sent) in [
            ("https://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+", None),
            ("https://storage.example:8443/", None),
            (
                "http://127.0.0.1:10000/devstoreaccount1/c/x?sv=1&sig=a%3D",
                None,
            ),
            ("http://[::1]:1/x", None),
            (
                "https://storage.example/знімок 1.jpg?n=ї",
                Some(
                    "https://storage.example/%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%201.jpg?n=%D1%97",
                ),
            ),
        ] {
            let url = ForeignUrl::parse(given, &ForeignHosts::default()).unwrap();
            assert_eq!(url.expose().as_str(), sent.unwrap_or(given));
        }
    }

    #[test]
    fn what_a_parser_would_change_is_refused() {
        for text in [
            "https://storage.example/a/../b",
            "https://storage.example/a/%2e%2e/b",
            "https://storage.example",
            "https://storage.example:443/a",
            "HTTPS://storage.example/a",
            "https://Storage.example/a",
            "https://storage.example\\a",
            "https://storage.example/a\tb",
            " https://storage.example/a",
            "https://storage.example/a?x='",
            "https://storage.example/a#b",
            "https://user@storage.example/a",
            "https://user:secret@storage.example/a",
            "ftp://storage.example/a",
            "file:///etc/passwd",
            "",
            "storage.example/a",
        ] {
            assert_eq!(kind(text), Some(ErrorKind::Decode), "{text}");
        }
    }

    #[test]
    fn an_address_on_a_forbidden_host_is_refused() {
        for text in [
            "http://storage.example/a",
            "https://10.0.0.1/a",
            "https://172.16.0.1/a",
            "https://192.168.1.1/a",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/a",
            "https://0.0.0.0/a",
            "https://[fe80::1]/a",
            "https://[fd00::1]/a",
            "https://[::ffff:10.0.0.1]/a",
            "https://[64:ff9b::a00:1]/a",
            "https://[64:ff9b:1::1]/a",
            "https://[::a00:1]/a",
            "https://[2002:a00:1::1]/a",
            "https://[fec0::1]/a",
            "https://[feff::1]/a",
        ] {
            let refused = kind(text);
            assert!(
                refused == Some(ErrorKind::Config) || refused == Some(ErrorKind::Decode),
                "{text}"
            );
        }
        for text in [
            "https://[2001:db8::1]/a",
            "https://[64:ff9b::102:304]/a",
            "https://[2002:102:304::1]/a",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
        let private = ForeignHosts::default().allow_private(true);
        assert!(ForeignUrl::parse("https://10.0.0.1/a", &private).is_ok());
        let plain = HttpOptions::default().allow_plain_http(true);
        let plain = ForeignHosts::default().plain_http_as(&plain);
        assert!(ForeignUrl::parse("http://storage.example/a", &plain).is_ok());
    }

    #[test]
    fn an_allow_list_takes_subdomains_and_no_lookalikes() {
        let hosts = ForeignHosts::default().only(["Storage.Example."]);
        let allowed = |host: &str| ForeignUrl::parse(&format!("https://{host}/a"), &hosts).is_ok();
        assert!(allowed("storage.example"));
        assert!(allowed("a.storage.example"));
        assert!(!allowed("astorage.example"));
        assert!(!allowed("storage.example.evil.example"));
        assert!(!allowed("example"));
    }

    #[test]
    fn prints_only_its_host() {
        let url = ForeignUrl::parse(
            "https://storage.example/MARKER?sig=MARKER",
            &ForeignHosts::default(),
        );
        assert!(!format!("{url:?}").contains("MARKER"));
        let error = ForeignUrl::parse(
            "https://storage.example/../MARKER",
            &ForeignHosts::default(),
        )
        .unwrap_err();
        assert!(!format!("{error:?} {error}").contains("MARKER"));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_sent_as_given(path in "[ -~]{0,30}", query in "[ -~]{0,30}") {
            let text = format!("https://storage.example/{path}?{query}");
            if let Ok(url) = ForeignUrl::parse(&text, &ForeignHosts::default()) {
                prop_assert_eq!(url.expose().as_str(), text.replace(' ', "%20"));
                prop_assert_eq!(url.host(), "storage.example");
            }
        }
    }
}
