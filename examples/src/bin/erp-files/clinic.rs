//! The ERP to call: a clinic's, or the sandbox.

use erp_files_client::sandbox::Sandbox;
use erp_files_client::{ErpFilesClient, ErpFilesClientBuilder};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{built_in, configured, settings};

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
        let http = settings::http()?.observer(progress.waits());
        Ok(Self {
            client: configured::erp(builder, http)?,
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
