//! The address of a database: which file it is, and whether TLS protects the way there.

use std::net::IpAddr;
use std::path::{PathBuf, absolute};

use common_http::{Environment, Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
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
///
/// sqlx says where it would connect, because that is also in the environment (`PGHOST`).
pub(super) fn with_tls(url: &str, allow_plain: bool) -> Result<String> {
    let used: PgConnectOptions = url.parse().map_err(|_| wrong_address())?;
    let mut url = Url::parse(url).map_err(|_| wrong_address())?;
    if used.get_socket().is_some() || is_here(used.get_host()) {
        return Ok(url.into());
    }
    let names_mode = url
        .query_pairs()
        .any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode"));
    match used.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => {}
        _ if !names_mode && !Environment::of_process().is_set("PGSSLMODE") => {
            url.query_pairs_mut().append_pair("sslmode", "verify-full");
        }
        _ if !allow_plain => {
            let why = "a database on another machine needs TLS: sslmode=verify-full";
            return Err(Error::new(ErrorKind::Config).with_detail(why));
        }
        _ => {}
    }
    Ok(url.into())
}

/// Whether a host is this machine. A path is that of a socket.
fn is_here(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    let is_loopback = |address: IpAddr| address.is_loopback();
    host.is_empty()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse().is_ok_and(is_loopback)
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
            ("postgres://a@db/c?sslmode=Disable", false, None),
            (
                "postgres://a@db/c?sslmode=require&sslmode=disable",
                false,
                None,
            ),
            ("postgres://a@db/c?ssl-mode=allow", false, None),
            ("postgres:///c?host=%25db&sslmode=disable", false, None),
            ("postgres://a@db/c?sslmode=unknown", true, None),
            (
                "postgres://a@localhost/c?hostaddr=192.0.2.2&sslmode=disable",
                false,
                None,
            ),
            (
                "postgres://a@db/c?host=localhost&host=192.0.2.2&sslmode=prefer",
                false,
                None,
            ),
            (
                "postgres://a@localhost/c?hostaddr=192.0.2.2",
                false,
                Some("postgres://a@localhost/c?hostaddr=192.0.2.2&sslmode=verify-full"),
            ),
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
