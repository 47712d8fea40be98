//! Which hosts requests may go to, and how.

use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};

/// Whether the URL's host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback()
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|address| address.is_loopback())
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Parses and checks a base URL.
///
/// It must be https, or http to this machine or where that is allowed, without user info, query and
/// fragment.
pub(crate) fn base_url(text: &str, allow_plain_http: bool) -> Result<Url> {
    let refuse = |text| Err(Error::new(ErrorKind::Config).with_detail(text));
    let Ok(url) = Url::parse(text) else {
        return refuse("the base URL is malformed");
    };
    match url.scheme() {
        "https" if cfg!(feature = "__tls") => {}
        "https" => return refuse("the base URL is https, but this build has no TLS feature"),
        "http" if allow_plain_http || is_loopback(&url) => {}
        "http" => return refuse("plain http is refused for hosts other than this machine"),
        _ => return refuse("the base URL is neither http nor https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("the base URL has user info");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("the base URL has a query or a fragment");
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
            ("http://a.localhost", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://2130706433", true), // 127.0.0.1 written as a number
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), loopback, "{url}");
        }
    }

    #[test]
    fn refuses_base_urls_that_would_leak_or_mislead() {
        for url in [
            "",
            "host.example",
            "ftp://host.example",
            "http://host.example",
            "http://10.0.0.1",
            "https://user@host.example",
            "https://user:secret@host.example",
            "https://host.example/?a=b",
            "https://host.example/#a",
        ] {
            let error = base_url(url, false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{url}");
            assert!(!error.to_string().contains("secret"));
        }
        assert!(base_url("http://127.0.0.1:1/x", false).is_ok());
        assert!(base_url("http://host.example", true).is_ok());
        assert_eq!(
            base_url("https://host.example", false).is_ok(),
            cfg!(feature = "__tls")
        );
    }
}
