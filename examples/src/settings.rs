//! Settings from the environment.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use common_http::{Error, HttpOptions};

use crate::failure::Failure;

const EXTRA_ROOTS: &str = "TLS_EXTRA_ROOTS";
const ANSWER_TIMEOUT: &str = "ANSWER_TIMEOUT_SECS";

/// A setting that may be absent.
///
/// # Errors
/// It is set, but empty or not valid text.
pub fn optional(name: &str) -> Result<Option<String>, Failure> {
    match env::var_os(name) {
        None => Ok(None),
        Some(value) => read(value).map(Some).map_err(|problem| {
            Failure::settings(format!("{name} {problem}"))
                .advise(format!("unset {name}, or give it a value"))
        }),
    }
}

/// Settings that are all required.
///
/// # Errors
/// Some are missing, empty or not valid text; the failure names each of them.
pub fn required<const N: usize>(names: [&str; N]) -> Result<[String; N], Failure> {
    let mut problems = Vec::new();
    let values = names.map(|name| {
        env::var_os(name)
            .ok_or("is not set")
            .and_then(read)
            .unwrap_or_else(|problem| {
                problems.push(format!("{name} {problem}"));
                String::new()
            })
    });
    if problems.is_empty() {
        return Ok(values);
    }
    Err(Failure::settings(problems.join(", ")).advise("--help lists the environment variables"))
}

fn read(value: OsString) -> Result<String, &'static str> {
    match value.into_string() {
        Ok(text) if text.is_empty() => Err("is empty"),
        // No URL or header can contain one. Usually it is the newline of a file that was read.
        Ok(text) if text.chars().any(char::is_control) => Err("contains a control character"),
        Ok(text) => Ok(text),
        Err(_) => Err("is not valid UTF-8"),
    }
}

/// Whether the setting is `1`, which allows something that is refused by default.
#[must_use]
pub fn allows(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value == "1")
}

/// Whether plain http to other machines is allowed: `ALLOW_PLAIN_HTTP=1`.
#[must_use]
pub fn allow_plain_http() -> bool {
    allows("ALLOW_PLAIN_HTTP")
}

/// The HTTP options that all programs share.
///
/// # Errors
/// The file of `TLS_EXTRA_ROOTS` cannot be read, or `ANSWER_TIMEOUT_SECS` is not a number of
/// seconds.
pub fn http() -> Result<HttpOptions, Failure> {
    let mut http = HttpOptions::default().allow_plain_http(allow_plain_http());
    if let Some(file) = optional(EXTRA_ROOTS)? {
        let pem = fs::read(file)
            .map_err(|error| Failure::file(format_args!("the file of {EXTRA_ROOTS}"), &error))?;
        http = http.add_root_certificate(pem);
    }
    if let Some(text) = optional(ANSWER_TIMEOUT)? {
        let timeout = text.parse().ok();
        let timeout = timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let timeout = timeout.filter(|timeout| !timeout.is_zero());
        let timeout = timeout.ok_or_else(|| {
            Failure::settings(format_args!("{ANSWER_TIMEOUT} is not a number of seconds"))
        })?;
        // A call has 60 s by default, which would end before such an answer.
        let call = timeout.saturating_add(Duration::from_secs(30));
        http = http
            .head_timeout(timeout)
            .call_timeout(call.max(Duration::from_secs(60)));
    }
    Ok(http)
}

/// The failure of a client that could not be built; `names` are the settings to check.
#[must_use]
pub fn refused(error: Error, names: &str) -> Failure {
    let roots = env::var_os(EXTRA_ROOTS).map_or("", |_| ", TLS_EXTRA_ROOTS");
    Failure::from(error).advise(format!(
        "check {names}{roots}; only ALLOW_PLAIN_HTTP=1 allows plain http to another machine"
    ))
}
