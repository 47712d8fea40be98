//! A tenant's settings: where MedReader stores files, and where it sends webhooks.

mod get;
mod update;

use common_http::Engine;

pub use self::get::TenantConfiguration;
pub(crate) use self::get::{GET, PATH};
pub(crate) use self::update::UPDATE;
pub use self::update::UpdateConfiguration;

/// The settings of a tenant:
/// [`MedReaderClient::configuration`](crate::MedReaderClient::configuration).
///
/// The user needs the permission `admin` or `configurations` (documented).
#[derive(Clone, Debug)]
pub struct Configuration {
    pub(crate) engine: Engine,
}
