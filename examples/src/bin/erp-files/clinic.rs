//! The ERP to call: a clinic's, or the sandbox.

use common_http::ForeignHosts;
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{ErpFilesClient, ErpFilesClientBuilder};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{built_in, settings};

const BASE_URL: &str = "ERP_BASE_URL";

pub(crate) struct Clinic {
    pub(crate) client: ErpFilesClient,
    /// Identifies the clinic.
    pub(crate) url: String,
    /// Kept alive: it answers the client.
    _sandbox: Option<Sandbox>,
}

impl Clinic {
    /// The clinic that the environment names, or the sandbox if it names no address.
    pub(crate) async fn from_environment(progress: &Progress) -> Result<Self, Failure> {
        let (builder, url, sandbox) = match settings::optional(BASE_URL)? {
            Some(url) => {
                let builder = ErpFilesClientBuilder::from_env().map_err(settings::wrong)?;
                (builder, url, None)
            }
            None => {
                let (builder, sandbox) = sandbox().await?;
                (builder, sandbox.url().to_owned(), Some(sandbox))
            }
        };
        // A network that uses plain http is private, so its storage has a private address, too.
        // The other setting is for a private network with TLS.
        let private = settings::allows("ERP_ALLOW_PRIVATE_STORAGE") || settings::allow_plain_http();
        let storage = ForeignHosts::default().allow_private(private);
        let client = builder
            .upload_hosts(storage)
            .http(settings::http()?.observer(progress.waits()))
            .build()
            .map_err(|error| settings::refused(error, "ERP_BASE_URL and ERP_TOKEN_URL"))?;
        Ok(Self {
            client,
            url,
            _sandbox: sandbox,
        })
    }
}

async fn sandbox() -> Result<(ErpFilesClientBuilder, Sandbox), Failure> {
    let sandbox = built_in::started(Sandbox::start().await)?;
    built_in::announce(BASE_URL, "and keeps nothing", &[]);
    Ok((sandbox.client_builder(), sandbox))
}
