//! Getting the settings, and what they are.

use common_http::{Call, Extra, Operation, Recorded, Secret, lenient_model, safe_debug};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Configuration;

/// The path of both operations. A 401 there is (also) a missing permission.
pub(crate) const PATH: &str = "/api/v1/tenant/configurations";

/// `GET /api/v1/tenant/configurations`: the tenant's settings.
pub(crate) static GET: Operation = Operation::get("medreader.configuration.get", PATH);

impl Configuration {
    /// Gets the settings.
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind. The answer's
    /// own text ([`Recorded::raw`]) contains the two secrets as they came.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let settings = sandbox.client().configuration().get().await?;
    /// println!("has a webhook: {}", settings.webhook_url.is_some());
    /// assert_eq!(format!("{settings:?}"), "TenantConfiguration { .. }");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `permission_denied`: the user may not read them. MedReader answers 401 to both an expired
    ///   session and a missing permission, so this comes after one new login if the session was
    ///   older than a minute
    /// - `not_found`, code
    ///   [`TenantConfigurationNotFound`](crate::ErrorCode::TenantConfigurationNotFound): the tenant
    ///   has none
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer does not have the form of settings
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub fn get(&self) -> Call<Recorded<TenantConfiguration>> {
        self.engine.request(&GET).recorded()
    }
}

/// The settings of a tenant. `Debug` shows nothing, and `Serialize` leaves the two secrets out.
///
/// All fields are documented; that a field which was never set is null or absent is our reading.
/// The vendor may mask the two secrets (our reading, too), so do not write back what was read. A
/// field of an unexpected type is kept in `extra`, except a secret: only the answer's own text
/// ([`Recorded::raw`]) has it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct TenantConfiguration {
    /// The S3 bucket that holds the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_bucket_name: Option<String>,
    /// The bucket's AWS region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_region: Option<String>,
    /// The id of the access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_access_key_id: Option<String>,
    /// The access key's secret.
    #[serde(default, deserialize_with = "secret", skip_serializing)]
    pub s3_secret_access_key: Option<Secret>,
    /// The path in the bucket under which files are put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_base_path: Option<String>,
    /// Where webhooks are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// The user name in the webhooks' credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_user: Option<String>,
    /// The password in the webhooks' credentials.
    #[serde(default, deserialize_with = "secret", skip_serializing)]
    pub webhook_password: Option<Secret>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(TenantConfiguration);
safe_debug!(TenantConfiguration {});

/// Reads a secret. One of an unexpected type is `None`, so that nothing of it is in `extra`.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(Secret::from(text)),
        _ => None,
    })
}
