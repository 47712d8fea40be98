//! The Gensoft that is spoken to: the laboratory's, or the sandbox's.

use common_http::{Delivery, Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{output, settings};
use gensoft_client::sandbox::{PathForm, ReportForm, Sandbox};
use gensoft_client::{GensoftClient, GensoftClientBuilder};

pub(crate) struct Laboratory {
    pub(crate) client: GensoftClient,
    /// Answers for as long as it is here.
    _sandbox: Option<Sandbox>,
}

impl Laboratory {
    /// The laboratory that the environment names, or the sandbox's where it names no address, which takes a form with this
    /// field.
    pub(crate) async fn from_environment(
        progress: &Progress,
        field: Option<&str>,
    ) -> Result<Self, Failure> {
        let (builder, sandbox) = match settings::optional("GENSOFT_BASE_URL")? {
            Some(url) => (configured(url)?, None),
            None => {
                let (builder, sandbox) = sandbox(field).await?;
                (builder, Some(sandbox))
            }
        };
        let http = settings::http().observer(progress.waits());
        let client = builder.http(http).build().map_err(|error| {
            Failure::from(error).advise(
                "check GENSOFT_BASE_URL, GENSOFT_API_KEY and GENSOFT_AUTH_PREFIX; only ALLOW_PLAIN_HTTP=1 allows plain http to another machine",
            )
        })?;
        Ok(Self {
            client,
            _sandbox: sandbox,
        })
    }
}

fn configured(url: String) -> Result<GensoftClientBuilder, Failure> {
    let [key] = settings::required(["GENSOFT_API_KEY"])?;
    let builder = GensoftClient::builder().base_url(url).api_key(key);
    Ok(match settings::optional("GENSOFT_AUTH_PREFIX")? {
        Some(prefix) => builder.auth_prefix(prefix),
        None => builder,
    })
}

/// The sandbox in every reading, so that each of the program's options can be tried.
async fn sandbox(field: Option<&str>) -> Result<(GensoftClientBuilder, Sandbox), Failure> {
    let sandbox = Sandbox::builder()
        .report_path(PathForm::Either)
        .report_form(ReportForm::Either)
        .report_field(field.unwrap_or("file"))
        .start()
        .await
        .map_err(|error| Failure::file("the sandbox cannot be started", &error))?;
    output::note("GENSOFT_BASE_URL is not set: the built-in sandbox answers, and keeps nothing");
    Ok((sandbox.client_builder(), sandbox))
}

/// The failure of a call, with advice that knows this program's settings; `redirected` is what to do about a redirect.
pub(crate) fn failure(error: Error, redirected: &str) -> Failure {
    let redirects = error.status().is_some_and(|status| status.is_redirection());
    let advice = match error.kind() {
        _ if redirects => redirected,
        ErrorKind::Unauthenticated => {
            "check GENSOFT_API_KEY; some installations want GENSOFT_AUTH_PREFIX=ApiKey"
        }
        ErrorKind::PermissionDenied => {
            "check GENSOFT_API_KEY, and ask Gensoft's support what the key may do"
        }
        ErrorKind::Connect => "is GENSOFT_BASE_URL right, and is there a way to it?",
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

/// The failure of what is not repeated when its fate is unknown.
pub(crate) fn failure_of_attendance(error: Error) -> Failure {
    match (error.delivery(), error.kind()) {
        (Delivery::Unknown, _) => Failure::from(error)
            .advise("it may have been taken: look it up in Gensoft before you send it again"),
        (_, ErrorKind::NotFound) => Failure::from(error).advise("check GENSOFT_BASE_URL"),
        _ => failure(
            error,
            "check GENSOFT_BASE_URL: https, and the host's right name, if the server wants those",
        ),
    }
}
