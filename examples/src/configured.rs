//! The vendors' clients with the account that the environment names.

use biologix_client::{BiologixClient, BiologixClientBuilder, PartnerId};
use erp_files_client::{ClientCredentials, ErpFilesClient, ErpFilesClientBuilder};
use gensoft_client::{GensoftClient, GensoftClientBuilder};
use medreader_client::{MedReaderClient, MedReaderClientBuilder};

use crate::failure::Failure;
use crate::settings;

/// The settings of an account at Biologix.
pub const BIOLOGIX: [&str; 3] = [
    "BIOLOGIX_USERNAME",
    "BIOLOGIX_PASSWORD",
    "BIOLOGIX_PARTNER_ID",
];
/// The settings of an account at MedReader.
pub const MEDREADER: [&str; 3] = [
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
];

/// Biologix at this address, and the centre.
///
/// # Errors
/// A setting is missing or wrong.
pub fn biologix(url: String) -> Result<(BiologixClientBuilder, PartnerId), Failure> {
    let [username, password, partner] = settings::required(BIOLOGIX)?;
    let builder = BiologixClient::builder()
        .base_url(url)
        .credentials(username, password);
    Ok((builder, PartnerId::from(partner)))
}

/// MedReader at this address.
///
/// # Errors
/// A setting is missing or wrong.
pub fn medreader(url: String) -> Result<MedReaderClientBuilder, Failure> {
    let [tenant, email, password] = settings::required(MEDREADER)?;
    Ok(MedReaderClient::builder()
        .base_url(url)
        .tenant(tenant)
        .credentials(email, password))
}

/// Gensoft at this address.
///
/// # Errors
/// A setting is missing or wrong.
pub fn gensoft(url: String) -> Result<GensoftClientBuilder, Failure> {
    let [key] = settings::required(["GENSOFT_API_KEY"])?;
    let builder = GensoftClient::builder().base_url(url).api_key(key);
    Ok(match settings::optional("GENSOFT_AUTH_PREFIX")? {
        Some(prefix) => builder.auth_prefix(prefix),
        None => builder,
    })
}

/// The ERP at this address.
///
/// # Errors
/// A setting is missing or wrong.
pub fn erp(url: &str) -> Result<ErpFilesClientBuilder, Failure> {
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
