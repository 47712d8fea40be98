//! The ERP that is spoken to: a clinic's, or the sandbox's.

use common_http::ForeignHosts;
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{ClientCredentials, ErpFilesClient, ErpFilesClientBuilder};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{output, settings};

pub(crate) struct Clinic {
    pub(crate) client: ErpFilesClient,
    /// What tells this clinic from others.
    pub(crate) url: String,
    /// Answers for as long as it is here.
    _sandbox: Option<Sandbox>,
}

impl Clinic {
    /// The clinic that the environment names, or the sandbox's where it names no address.
    pub(crate) async fn from_environment(progress: &Progress) -> Result<Self, Failure> {
        let (builder, url, sandbox) = match settings::optional("ERP_BASE_URL")? {
            Some(url) => (configured(&url)?, url, None),
            None => {
                let (builder, sandbox) = sandbox().await?;
                (builder, sandbox.url().to_owned(), Some(sandbox))
            }
        };
        // Whoever allows plain http is in a network of his own, where the storage has such an address too.
        // Whoever has TLS there need not give it up.
        let private = settings::allows("ERP_ALLOW_PRIVATE_STORAGE") || settings::allow_plain_http();
        let storage = ForeignHosts::default().allow_private(private);
        let client = builder
            .upload_hosts(storage)
            .http(settings::http().observer(progress.waits()))
            .build()
            .map_err(|error| {
                Failure::from(error).advise(
                    "check ERP_BASE_URL and ERP_TOKEN_URL; only ALLOW_PLAIN_HTTP=1 allows plain http to another machine",
                )
            })?;
        Ok(Self {
            client,
            url,
            _sandbox: sandbox,
        })
    }
}

fn configured(url: &str) -> Result<ErpFilesClientBuilder, Failure> {
    let builder = ErpFilesClient::builder().base_url(url);
    if let Some(token) = settings::optional("ERP_ACCESS_TOKEN")? {
        return Ok(builder.access_token(token));
    }
    let [id, secret] =
        settings::required(["ERP_CLIENT_ID", "ERP_CLIENT_SECRET"]).map_err(|failure| {
            failure.advise("set both, or ERP_ACCESS_TOKEN; --help lists the environment variables")
        })?;
    let mut credentials = ClientCredentials::new(id, secret);
    if let Some(scope) = settings::optional("ERP_SCOPE")? {
        credentials = credentials.scope(scope);
    }
    if let Some(url) = settings::optional("ERP_TOKEN_URL")? {
        credentials = credentials.token_url(url);
    }
    Ok(builder.credentials(credentials))
}

async fn sandbox() -> Result<(ErpFilesClientBuilder, Sandbox), Failure> {
    let sandbox = Sandbox::start()
        .await
        .map_err(|error| Failure::file("the sandbox cannot be started", &error))?;
    output::note("ERP_BASE_URL is not set: the built-in sandbox answers, and keeps nothing");
    let credentials = ClientCredentials::new(sandbox.client_id(), sandbox.client_secret())
        .token_url(sandbox.token_url());
    let builder = ErpFilesClient::builder()
        .base_url(sandbox.url())
        .credentials(credentials);
    Ok((builder, sandbox))
}
