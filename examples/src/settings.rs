//! Settings from the environment.

use common_http::{Environment, Error, HttpOptions};

use crate::failure::Failure;

/// A setting that may be absent.
///
/// # Errors
/// It is set, but empty or not valid text.
pub fn optional(name: &'static str) -> Result<Option<String>, Failure> {
    let mut environment = Environment::of_process();
    let value = environment.optional(name);
    environment
        .finish(value)
        .map_err(|error| Failure::from(error).advise(format!("unset {name}, or give it a value")))
}

/// Settings that are all required.
///
/// # Errors
/// Some are missing, empty or not valid text; the failure names each of them.
pub fn required<const N: usize>(names: [&'static str; N]) -> Result<[String; N], Failure> {
    let mut environment = Environment::of_process();
    let values = names.map(|name| environment.required(name));
    environment.finish(values).map_err(wrong)
}

/// Whether the setting is `1`, which allows something that is refused by default.
#[must_use]
pub fn allows(name: &str) -> bool {
    Environment::of_process().allows(name)
}

/// Whether plain http to other machines is allowed: `ALLOW_PLAIN_HTTP=1`.
#[must_use]
pub fn allow_plain_http() -> bool {
    allows("ALLOW_PLAIN_HTTP")
}

/// The variables of a proxy, if one is set.
#[must_use]
pub fn proxy() -> Option<&'static str> {
    const PROXIES: [&str; 6] = [
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "ALL_PROXY",
        "https_proxy",
        "http_proxy",
        "all_proxy",
    ];
    let environment = Environment::of_process();
    let is_set = PROXIES.into_iter().any(|name| environment.is_set(name));
    is_set.then_some("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY")
}

/// The HTTP options that all programs share.
///
/// # Errors
/// The file of `TLS_EXTRA_ROOTS` cannot be read, or `ANSWER_TIMEOUT_SECS` is not a number of
/// seconds.
pub fn http() -> Result<HttpOptions, Failure> {
    HttpOptions::from_env().map_err(wrong)
}

/// The failure of settings that are missing or wrong.
#[must_use]
pub fn wrong(error: Error) -> Failure {
    match error.io_kind() {
        Some(_) => Failure::from(error),
        None => Failure::from(error).advise("--help lists the environment variables"),
    }
}

/// The failure of a client that could not be built; `names` are the settings to check.
#[must_use]
pub fn refused(error: Error, names: &str) -> Failure {
    let roots = if Environment::of_process().is_set("TLS_EXTRA_ROOTS") {
        ", TLS_EXTRA_ROOTS"
    } else {
        ""
    };
    let proxy = proxy().map(|names| format!(", {names}"));
    let proxy = proxy.unwrap_or_default();
    Failure::from(error).advise(format!(
        "check {names}{roots}{proxy}; only ALLOW_PLAIN_HTTP=1 allows plain http to another machine"
    ))
}
