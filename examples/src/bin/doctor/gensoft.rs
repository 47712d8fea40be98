//! Gensoft: the way to it only, because nothing can be read there.

use common_http::HttpOptions;
use examples::failure::Failure;
use examples::settings;
use gensoft_client::GensoftClientBuilder;
use gensoft_client::sandbox::Sandbox;

use crate::report::Report;
use crate::{network, setup};

pub(crate) const SETTINGS: [&str; 3] =
    ["GENSOFT_BASE_URL", "GENSOFT_API_KEY", "GENSOFT_AUTH_PREFIX"];

/// Checks Gensoft if it is configured, or its sandbox.
pub(crate) async fn check(built_in: bool) -> Result<Option<Report>, Failure> {
    if !built_in && !setup::is_any_set(&SETTINGS) {
        return Ok(None);
    }
    let sandbox: Option<Sandbox> = setup::sandbox(built_in).await?;
    let mut report = Report::new(&["token", "scope", "read"]);
    let (url, http) = match target(sandbox.as_ref()) {
        Ok(target) => target,
        Err(failure) => return Ok(Some(report.unusable(&failure))),
    };
    report.ok("settings", "complete");
    if network::check(&mut report, SETTINGS[0], &url, &http).await {
        let why = "Gensoft takes the key only with something that has an effect";
        report.skip("token", why);
        report.skip("scope", why);
        report.skip("read", "Gensoft has nothing that can be read");
    }
    Ok(Some(report.finish()))
}

fn target(sandbox: Option<&Sandbox>) -> Result<(String, HttpOptions), Failure> {
    let http = setup::http()?;
    if let Some(sandbox) = sandbox {
        return Ok((sandbox.url().to_owned(), http));
    }
    let [url, _] = settings::required(["GENSOFT_BASE_URL", "GENSOFT_API_KEY"])?;
    let names = "GENSOFT_BASE_URL, GENSOFT_API_KEY and GENSOFT_AUTH_PREFIX";
    GensoftClientBuilder::from_env()
        .map_err(settings::wrong)?
        .http(http.clone())
        .build()
        .map_err(|error| settings::refused(error, names))?;
    Ok((url, http))
}
