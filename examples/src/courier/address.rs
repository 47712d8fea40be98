//! The address of a database: which file it is, and whether TLS protects the way there.

use std::net::IpAddr;
use std::path::{PathBuf, absolute};

use common_http::{Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

/// The address as sqlx reads it, which takes the start of a relative path for a host.
pub(super) fn file_address(url: &str) -> Result<String> {
    const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-');
    let path = absolute(path_of(url)?).map_err(|_| wrong_address())?;
    let path = path.to_str().ok_or_else(wrong_address)?;
    Ok(format!("sqlite://{}", utf8_percent_encode(path, PATH)))
}

/// The file that an address names.
pub(super) fn path_of(url: &str) -> Result<PathBuf> {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.split('?').next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8();
    match path {
        // What is in memory survives nothing.
        Ok(path) if !path.is_empty() && path != ":memory:" => Ok(path.as_ref().into()),
        _ => Err(wrong_address()),
    }
}

/// The address of a Postgres, with TLS unless it is on this machine: patients' data travel there.
pub(super) fn with_tls(url: &str, allow_plain: bool) -> Result<String> {
    let mut url = Url::parse(url).map_err(|_| wrong_address())?;
    let of = |url: &Url, name: &str| {
        let mut pairs = url.query_pairs();
        Some(pairs.find(|(key, _)| key == name)?.1.into_owned())
    };
    let host = of(&url, "host").or_else(|| url.host_str().map(str::to_owned));
    // A path is that of a socket of this machine.
    let is_here = |host: &str| {
        let host = host.trim_matches(['[', ']']);
        let is_loopback = |address: IpAddr| address.is_loopback();
        host.is_empty()
            || host.starts_with(['/', '%'])
            || host == "localhost"
            || host.parse().is_ok_and(is_loopback)
    };
    if host.as_deref().is_none_or(is_here) {
        return Ok(url.into());
    }
    match of(&url, "sslmode")
        .or_else(|| of(&url, "ssl-mode"))
        .as_deref()
    {
        None => {
            url.query_pairs_mut().append_pair("sslmode", "verify-full");
        }
        Some("disable" | "allow" | "prefer") if !allow_plain => {
            let why = "a database on another machine needs TLS: sslmode=verify-full";
            return Err(Error::new(ErrorKind::Config).with_detail(why));
        }
        Some(_) => {}
    }
    Ok(url.into())
}

pub(super) fn wrong_address() -> Error {
    let why = "the database's address is not sqlite://FILE or postgres://...";
    Error::new(ErrorKind::Config).with_detail(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_in_the_address() {
        for (url, path) in [
            ("sqlite://courier.db", "courier.db"),
            ("sqlite:courier.db", "courier.db"),
            (
                "sqlite:///var/lib/courier/courier.db",
                "/var/lib/courier/courier.db",
            ),
            ("sqlite://a%20b.db?mode=rwc", "a b.db"),
        ] {
            assert_eq!(path_of(url).unwrap(), PathBuf::from(path), "{url}");
        }
        for url in [
            "sqlite:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite://?mode=memory",
        ] {
            assert_eq!(path_of(url).unwrap_err().kind(), ErrorKind::Config, "{url}");
        }
    }

    #[test]
    fn a_remote_database_needs_tls() {
        for (url, allow_plain, expected) in [
            (
                "postgres://a:b@localhost/c",
                false,
                Some("postgres://a:b@localhost/c"),
            ),
            (
                "postgres://a@127.0.0.1:5432/c",
                false,
                Some("postgres://a@127.0.0.1:5432/c"),
            ),
            ("postgres://a@[::1]/c", false, Some("postgres://a@[::1]/c")),
            (
                "postgres:///c?host=/run/postgresql",
                false,
                Some("postgres:///c?host=/run/postgresql"),
            ),
            (
                "postgres://a@db/c",
                false,
                Some("postgres://a@db/c?sslmode=verify-full"),
            ),
            (
                "postgres://a@db/c?sslmode=require",
                false,
                Some("postgres://a@db/c?sslmode=require"),
            ),
            ("postgres://a@db/c?sslmode=prefer", false, None),
            ("postgres://a@db/c?sslmode=disable", false, None),
            (
                "postgres://a@localhost/c?host=db&sslmode=disable",
                false,
                None,
            ),
            (
                "postgres://a@db/c?sslmode=disable",
                true,
                Some("postgres://a@db/c?sslmode=disable"),
            ),
        ] {
            assert_eq!(
                with_tls(url, allow_plain).ok().as_deref(),
                expected,
                "{url}"
            );
        }
    }
}
