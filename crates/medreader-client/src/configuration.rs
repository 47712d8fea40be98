//! A tenant's settings: where MedReader stores files, and where it sends webhooks.

mod update;

use common_http::lenient::take;
use common_http::{
    CallOptions, Engine, Extra, Operation, Recorded, Request, Result, Secret, safe_debug,
};
use http::Method;
use serde::{Deserialize, Serialize};

pub use self::update::UpdateConfiguration;

/// The path of both operations. On it, a 401 is (also) a missing permission.
pub(crate) const PATH: &str = "/api/v1/tenant/configurations";

/// `GET /api/v1/tenant/configurations`: the tenant's settings.
pub(crate) static GET: Operation = Operation::get("medreader.configuration.get", PATH);

/// `PUT /api/v1/tenant/configurations`: changes the settings that are given, and no others.
pub(crate) static UPDATE: Operation =
    Operation::new("medreader.configuration.update", Method::PUT, PATH);

/// A tenant's settings. Made by [`MedReaderClient::configuration`](crate::MedReaderClient::configuration).
///
/// The user needs the permission `admin` or `configurations` (documented).
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
/// # let client = sandbox.client();
/// let settings = client.configuration().get().send().await?;
/// if settings.webhook_url.is_none() {
///     let settings = client
///         .configuration()
///         .update()
///         .webhook_url("https://clinic.example/medreader")
///         .webhook_user("medreader")
///         .webhook_password("EXAMPLE-PASSWORD")
///         .send()
///         .await?;
///     assert_eq!(settings.webhook_user.as_deref(), Some("medreader"));
/// }
/// # Ok::<(), medreader_client::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Configuration {
    engine: Engine,
}

impl Configuration {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// Reads the settings.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let settings = client.configuration().get().send().await?;
    /// assert!(settings.webhook_url.is_none());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn get(&self) -> GetConfiguration {
        GetConfiguration {
            engine: self.engine.clone(),
            options: CallOptions::default(),
        }
    }

    /// Changes settings: those that are named, and no others.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let settings = client.configuration().update().s3_region("sa-east-1").send().await?;
    /// assert_eq!(settings.s3_region.as_deref(), Some("sa-east-1"));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn update(&self) -> UpdateConfiguration {
        UpdateConfiguration::new(self.engine.clone())
    }
}

/// Reads the settings. Made by [`Configuration::get`].
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetConfiguration {
    engine: Engine,
    options: CallOptions,
}

impl GetConfiguration {
    /// Sets the settings of this call.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use std::time::Duration;
    /// use medreader_client::CallOptions;
    ///
    /// let hurried = CallOptions::default().deadline(Duration::from_secs(10));
    /// client.configuration().get().options(hurried).send().await?;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.engine.request(&GET).options(self.options.clone())
    }

    /// Reads the settings.
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind. The answer's own text
    /// ([`Recorded::raw`]) has the two secrets as they came.
    ///
    /// # Errors
    /// - `permission_denied`: the user may not read them; after one new login where the session was older than a minute,
    ///   since MedReader answers 401 here to both an expired session and a missing permission
    /// - `not_found`, code [`TenantConfigurationNotFound`](crate::ErrorCode::TenantConfigurationNotFound): the tenant has
    ///   none
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came are no settings
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let settings = client.configuration().get().send().await?;
    /// println!("has a webhook: {}", settings.webhook_url.is_some());
    /// assert_eq!(format!("{settings:?}"), "TenantConfiguration { .. }");
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<TenantConfiguration>> {
        self.request().send().await?.recorded()
    }
}

/// A tenant's settings. `Debug` shows nothing, and `Serialize` leaves the two secrets out.
///
/// All fields are documented; that one which was never set is null or absent is our reading. The vendor may give the two
/// secrets masked (our reading too), so do not write back what was read. A field of another JSON type than documented is
/// kept in `extra`; a secret of another type is not, since `extra` is written: only the answer's own text has it.
///
/// A [`Recorded`] one is written as the vendor's text, **with** both secrets: write the settings themselves where they are to
/// stay out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Fields")]
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
    #[serde(skip_serializing)]
    pub s3_secret_access_key: Option<Secret>,
    /// The path in the bucket under which files are put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_base_path: Option<String>,
    /// Where webhooks are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// The user with which webhooks authenticate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_user: Option<String>,
    /// The password with which webhooks authenticate.
    #[serde(skip_serializing)]
    pub webhook_password: Option<Secret>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(TenantConfiguration {});

/// The fields of the settings as they are read first: none must be there.
#[derive(Deserialize)]
struct Fields(Extra);

impl From<Fields> for TenantConfiguration {
    fn from(Fields(mut rest): Fields) -> Self {
        Self {
            s3_bucket_name: take(&mut rest, "s3_bucket_name"),
            s3_region: take(&mut rest, "s3_region"),
            s3_access_key_id: take(&mut rest, "s3_access_key_id"),
            s3_secret_access_key: secret(&mut rest, "s3_secret_access_key"),
            s3_base_path: take(&mut rest, "s3_base_path"),
            webhook_url: take(&mut rest, "webhook_url"),
            webhook_user: take(&mut rest, "webhook_user"),
            webhook_password: secret(&mut rest, "webhook_password"),
            extra: rest,
        }
    }
}

/// Takes a secret, which stays nowhere else.
fn secret(rest: &mut Extra, name: &str) -> Option<Secret> {
    let secret = take(rest, name);
    rest.remove(name);
    secret
}
