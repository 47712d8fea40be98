//! The vendors' clients with the settings that the programs read for them.

use biologix_client::{BiologixClient, BiologixClientBuilder, PartnerId};
use common_http::{ForeignHosts, HttpOptions};
use erp_files_client::{ErpFilesClient, ErpFilesClientBuilder};
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

/// Biologix at this address, and the centre. One failure names all settings that are missing, the
/// centre's included, which is no setting of the client.
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

/// Gensoft, with `ACCEPT_HTML`.
///
/// # Errors
/// A setting is wrong.
pub fn gensoft(builder: GensoftClientBuilder, http: HttpOptions) -> Result<GensoftClient, Failure> {
    let names = "GENSOFT_BASE_URL, GENSOFT_API_KEY and GENSOFT_AUTH_PREFIX";
    let http = http.accept_html(settings::allows("ACCEPT_HTML"));
    let client = builder.http(http).build();
    client.map_err(|error| settings::refused(error, names))
}

/// The ERP, with `ERP_ALLOW_PRIVATE_STORAGE`.
///
/// # Errors
/// A setting is wrong.
pub fn erp(builder: ErpFilesClientBuilder, http: HttpOptions) -> Result<ErpFilesClient, Failure> {
    // A network that uses plain http is private, so its storage has a private address, too. The
    // other setting is for a private network with TLS.
    let private = settings::allows("ERP_ALLOW_PRIVATE_STORAGE") || settings::allow_plain_http();
    let storage = ForeignHosts::default().allow_private(private);
    let client = builder.upload_hosts(storage).http(http).build();
    client.map_err(|error| settings::refused(error, "ERP_BASE_URL and ERP_TOKEN_URL"))
}

/// MedReader.
///
/// # Errors
/// A setting is wrong.
pub fn medreader(
    builder: MedReaderClientBuilder,
    http: HttpOptions,
) -> Result<MedReaderClient, Failure> {
    let client = builder.http(http).build();
    client.map_err(|error| settings::refused(error, "MEDREADER_BASE_URL and MEDREADER_TENANT_ID"))
}
