//! The centre whose exams are archived: a real one, or the sandbox's.

use biologix_client::sandbox::Sandbox;
use biologix_client::{BiologixClient, ForeignHosts, PartnerId};
use common_http::{Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{built_in, configured, settings};

const BASE_URL: &str = "BIOLOGIX_BASE_URL";

pub(crate) struct Centre {
    pub(crate) client: BiologixClient,
    pub(crate) partner: PartnerId,
    /// Kept alive: it answers the client.
    _sandbox: Option<Sandbox>,
}

impl Centre {
    /// The centre that the environment names, or the sandbox's if it names no address.
    pub(crate) async fn from_environment(progress: &Progress) -> Result<Self, Failure> {
        let (builder, partner, sandbox) = match settings::optional(BASE_URL)? {
            Some(url) => {
                let (builder, partner) = configured::biologix(url)?;
                (builder, partner, None)
            }
            None => {
                let sandbox = built_in::started(Sandbox::start().await)?;
                built_in::announce(BASE_URL, "with invented patients", &configured::BIOLOGIX);
                let partner = PartnerId::from(sandbox.settings.partner_id.as_str());
                (sandbox.client_builder(), partner, Some(sandbox))
            }
        };
        let http = settings::http()?.observer(progress.waits());
        let builder = if settings::allows("BIOLOGIX_FOLLOW_REPORTS") {
            builder.follow_reports(ForeignHosts::default())
        } else {
            builder
        };
        let client = builder
            .http(http)
            .build()
            .map_err(|error| settings::refused(error, BASE_URL))?;
        Ok(Self {
            client,
            partner,
            _sandbox: sandbox,
        })
    }
}

/// The failure of a call, with advice that knows this program's settings.
pub(crate) fn failure(error: Error) -> Failure {
    let advice = match error.kind() {
        // The partner id is the only argument of the list. Nothing was sent.
        ErrorKind::InvalidInput => {
            return Failure::settings("BIOLOGIX_PARTNER_ID cannot be part of an address")
                .advise("use the centre's id as the vendor gave it");
        }
        ErrorKind::Credentials => "check BIOLOGIX_USERNAME and BIOLOGIX_PASSWORD",
        ErrorKind::PermissionDenied => {
            "is BIOLOGIX_PARTNER_ID the centre of this account, and may the account list exams?"
        }
        ErrorKind::NotFound => "check BIOLOGIX_BASE_URL and BIOLOGIX_PARTNER_ID",
        ErrorKind::Connect => "is BIOLOGIX_BASE_URL right, and can this machine reach it?",
        ErrorKind::TooLarge => "use a smaller --page-size",
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}
