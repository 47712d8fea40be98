//! Settings from the environment.

use std::env;
use std::ffi::OsString;

use common_http::HttpOptions;

use crate::failure::Failure;

/// A setting that may be absent.
///
/// # Errors
/// It is set to nothing, or to something that is no line of text: half a setting is a mistake, not an absence.
pub fn optional(name: &str) -> Result<Option<String>, Failure> {
    match env::var_os(name) {
        None => Ok(None),
        Some(value) => read(value).map(Some).map_err(|problem| {
            Failure::settings(format!("{name} {problem}"))
                .advise(format!("unset {name}, or give it a value"))
        }),
    }
}

/// Settings that must all be there.
///
/// # Errors
/// Names every one that is not.
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
        // No address and no header can carry it; it is the end of a line that was read with the value, as a rule.
        Ok(text) if text.chars().any(char::is_control) => Err("has a control character"),
        Ok(text) => Ok(text),
        Err(_) => Err("is no text"),
    }
}

/// Whether something is allowed that is not without this setting: it is `1`.
#[must_use]
pub fn allows(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value == "1")
}

/// Whether plain http to other hosts is allowed: `ALLOW_PLAIN_HTTP=1`.
#[must_use]
pub fn allow_plain_http() -> bool {
    allows("ALLOW_PLAIN_HTTP")
}

/// The HTTP settings that are the same for all programs.
#[must_use]
pub fn http() -> HttpOptions {
    HttpOptions::default().allow_plain_http(allow_plain_http())
}
