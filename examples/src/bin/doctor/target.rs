//! What the checks of all vendors have in common, from the settings to the finished report.

use common_http::sandbox::{Sandbox, Vendor};
use common_http::{Error, HttpOptions, Result};
use examples::built_in;
use examples::failure::Failure;

use crate::report::Report;
use crate::{network, setup};

/// A vendor with complete settings.
pub(crate) trait Target: Sized {
    /// The state of the vendor's sandbox.
    type Vendor: Vendor;

    /// The vendor is checked if one of these settings is there. The first is its address.
    const SETTINGS: &'static [&'static str];
    /// The setting with the address.
    const ADDRESS: &'static str = Self::SETTINGS[0];
    /// The checks that [`examine`](Self::examine) makes.
    const CHECKS: &'static [&'static str];

    /// Takes the settings of the sandbox, or those in the environment: also the base URL, and the
    /// options with which the client was built.
    fn configured(
        sandbox: Option<&Sandbox<Self::Vendor>>,
    ) -> Result<(String, HttpOptions, Self), Failure>;

    /// Makes the vendor's own checks, once it can be reached.
    async fn examine(&self, report: &mut Report);
}

/// Checks a vendor if it is configured, or its sandbox.
pub(crate) async fn check<T: Target>(built_in: bool) -> Result<Option<Report>, Failure> {
    let sandbox = if built_in {
        Some(built_in::started(Sandbox::start().await)?)
    } else if setup::is_any_set(T::SETTINGS) {
        None
    } else {
        return Ok(None);
    };
    let mut report = Report::new(T::CHECKS);
    let (url, http, target) = match T::configured(sandbox.as_ref()) {
        Ok(configured) => configured,
        Err(failure) => return Ok(Some(report.unusable(&failure))),
    };
    report.ok("settings", "complete");
    if network::check(&mut report, T::ADDRESS, &url, &http).await {
        target.examine(&mut report).await;
    }
    Ok(Some(report.finish()))
}

/// What the vendor gave for the account, if it accepts it.
pub(crate) fn login<T>(
    report: &mut Report,
    (check, found): (&'static str, &str),
    answered: Result<T>,
    advice: fn(&Error) -> Option<&'static str>,
) -> Option<T> {
    match answered {
        Ok(given) => {
            report.ok(check, found);
            Some(given)
        }
        Err(error) => {
            report.error(check, &error, advice(&error));
            None
        }
    }
}
