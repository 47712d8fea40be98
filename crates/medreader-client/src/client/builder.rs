//! The client's builder.

use std::sync::Arc;

use common_http::{
    Credentials, Engine, Error, ErrorKind, HttpOptions, Provider, Result, Secret, Store, StoreKey,
    client_setters, safe_debug,
};
use http::{HeaderName, HeaderValue};

use super::{BASE_URL, MedReaderClient};
use crate::auth::Login;
use crate::errors::MEDREADER;

/// Documented to be required on every call, including the login.
const TENANT: HeaderName = HeaderName::from_static("x-tenant-id");

impl MedReaderClient {
    /// Starts a client with the vendor's base URL and the default settings.
    pub fn builder() -> MedReaderClientBuilder {
        MedReaderClientBuilder {
            base_url: BASE_URL.to_owned(),
            http: HttpOptions::default(),
            tenant: None,
            credentials: None,
            account: None,
            store: None,
        }
    }
}

/// Builds a [`MedReaderClient`].
#[must_use]
pub struct MedReaderClientBuilder {
    base_url: String,
    http: HttpOptions,
    tenant: Option<String>,
    credentials: Option<Arc<dyn Provider<Credentials>>>,
    account: Option<Secret>,
    store: Option<Arc<dyn Store>>,
}

safe_debug!(MedReaderClientBuilder { http });

impl MedReaderClientBuilder {
    client_setters!(credentials, base_url, http, store);

    /// Sets the tenant's id, sent with every call as `X-Tenant-ID`. Required.
    pub fn tenant(mut self, id: impl Into<String>) -> Self {
        self.tenant = Some(id.into());
        self
    }

    /// Builds the client, without any I/O.
    ///
    /// ```
    /// use medreader_client::{ErrorKind, MedReaderClient};
    ///
    /// let builder = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD");
    /// let error = builder.base_url("http://clinic.example").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Config); // plain http to another machine
    /// ```
    ///
    /// # Errors
    /// `config`: the tenant is missing or not a valid header value, or there are no credentials;
    /// see also [`EngineBuilder::build`](common_http::EngineBuilder::build).
    pub fn build(self) -> Result<MedReaderClient> {
        let refused = |why| Error::new(ErrorKind::Config).with_detail(why);
        let tenant = self.tenant.unwrap_or_default();
        if tenant.trim().is_empty() {
            return Err(refused("the tenant's id is missing"));
        }
        let Some(credentials) = self.credentials else {
            return Err(refused("the credentials are missing"));
        };
        let mut header = HeaderValue::from_str(&tenant)
            .map_err(|_| refused("the tenant's id is not a valid header value"))?;
        header.set_sensitive(true);
        let mut engine = Engine::builder(&MEDREADER, self.base_url.clone())
            .http(self.http)
            .header(TENANT, header)
            .authenticator(Login { credentials });
        if let Some(store) = self.store {
            let account = self.account.as_ref().map_or("", Secret::expose);
            let key = [
                MEDREADER.name(),
                "session",
                &self.base_url,
                &tenant,
                account,
            ];
            engine = engine.store(store, StoreKey::of(&key));
        }
        Ok(MedReaderClient {
            engine: engine.build()?,
        })
    }
}
