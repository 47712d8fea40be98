//! Gensoft: whether it accepts the key, as far as it shows that. Nothing can be read there.

use examples::failure::Failure;
use examples::settings;
use gensoft_client::http::Method;
use gensoft_client::sandbox::{Laboratory, Sandbox};
use gensoft_client::{
    ErrorKind, GensoftClient, GensoftClientBuilder, HttpOptions, Request, Result,
};

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
        match self.statuses().await {
            Ok(statuses) => token(report, statuses),
            Err(error) => report.minor("token", &error, None),
        }
        report.skip("scope", "only a request with an effect shows it");
        report.skip("read", "Gensoft has nothing that can be read");
    }
}

impl Gensoft {
    /// The statuses of `OPTIONS`, which has no effect, with the key and without it.
    async fn statuses(&self) -> Result<[u16; 2]> {
        let ask = || (self.client).request(Method::OPTIONS, "/api/v1/attendance/");
        Ok([status(ask()).await?, status(ask().public()).await?])
    }
}

/// Stands for a web page under 200, which is no answer of Gensoft.
const WEB_PAGE: u16 = 0;

async fn status(request: Request) -> Result<u16> {
    match request.await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.kind() == ErrorKind::Decode => Ok(WEB_PAGE),
        Err(error) => error.status().map(|status| status.as_u16()).ok_or(error),
    }
}

/// Whether the key is accepted, as far as these statuses show it.
fn token(report: &mut Report, [with_key, without_key]: [u16; 2]) {
    match (with_key, without_key) {
        (403, 403) => report.warn(
            "token",
            "403 with the key and without it",
            "a firewall may refuse every OPTIONS; if not, check GENSOFT_API_KEY",
        ),
        (401 | 403, _) => report.fail(
            "token",
            "the key is refused",
            "check GENSOFT_API_KEY; some installations need GENSOFT_AUTH_PREFIX=ApiKey",
        ),
        (200..=299 | 405, 401 | 403) => report.ok("token", "the key is accepted"),
        (WEB_PAGE, 401 | 403) => report.warn("token", "a web page with the key", NOT_SHOWN),
        (_, 401 | 403) => report.warn("token", format_args!("{with_key} with the key"), NOT_SHOWN),
        // A server that asks nobody for a key here says nothing about ours.
        _ => report.skip("token", "only a request with an effect shows it here"),
    }
}

const NOT_SHOWN: &str = "which shows nothing: check GENSOFT_BASE_URL, or try again later";
