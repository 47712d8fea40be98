//! The sandbox that answers where a program is given no vendor's address.

use std::env;
use std::io;

use crate::failure::Failure;
use crate::output;

/// The started sandbox, or the failure to report.
///
/// # Errors
/// The sandbox could not be started.
pub fn started<S>(sandbox: io::Result<S>) -> Result<S, Failure> {
    sandbox.map_err(|error| Failure::file("the sandbox cannot be started", &error))
}

/// Says on stderr that the sandbox answers, because the setting `address` is missing.
///
/// `how` completes the sentence, for example `with invented patients`. If settings in `unused` are
/// set, the note names them.
pub fn announce(address: &str, how: &str, unused: &[&str]) {
    let set: Vec<_> = unused
        .iter()
        .copied()
        .filter(|name| env::var_os(name).is_some())
        .collect();
    let ignored = if set.is_empty() {
        String::new()
    } else {
        format!("; ignored without it: {}", set.join(", "))
    };
    output::note(format_args!(
        "{address} is not set: the built-in sandbox answers, {how}{ignored}"
    ));
}
