//! Which hosts may be called, and with which scheme.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};

/// Whether the URL's host is this machine: `localhost` or a loopback address.
///
/// Names below `localhost` are not: a resolver may resolve them to any address.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name.trim_end_matches('.') == "localhost",
        None => false,
    }
}

/// Whether the URL's host is a literal address outside of the public internet.
pub(crate) fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_private_address(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_private_address(IpAddr::V6(address)),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Private, link-local, shared, unspecified, multicast and similar addresses.
fn is_private_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_link_local()
                || v4.is_loopback()
                || v4.is_multicast()
                || v4.octets()[0] == 0
                || is_in(v4, [100, 64], 10)
                || is_in(v4, [198, 18], 15)
                || v4.octets()[0] >= 240
        }
        IpAddr::V6(v6) => {
            v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                // Site-local (RFC 3879), and the local-use NAT64 prefix (RFC 8215).
                || v6.segments()[0] & 0xffc0 == 0xfec0
                || v6.segments()[..3] == [0x64, 0xff9b, 1]
                // `::` and `::1` among them.
                || embedded(v6).is_some_and(|v4| is_private_address(IpAddr::V4(v4)))
        }
    }
}

fn is_in(address: Ipv4Addr, start: [u8; 2], bits: u32) -> bool {
    let start = u32::from_be_bytes([start[0], start[1], 0, 0]);
    (address.to_bits() ^ start) >> (32 - bits) == 0
}

/// The IPv4 address in a mapped, compatible, translated, NAT64 or 6to4 IPv6 address.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = v6.octets();
    let at = |start: usize| {
        let [a, b, c, d] = *octets[start..].first_chunk()?;
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => at(12),
        [0x2002, ..] => at(2),
        // Mapped ones, and the deprecated compatible ones.
        _ => v6.to_ipv4(),
    }
}

/// Whether a request can have this URL.
pub(crate) fn is_sendable(url: &Url) -> bool {
    Uri::try_from(url.as_str()).is_ok()
}

/// Parses and checks a base URL.
pub(crate) fn base_url(text: &str, allow_plain_http: bool) -> Result<Url> {
    checked(text, allow_plain_http).map_err(|problem| {
        Error::new(ErrorKind::Config).with_settings(vec![("the base URL", problem)])
    })
}

/// A base URL, or what is wrong with it.
///
/// It must be https, or http to this machine or if the settings allow it. It must have no user
/// info, query or fragment.
pub(crate) fn checked(text: &str, allow_plain_http: bool) -> Result<Url, &'static str> {
    let url = match Url::parse(text) {
        Ok(url) if is_sendable(&url) => url,
        _ if text.is_empty() => return Err("is not set"),
        _ => return Err("is malformed"),
    };
    match url.scheme() {
        "https" if cfg!(feature = "__tls") => {}
        "https" => return Err("is https, but this build has no TLS feature"),
        "http" if allow_plain_http || is_loopback(&url) => {}
        "http" => {
            return Err("is plain http to another machine, which only allow_plain_http allows");
        }
        _ => return Err("is neither http nor https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has user info");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_this_machine() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://localhost", true),
            ("http://LOCALHOST.", true),
            ("http://a.localhost", false),
            ("http://localhost.example", false),
            ("http://localhost.localdomain", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://2130706433", true), // 127.0.0.1 written as a number
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), loopback, "{url}");
        }
    }

    #[test]
    fn knows_private_addresses() {
        for host in [
            "10.0.0.1",
            "0xa.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1.",
            "127.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "0.0.0.0",
            "0.1.2.3",
            "198.19.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[ff02::1]",
            "[fe80::1]",
            "[febf::1]",
            "[fc00::1]",
            "[fd00::1]",
            "[fec0::1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:0:10.0.0.1]",
            "[::10.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b:1::1]",
            "[2002:a00:1::1]",
            "[2002:7f00:1::1]",
        ] {
            let url = Url::parse(&format!("https://{host}")).unwrap();
            assert!(is_private(&url), "{host}");
        }
        for host in [
            "host.example",
            "localhost",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.0",
            "172.32.0.1",
            "203.0.113.7",
            "[2001:db8::1]",
            "[::ffff:1.2.3.4]",
            "[64:ff9b::1.2.3.4]",
            "[2002:102:304::1]",
        ] {
            let url = Url::parse(&format!("https://{host}")).unwrap();
            assert!(!is_private(&url), "{host}");
        }
    }

    #[test]
    fn refuses_base_urls_that_would_leak_or_mislead() {
        let long = format!("http://127.0.0.1/{}", "a".repeat(70_000));
        for (url, why) in [
            ("", "not set"),
            ("host.example", "malformed"),
            (&*long, "malformed"),
            ("ftp://host.example", "neither http nor https"),
            ("http://host.example", "plain http"),
            ("http://10.0.0.1", "plain http"),
            ("http://a.localhost", "plain http"),
            ("http://user@127.0.0.1", "user info"),
            ("http://:secret@127.0.0.1", "user info"),
            ("http://127.0.0.1/?a=b", "query or a fragment"),
            ("http://127.0.0.1/#a", "query or a fragment"),
        ] {
            let error = base_url(url, false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{url}");
            let text = error.to_string();
            assert!(text.contains(why) && !text.contains("secret"), "{text}");
        }
        assert!(base_url("http://127.0.0.1:1/x", false).is_ok());
        assert!(base_url("http://host.example", true).is_ok());
        let https = base_url("https://host.example", false);
        assert_eq!(https.is_ok(), cfg!(feature = "__tls"));
        if let Err(error) = https {
            assert!(error.to_string().contains("no TLS"), "{error}");
        }
    }
}
