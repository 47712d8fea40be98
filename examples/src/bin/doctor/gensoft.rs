//! Gensoft: the way to it only, because nothing can be read there.

use common_http::HttpOptions;
use examples::failure::Failure;
use examples::settings;
use gensoft_client::GensoftClientBuilder;
use gensoft_client::sandbox::{Laboratory, Sandbox};

use crate::report::Report;
use crate::setup;
use crate::target::Target;

pub(crate) struct Gensoft;

impl Target for Gensoft {
    type Vendor = Laboratory;

    const SETTINGS: &'static [&'static str] =
        &["GENSOFT_BASE_URL", "GENSOFT_API_KEY", "GENSOFT_AUTH_PREFIX"];
    const CHECKS: &'static [&'static str] = &["token", "scope", "read"];

    fn configured(sandbox: Option<&Sandbox>) -> Result<(String, HttpOptions, Self), Failure> {
        let http = setup::http()?;
        if let Some(sandbox) = sandbox {
            return Ok((sandbox.url().to_owned(), http, Self));
        }
        let [url, _] = settings::required(["GENSOFT_BASE_URL", "GENSOFT_API_KEY"])?;
        let names = "GENSOFT_BASE_URL, GENSOFT_API_KEY and GENSOFT_AUTH_PREFIX";
        GensoftClientBuilder::from_env()
            .map_err(settings::wrong)?
            .http(http.clone())
            .build()
            .map_err(|error| settings::refused(error, names))?;
        Ok((url, http, Self))
    }

    async fn examine(&self, report: &mut Report) {
        let why = "Gensoft takes the key only with something that has an effect";
        report.skip("token", why);
        report.skip("scope", why);
        report.skip("read", "Gensoft has nothing that can be read");
    }
}
