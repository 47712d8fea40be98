//! The settings that the checks of all vendors share.

use std::env;
use std::time::Duration;

use common_http::{HttpOptions, RetryPolicy};
use examples::failure::Failure;
use examples::settings;

/// How long an answer may take, unless `ANSWER_TIMEOUT_SECS` is set.
const ANSWER: Duration = Duration::from_secs(15);
/// No answer that is read here is larger.
const LARGEST: u64 = 8 << 20;

/// Whether one of these settings is in the environment, be it empty.
pub(crate) fn is_any_set(names: &[&str]) -> bool {
    names.iter().any(|name| env::var_os(name).is_some())
}

/// The HTTP options of the checks: each request is sent once, so that a fault is not hidden.
pub(crate) fn http() -> Result<HttpOptions, Failure> {
    let mut http = settings::http()?;
    if !is_any_set(&["ANSWER_TIMEOUT_SECS"]) {
        http = http.head_timeout(ANSWER).idle_timeout(ANSWER);
    }
    Ok(http.retry(RetryPolicy::never()).max_answer(LARGEST))
}
