//! Checks the proxy in the environment, because reqwest ignores one that it cannot use.

use http::Uri;
use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// Refuses a proxy variable that applies to this host and would be ignored without an error.
///
/// hyper-util takes the variable with the upper-case name, even if it is empty.
pub(super) fn check(base: &Url, variable: impl Fn(&str) -> Option<String>) -> Result<()> {
    let spellings = |name: &str| {
        let both = [name.to_owned(), name.to_ascii_lowercase()];
        both.into_iter().filter_map(|name| variable(&name))
    };
    let own = if base.scheme() == "https" {
        "HTTPS_PROXY"
    } else {
        "HTTP_PROXY"
    };
    let host = base.host_str().unwrap_or_default();
    let excepted = spellings("NO_PROXY").next();
    if excepted.is_some_and(|list| excepts(&list, host)) {
        return Ok(());
    }
    let is_named = |proxy: &String| !proxy.trim().is_empty();
    for name in [own, "ALL_PROXY"] {
        let mut proxies = spellings(name);
        let problem = match proxies.next() {
            Some(proxy) if is_usable(&proxy) => return Ok(()),
            Some(proxy) if is_named(&proxy) => {
                "the proxy in the environment is not an http or https URL"
            }
            Some(_) if proxies.next().as_ref().is_some_and(is_named) => {
                "the proxy in the environment is empty in upper case, but not in lower case"
            }
            _ => continue,
        };
        return Err(Error::new(ErrorKind::Config).with_detail(problem));
    }
    Ok(())
}

fn is_usable(proxy: &str) -> bool {
    proxy.parse::<Uri>().is_ok_and(|proxy| {
        let scheme = proxy.scheme_str();
        scheme.is_none_or(|scheme| matches!(scheme, "http" | "https"))
            && proxy.host().is_some_and(|host| !host.is_empty())
    })
}

fn excepts(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let entry = entry.trim_start_matches('.').to_ascii_lowercase();
        let is_under = host
            .strip_suffix(&entry)
            .is_some_and(|rest| rest.ends_with('.'));
        !entry.is_empty() && (entry == "*" || entry == host || is_under)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(url: &str, variables: &[(&str, &str)]) -> bool {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        check(&Url::parse(url).unwrap(), variable).is_ok()
    }

    #[test]
    fn a_proxy_that_would_be_bypassed_is_refused() {
        let url = "https://api.vendor.example";
        for (name, value, is_fine) in [
            ("HTTPS_PROXY", "http://proxy.example:3128", true),
            ("https_proxy", "https://user:EXAMPLE@proxy.example", true),
            ("HTTPS_PROXY", "proxy.example:3128", true),
            ("HTTPS_PROXY", "", true),
            ("HTTPS_PROXY", "socks5://proxy.example:1080", false),
            ("https_proxy", "socks4a://proxy.example", false),
            ("ALL_PROXY", "socks5h://proxy.example", false),
            ("HTTPS_PROXY", "http://", false),
            ("HTTPS_PROXY", "not a proxy", false),
            ("HTTPS_PROXY", "http://proxy.example:3128 ", false),
            ("HTTPS_PROXY", " ", true),
            ("HTTPS_PROXY", "ftp://proxy.example", false),
            // For other addresses.
            ("HTTP_PROXY", "socks5://proxy.example", true),
        ] {
            assert_eq!(checked(url, &[(name, value)]), is_fine, "{name}={value}");
        }
        for (upper, lower, is_fine) in [
            ("http://proxy.example", "socks5://proxy.example", true),
            ("socks5://proxy.example", "", false),
            ("socks5://proxy.example", "http://proxy.example", false),
            ("", "http://proxy.example", false),
            ("", "", true),
        ] {
            let variables = [("HTTPS_PROXY", upper), ("https_proxy", lower)];
            assert_eq!(checked(url, &variables), is_fine, "{upper} {lower}");
        }
        for (list, is_fine) in [
            ("*", true),
            ("vendor.example", true),
            ("other.example, .vendor.example", true),
            ("api.vendor.example", true),
            ("endor.example", false),
            ("", false),
        ] {
            let variables = [("ALL_PROXY", "socks5://proxy.example"), ("NO_PROXY", list)];
            assert_eq!(checked(url, &variables), is_fine, "{list}");
        }
    }
}
