//! The change of settings.

use std::collections::BTreeMap;

use common_http::{
    CallOptions, Engine, Error, ErrorKind, Recorded, Request, Result, Secret, safe_debug,
};

use super::{TenantConfiguration, UPDATE};

/// Changes settings. Made by [`Configuration::update`](super::Configuration::update).
///
/// What is not named keeps its value. `Debug` shows nothing.
#[must_use = "nothing is sent before `send`"]
pub struct UpdateConfiguration {
    engine: Engine,
    /// By field: the new value, or nothing to clear it. All are held as secrets: none is for printing.
    changes: BTreeMap<&'static str, Option<Secret>>,
    options: CallOptions,
}

safe_debug!(UpdateConfiguration {});

/// Writes the two setters of each field.
macro_rules! fields {
    ($( $(#[$about:meta])* $field:ident, $clear:ident: $value:ty; )+) => { $(
        $(#[$about])*
        ///
        /// ```
        /// # let builder = medreader_client::MedReaderClient::builder().tenant("EXAMPLE-TENANT").credentials("user@clinic.example", "EXAMPLE-PASSWORD");
        /// # let client = builder.base_url("http://127.0.0.1:8080").build()?;
        #[doc = concat!("let update = client.configuration().update().", stringify!($field), "(\"EXAMPLE\");")]
        /// # Ok::<(), medreader_client::Error>(())
        /// ```
        pub fn $field(self, value: impl Into<$value>) -> Self {
            self.change(stringify!($field), Some(Secret::from(value.into())))
        }

        #[doc = concat!("Clears `", stringify!($field), "`: sends null.")]
        ///
        /// Our reading: the document has no way to clear a field.
        ///
        /// ```
        /// # let builder = medreader_client::MedReaderClient::builder().tenant("EXAMPLE-TENANT").credentials("user@clinic.example", "EXAMPLE-PASSWORD");
        /// # let client = builder.base_url("http://127.0.0.1:8080").build()?;
        #[doc = concat!("let update = client.configuration().update().", stringify!($clear), "();")]
        /// # Ok::<(), medreader_client::Error>(())
        /// ```
        pub fn $clear(self) -> Self {
            self.change(stringify!($field), None)
        }
    )+ };
}

impl UpdateConfiguration {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            changes: BTreeMap::new(),
            options: CallOptions::default(),
        }
    }

    fields! {
        /// Sets the S3 bucket that holds the files.
        s3_bucket_name, clear_s3_bucket_name: String;
        /// Sets the bucket's AWS region.
        s3_region, clear_s3_region: String;
        /// Sets the id of the access key.
        s3_access_key_id, clear_s3_access_key_id: String;
        /// Sets the access key's secret.
        s3_secret_access_key, clear_s3_secret_access_key: Secret;
        /// Sets the path in the bucket under which files are put.
        s3_base_path, clear_s3_base_path: String;
        /// Sets where webhooks are sent.
        webhook_url, clear_webhook_url: String;
        /// Sets the user with which webhooks authenticate.
        webhook_user, clear_webhook_user: String;
        /// Sets the password with which webhooks authenticate.
        webhook_password, clear_webhook_password: Secret;
    }

    fn change(mut self, field: &'static str, value: Option<Secret>) -> Self {
        self.changes.insert(field, value);
        self
    }

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
    /// client.configuration().update().s3_region("sa-east-1").options(hurried).send().await?;
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
        let body: BTreeMap<&str, Option<&str>> = self
            .changes
            .iter()
            .map(|(field, value)| (*field, value.as_ref().map(Secret::expose)))
            .collect();
        self.engine
            .request(&UPDATE)
            .json(&body)
            .options(self.options.clone())
    }

    /// Changes the settings, and gives all of them as they then are.
    ///
    /// Doing it twice leaves what doing it once leaves, so it is repeated freely; a call that is cancelled while it waits
    /// for its answer may have had its effect.
    ///
    /// # Errors
    /// - `invalid_input`, code [`NoFieldsToUpdate`](crate::ErrorCode::NoFieldsToUpdate): no field was named; not sent
    /// - `permission_denied`: the user may not change them; after one new login where the session was older than a minute,
    ///   since MedReader answers 401 here to both an expired session and a missing permission
    /// - `not_found`, code [`TenantConfigurationNotFound`](crate::ErrorCode::TenantConfigurationNotFound): the tenant has
    ///   none
    /// - `rejected`: the vendor does not take them
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came are no settings; they were changed
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts; the delivery says whether they
    ///   may have been changed
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use medreader_client::Secret;
    ///
    /// let settings = client
    ///     .configuration()
    ///     .update()
    ///     .s3_region("sa-east-1")
    ///     .webhook_password(Secret::from("EXAMPLE-PASSWORD"))
    ///     .clear_s3_base_path()
    ///     .send()
    ///     .await?;
    /// assert_eq!(settings.s3_region.as_deref(), Some("sa-east-1"));
    /// assert_eq!(settings.s3_base_path, None);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<TenantConfiguration>> {
        if self.changes.is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_detail("no field was named")
                .with_code("no_fields_to_update", true)
                .with_operation(UPDATE.id()));
        }
        self.request().send().await?.recorded()
    }
}
