//! The Gensoft server to call: a laboratory's, or the sandbox.

use common_http::{Delivery, Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{built_in, configured, settings};
use gensoft_client::sandbox::{PathForm, ReportForm, Sandbox, Settings};
use gensoft_client::{GensoftClient, GensoftClientBuilder};

const BASE_URL: &str = "GENSOFT_BASE_URL";

pub(crate) struct Laboratory {
    pub(crate) client: GensoftClient,
    /// Kept alive: it answers the client.
    _sandbox: Option<Sandbox>,
}

impl Laboratory {
    /// The laboratory that the environment names, or the sandbox if it names no address.
    ///
    /// The sandbox accepts forms with this `field`.
    pub(crate) async fn from_environment(
        progress: &Progress,
        field: Option<&str>,
    ) -> Result<Self, Failure> {
        let (builder, sandbox) = match settings::optional(BASE_URL)? {
            Some(_) => {
                let builder = GensoftClientBuilder::from_env().map_err(settings::wrong)?;
                (builder, None)
            }
            None => {
                let (builder, sandbox) = sandbox(field).await?;
                (builder, Some(sandbox))
            }
        };
        let http = settings::http()?.observer(progress.waits());
        Ok(Self {
            client: configured::gensoft(builder, http)?,
            _sandbox: sandbox,
        })
    }
}

/// The sandbox, set to accept every form of a report, so that each option can be tried.
async fn sandbox(field: Option<&str>) -> Result<(GensoftClientBuilder, Sandbox), Failure> {
    let settings = Settings {
        report_path: PathForm::Either,
        report_form: ReportForm::Either,
        report_field: field.unwrap_or("file").to_owned(),
        ..Settings::default()
    };
    let sandbox = built_in::started(Sandbox::with(settings).await)?;
    built_in::announce(BASE_URL, "and keeps nothing", &[]);
    Ok((sandbox.client_builder(), sandbox))
}

/// The failure of a call, with advice that knows this program's settings.
///
/// `redirected` is the advice for a redirect.
pub(crate) fn failure(error: Error, redirected: &str) -> Failure {
    let redirects = error.status().is_some_and(|status| status.is_redirection());
    let advice = match error.kind() {
        _ if redirects => redirected,
        ErrorKind::Unauthenticated => {
            "check GENSOFT_API_KEY; some installations need GENSOFT_AUTH_PREFIX=ApiKey"
        }
        ErrorKind::PermissionDenied => {
            "check GENSOFT_API_KEY, and ask Gensoft's support what the key allows"
        }
        ErrorKind::Connect => {
            "is GENSOFT_BASE_URL right, its port included, and does the server run?"
        }
        ErrorKind::Decode | ErrorKind::TooLarge if error.delivery() == Delivery::Answered => {
            "Gensoft accepted it, and only its answer is not readable: do not send it again"
        }
        // A web page, which anybody on the way may have written.
        ErrorKind::Decode => {
            "did something on the way answer instead of Gensoft, for example a firewall? \
             If Gensoft itself answers with web pages, set ACCEPT_HTML=1"
        }
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

/// The failure of an attendance, which must not be sent twice.
pub(crate) fn failure_of_attendance(error: Error) -> Failure {
    match (error.delivery(), error.kind()) {
        (Delivery::Unknown, _) => Failure::from(error)
            .advise("it may have arrived: look it up in Gensoft before you send it again"),
        (_, ErrorKind::NotFound) => Failure::from(error).advise("check GENSOFT_BASE_URL"),
        _ => failure(
            error,
            "check GENSOFT_BASE_URL: does the server need https, or another host name?",
        ),
    }
}
