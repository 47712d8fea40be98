//! Changing the settings.

use std::collections::BTreeMap;

use common_http::{
    Call, CallOptions, Engine, Error, ErrorKind, Operation, Prepared, Recorded, Result, Secret,
    safe_debug, sent_by_await,
};

use super::Configuration;
use super::get::{PATH, TenantConfiguration};
use crate::errors::ErrorCode;

/// `PUT /api/v1/tenant/configurations`: changes the settings that are given, and no others.
pub(crate) static UPDATE: Operation = Operation::put("medreader.configuration.update", PATH);

impl Configuration {
    /// Changes settings, those that are named and no others, and gives all of them.
    ///
    /// Doing it twice leaves what doing it once leaves, so it is repeated freely. A call that is
    /// cancelled while it waits for its answer may have had its effect.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let update = client.configuration().update();
    /// let settings = update
    ///     .webhook_url("https://clinic.example/medreader")
    ///     .webhook_password("EXAMPLE-PASSWORD")
    ///     .clear_s3_base_path()
    ///     .await?;
    /// assert_eq!(settings.webhook_url.as_deref(), Some("https://clinic.example/medreader"));
    /// assert_eq!(settings.s3_base_path, None);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `invalid_input`, code [`NoFieldsToUpdate`](ErrorCode::NoFieldsToUpdate): no field was
    ///   named; nothing was sent
    /// - `permission_denied`: the user may not change them. MedReader answers 401 to both an
    ///   expired session and a missing permission, so this comes after one new login if the session
    ///   was older than a minute
    /// - `not_found`, code [`TenantConfigurationNotFound`](ErrorCode::TenantConfigurationNotFound):
    ///   the tenant has none
    /// - `rejected`: the vendor does not accept them
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer does not have the form of settings, but they were changed. With
    ///   delivery `Unknown`, a web page came, which a firewall or a gateway may have written
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts; the
    ///   delivery says whether they may have been changed
    pub fn update(&self) -> UpdateConfiguration {
        UpdateConfiguration {
            engine: self.engine.clone(),
            changes: BTreeMap::new(),
            options: CallOptions::default(),
        }
    }
}

/// Changes settings: [`Configuration::update`], which says what may fail.
///
/// What is not named keeps its value. `Debug` shows nothing.
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct UpdateConfiguration {
    engine: Engine,
    /// By field: the new value, or `None` to clear it. All are held as secrets: none may be
    /// printed.
    changes: BTreeMap<&'static str, Option<Secret>>,
    options: CallOptions,
}

safe_debug!(UpdateConfiguration {});

/// Writes the two setters of each field.
macro_rules! fields {
    ($( $(#[$about:meta])* $field:ident, $clear:ident: $value:ty; )+) => { $(
        $(#[$about])*
        pub fn $field(self, value: impl Into<$value>) -> Self {
            self.change(stringify!($field), Some(Secret::from(value.into())))
        }

        #[doc = concat!("Clears `", stringify!($field), "`: sends null.")]
        ///
        /// Our reading: the document has no way to clear a field.
        pub fn $clear(self) -> Self {
            self.change(stringify!($field), None)
        }
    )+ };
}

impl UpdateConfiguration {
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
        /// Sets the user name in the webhooks' credentials.
        webhook_user, clear_webhook_user: String;
        /// Sets the password in the webhooks' credentials.
        webhook_password, clear_webhook_password: Secret;
    }

    fn change(mut self, field: &'static str, value: Option<Secret>) -> Self {
        self.changes.insert(field, value);
        self
    }

    /// Sets options of this call: deadline, attempts, size limits.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    fn call(self) -> Call<Recorded<TenantConfiguration>> {
        let mut request = self.engine.request(&UPDATE).options(self.options);
        if self.changes.is_empty() {
            request = request.invalid(
                Error::new(ErrorKind::InvalidInput)
                    .with_detail("no field was named")
                    .with_code(ErrorCode::NoFieldsToUpdate.as_str(), true),
            );
        }
        let changes = self.changes.iter();
        let body: BTreeMap<_, _> = changes
            .map(|(field, value)| (field, value.as_ref().map(Secret::expose)))
            .collect();
        request.json(&body).recorded()
    }

    /// Changes the settings: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Configuration::update`].
    pub async fn send(self) -> Result<Recorded<TenantConfiguration>> {
        self.call().await
    }

    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "for tests only")]
    pub fn prepare(self) -> Result<Prepared> {
        self.call().prepare()
    }
}

sent_by_await!(UpdateConfiguration => Recorded<TenantConfiguration>);
