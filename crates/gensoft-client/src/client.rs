//! The client and its builder.

mod environment;

use std::sync::Arc;

use common_http::{
    Engine, Error, ErrorKind, HttpOptions, Provider, Request, Result, Secret, client_setters,
    safe_debug,
};
use http::Method;

use crate::attendances::Attendances;
use crate::auth::{Key, KeySource};
use crate::errors::GENSOFT;
use crate::reports::Reports;

/// A Gensoft installation, to which attendances and laudos are pushed.
///
/// Cheap to clone: all clones share connections and retry budget.
///
/// ```
/// # gensoft_client::sandbox::Sandbox::story(async |sandbox| {
/// use gensoft_client::GensoftClient;
///
/// let client = GensoftClient::builder()
///     .base_url(sandbox.url()) // of your installation
///     .api_key(sandbox.api_key())
///     .build()?;
/// let order = serde_json::json!({ "campo": "valor ficticio" });
/// let answer = client.attendances().send(&order).await?;
/// assert!(answer.status().is_success());
/// # Ok(()) });
/// ```
#[derive(Clone, Debug)]
pub struct GensoftClient {
    engine: Engine,
}

impl GensoftClient {
    /// Starts a client. It needs a base URL and a key.
    pub fn builder() -> GensoftClientBuilder {
        GensoftClientBuilder {
            base_url: String::new(),
            http: HttpOptions::default(),
            key: None,
            prefix: None,
        }
    }

    /// The attendances (orders) of the laboratory.
    pub fn attendances(&self) -> Attendances {
        Attendances {
            engine: self.engine.clone(),
        }
    }

    /// The reports (laudos) of executions.
    pub fn reports(&self) -> Reports {
        Reports {
            engine: self.engine.clone(),
        }
    }

    /// Calls an endpoint that this crate does not model, with the client's key and retries.
    ///
    /// The path is a template, whose arguments [`Request::path`] fills.
    ///
    /// ```
    /// # gensoft_client::sandbox::Sandbox::story(async |sandbox| {
    /// use gensoft_client::ErrorKind;
    /// use gensoft_client::http::Method;
    ///
    /// let request = sandbox.client().request(Method::GET, "/api/v1/results/{id}");
    /// let error = request.path("id", "10").await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotFound); // the sandbox has no more than the document
    /// # Ok(()) });
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "gensoft.request", method, path)
    }
}

/// Builds a [`GensoftClient`].
///
/// ```
/// use gensoft_client::{GensoftClient, HttpOptions, Provider, Result, Secret, async_trait};
///
/// struct Vault;
///
/// #[async_trait]
/// impl Provider<Secret> for Vault {
///     async fn get(&self) -> Result<Secret> {
///         Ok(Secret::from("EXAMPLE-KEY"))
///     }
/// }
///
/// let client = GensoftClient::builder()
///     .base_url("http://laboratory.example")
///     .api_key_from(Vault)
///     .auth_prefix("ApiKey")
///     .http(HttpOptions::default().allow_plain_http(true))
///     .build()?;
/// # Ok::<(), gensoft_client::Error>(())
/// ```
#[must_use]
pub struct GensoftClientBuilder {
    base_url: String,
    http: HttpOptions,
    key: Option<KeySource>,
    prefix: Option<String>,
}

safe_debug!(GensoftClientBuilder { http });

impl GensoftClientBuilder {
    client_setters!(http);

    /// Sets the API key, which Gensoft's support gives.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(KeySource::Fixed(key.into()));
        self
    }

    /// Sets a provider of the API key.
    ///
    /// It is asked at the first call, and again when a key that is older than a minute is refused
    /// (401). So a key that has changed in a vault is found without a restart.
    pub fn api_key_from(mut self, provider: impl Provider<Secret>) -> Self {
        self.key = Some(KeySource::Provided(Arc::new(provider)));
        self
    }

    /// Puts a scheme word before the key, as in `Authorization: ApiKey ...`. Default none.
    ///
    /// The document's examples send the bare key, and one of its lines can be read either way.
    pub fn auth_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets the base URL, for which the document has only a placeholder.
    ///
    /// Leave out the `/api/v1/` that follows in the document's addresses: it is part of each call's
    /// path, and twice it gives a 404. The document shows plain HTTP, which is refused for other
    /// machines unless [`HttpOptions::allow_plain_http`] allows it.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Builds the client. No I/O, and nothing is spawned.
    ///
    /// # Errors
    /// `config`:
    /// - there is no key
    /// - the key or the word before it is empty or not a valid header value (a provider's key is
    ///   checked when it is used)
    /// - the base URL is missing, malformed or not allowed (plain HTTP to another machine, user
    ///   info, a query or a fragment), or is HTTPS and no TLS is built in
    /// - the user agent is not a valid header value
    /// - a certificate or the proxy cannot be read
    pub fn build(self) -> Result<GensoftClient> {
        let missing = || Error::new(ErrorKind::Config).with_detail("the API key is missing");
        let key = Key {
            source: self.key.ok_or_else(missing)?,
            prefix: self.prefix,
        };
        key.check()?;
        let engine = Engine::builder(&GENSOFT, self.base_url).http(self.http);
        Ok(GensoftClient {
            engine: engine.authenticator(key).build()?,
        })
    }
}
