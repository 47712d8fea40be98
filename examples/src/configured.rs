//! The centre at Biologix that the environment names.

use biologix_client::{BiologixClient, BiologixClientBuilder, PartnerId};

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
