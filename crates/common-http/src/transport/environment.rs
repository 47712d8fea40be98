//! Checks the proxy in the environment, because reqwest ignores one that it cannot use.

use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// Refuses a proxy variable that applies to this host and would be ignored without an error.
pub(super) fn check(base: &Url, variable: impl Fn(&str) -> Option<String>) -> Result<()> {
    let set = |name: &str| {
        let value = variable(&name.to_ascii_lowercase()).or_else(|| variable(name));
        value.filter(|value| !value.trim().is_empty())
    };
    let own = if base.scheme() == "https" {
        "HTTPS_PROXY"
    } else {
        "HTTP_PROXY"
    };
    let Some(proxy) = set(own).or_else(|| set("ALL_PROXY")) else {
        return Ok(());
    };
    let host = base.host_str().unwrap_or_default();
    if is_usable(proxy.trim()) || set("NO_PROXY").is_some_and(|list| excepts(&list, host)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Config)
        .with_detail("the proxy in the environment is not an http or https URL"))
}

fn is_usable(proxy: &str) -> bool {
    let url = if proxy.contains("://") {
        Url::parse(proxy)
    } else {
        Url::parse(&format!("http://{proxy}"))
    };
    url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
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
            ("HTTPS_PROXY", "ftp://proxy.example", false),
            // For other addresses.
            ("HTTP_PROXY", "socks5://proxy.example", true),
        ] {
            assert_eq!(checked(url, &[(name, value)]), is_fine, "{name}={value}");
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
