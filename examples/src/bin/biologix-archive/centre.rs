//! The centre whose exams are archived: the vendor's, or the sandbox's.

use biologix_client::sandbox::Sandbox;
use biologix_client::{BiologixClient, BiologixClientBuilder, PartnerId};
use common_http::{Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{output, settings};

pub(crate) struct Centre {
    pub(crate) client: BiologixClient,
    pub(crate) partner: PartnerId,
    /// Answers for as long as it is here.
    _sandbox: Option<Sandbox>,
}

impl Centre {
    /// The centre that the environment names, or the sandbox's where it names no address.
    pub(crate) async fn from_environment(progress: &Progress) -> Result<Self, Failure> {
        let (builder, partner, sandbox) = match settings::optional("BIOLOGIX_BASE_URL")? {
            Some(url) => {
                let (builder, partner) = configured(url)?;
                (builder, partner, None)
            }
            None => {
                let (builder, partner, sandbox) = sandbox().await?;
                (builder, partner, Some(sandbox))
            }
        };
        let http = settings::http().observer(progress.waits());
        let client = builder.http(http).build().map_err(|error| {
            Failure::from(error).advise(
                "check BIOLOGIX_BASE_URL; only ALLOW_PLAIN_HTTP=1 allows plain http to another machine",
            )
        })?;
        Ok(Self {
            client,
            partner: PartnerId::from(partner),
            _sandbox: sandbox,
        })
    }
}

/// The failure of a call, with advice that knows this program's settings.
pub(crate) fn failure(error: Error) -> Failure {
    let advice = match error.kind() {
        // The list has no other argument: nothing was sent.
        ErrorKind::InvalidInput => {
            return Failure::settings("BIOLOGIX_PARTNER_ID fits no address")
                .advise("the centre's id stands in the vendor's papers");
        }
        ErrorKind::Credentials => "check BIOLOGIX_USERNAME and BIOLOGIX_PASSWORD",
        ErrorKind::PermissionDenied => {
            "is BIOLOGIX_PARTNER_ID the centre of this account, and may the account list exams?"
        }
        ErrorKind::NotFound => "check BIOLOGIX_BASE_URL and BIOLOGIX_PARTNER_ID",
        ErrorKind::Connect => "is BIOLOGIX_BASE_URL right, and is there a way to it?",
        ErrorKind::TooLarge => "a smaller --page-size makes smaller answers",
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

fn configured(url: String) -> Result<(BiologixClientBuilder, String), Failure> {
    let [username, password, partner] = settings::required([
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
    ])?;
    let builder = BiologixClient::builder()
        .base_url(url)
        .credentials(username, password);
    Ok((builder, partner))
}

async fn sandbox() -> Result<(BiologixClientBuilder, String, Sandbox), Failure> {
    let sandbox = Sandbox::start()
        .await
        .map_err(|error| Failure::file("the sandbox cannot be started", &error))?;
    output::note(
        "BIOLOGIX_BASE_URL is not set: the built-in sandbox answers, with invented patients",
    );
    let unused = [
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
    ];
    if unused.iter().any(|name| std::env::var_os(name).is_some()) {
        output::note("the other BIOLOGIX settings are not used without it");
    }
    let partner = sandbox.partner_id().to_owned();
    Ok((sandbox.client_builder(), partner, sandbox))
}
