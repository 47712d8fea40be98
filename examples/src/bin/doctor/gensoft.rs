//! Gensoft: whether it accepts the key, as far as it shows that. Nothing can be read there.

use examples::failure::Failure;
use examples::settings;
use gensoft_client::http::{Method, StatusCode};
use gensoft_client::sandbox::{Laboratory, Sandbox};
use gensoft_client::{GensoftClient, GensoftClientBuilder, HttpOptions, Request, Result};

use crate::report::Report;
use crate::setup;
use crate::target::Target;

pub(crate) struct Gensoft {
    client: GensoftClient,
}

impl Target for Gensoft {
    type Vendor = Laboratory;

    const SETTINGS: &'static [&'static str] =
        &["GENSOFT_BASE_URL", "GENSOFT_API_KEY", "GENSOFT_AUTH_PREFIX"];
    const CHECKS: &'static [&'static str] = &["token", "scope", "read"];

    fn configured(sandbox: Option<&Sandbox>) -> Result<(String, HttpOptions, Self), Failure> {
        let (url, builder) = match sandbox {
            Some(sandbox) => (sandbox.url().to_owned(), sandbox.client_builder()),
            None => {
                let [url, _] = settings::required(["GENSOFT_BASE_URL", "GENSOFT_API_KEY"])?;
                let builder = GensoftClientBuilder::from_env().map_err(settings::wrong)?;
                (url, builder)
            }
        };
        let http = setup::http()?;
        let names = "GENSOFT_BASE_URL, GENSOFT_API_KEY and GENSOFT_AUTH_PREFIX";
        let client = builder.http(http.clone()).build();
        let client = client.map_err(|error| settings::refused(error, names))?;
        Ok((url, http, Self { client }))
    }

    async fn examine(&self, report: &mut Report) {
        match self.accepts_key().await {
            Ok(Some(true)) => report.ok("token", "the key is accepted"),
            Ok(Some(false)) => report.fail(
                "token",
                "the key is refused",
                "check GENSOFT_API_KEY; some installations need GENSOFT_AUTH_PREFIX=ApiKey",
            ),
            Ok(None) => report.skip("token", "only a request with an effect shows it here"),
            Err(error) => report.minor("token", &error, None),
        }
        report.skip("scope", "only a request with an effect shows it");
        report.skip("read", "Gensoft has nothing that can be read");
    }
}

impl Gensoft {
    /// Whether the key is accepted; `None` if the server does not show it. `OPTIONS` has no effect.
    async fn accepts_key(&self) -> Result<Option<bool>> {
        let ask = || (self.client).request(Method::OPTIONS, "/api/v1/attendance/");
        let is_refused = async |request: Request| {
            let status = match request.await {
                Ok(answer) => answer.status(),
                Err(error) => error.status().ok_or(error)?,
            };
            Ok([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status))
        };
        if is_refused(ask()).await? {
            return Ok(Some(false));
        }
        // A server that asks nobody for a key here says nothing about ours.
        Ok(is_refused(ask().public()).await?.then_some(true))
    }
}
