//! The client and its builder.

mod environment;

use std::sync::Arc;

use common_http::{
    Engine, Error, ErrorKind, ForeignHosts, HttpOptions, Provider, Request, Result, Secret, Store,
    StoreKey, client_setters, safe_debug,
};
use http::Method;

use crate::auth::{AccessToken, ClientCredentials, Fixed, OAuth, Provided};
use crate::errors::ERP;
use crate::files::{BlobType, Files, SendFlagIn, Settings};
use crate::ids::{AnalysisId, PatientId};
use crate::sessions::Sessions;

/// The ERP of one clinic: the files of its patients' analyses.
///
/// Cheap to clone: all clones share connections, token and retry budget.
///
/// ```
/// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
/// use erp_files_client::{AnalysisId, Body, ClientCredentials, ErpFilesClient, PatientId};
///
/// let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET")
///     .token_url(sandbox.token_url()); // without it: the vendor's
/// let client = ErpFilesClient::builder()
///     .base_url(sandbox.url()) // each clinic has its own
///     .credentials(credentials)
///     .build()?;
///
/// let files = client.files(&PatientId::from(7), &AnalysisId::from(12));
/// files.upload("result.pdf", Body::from("%PDF-1.7 ...")).await?;
/// assert_eq!(files.list().await?.len(), 1);
/// # Ok(()) });
/// ```
#[derive(Clone, Debug)]
pub struct ErpFilesClient {
    engine: Engine,
    settings: Settings,
}

impl ErpFilesClient {
    /// Starts a client with the default settings. It needs a base URL and credentials.
    pub fn builder() -> ErpFilesClientBuilder {
        ErpFilesClientBuilder {
            base_url: String::new(),
            http: HttpOptions::default(),
            token: None,
            store: None,
            settings: Settings::default(),
        }
    }

    /// The session of this client: its access token.
    pub fn sessions(&self) -> Sessions {
        Sessions {
            engine: self.engine.clone(),
        }
    }

    /// The files of this patient's analysis.
    pub fn files(&self, patient: &PatientId, analysis: &AnalysisId) -> Files {
        Files {
            engine: self.engine.clone(),
            settings: self.settings.clone(),
            patient: patient.clone(),
            analysis: analysis.clone(),
        }
    }

    /// Calls an endpoint that this crate does not model, with the client's token and retries.
    ///
    /// The path is a template, whose arguments [`Request::path`] fills.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::http::Method;
    ///
    /// let answer = sandbox
    ///     .client()
    ///     .request(Method::GET, "/api/erp/v1/patients/{patientId}/analysis/12/files")
    ///     .path("patientId", "7")
    ///     .await?;
    /// assert_eq!(answer.body(), "[]");
    /// # Ok(()) });
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "erp.request", method, path)
    }
}

/// Builds an [`ErpFilesClient`].
///
/// ```
/// use erp_files_client::files::SendFlagIn;
/// use erp_files_client::{ErpFilesClient, ErpFilesClientBuilder, ForeignHosts};
///
/// /// The settings of one clinic.
/// fn clinic(builder: ErpFilesClientBuilder) -> ErpFilesClientBuilder {
///     builder
///         .base_url("https://clinic.example")
///         .upload_hosts(ForeignHosts::default().only(["blob.core.windows.net"]))
///         .send_flag_in(SendFlagIn::Body)
/// }
///
/// let client = clinic(ErpFilesClient::builder()).access_token("EXAMPLE-TOKEN").build()?;
/// # Ok::<(), erp_files_client::Error>(())
/// ```
#[must_use]
pub struct ErpFilesClientBuilder {
    base_url: String,
    http: HttpOptions,
    token: Option<TokenFrom>,
    store: Option<Arc<dyn Store>>,
    settings: Settings,
}

safe_debug!(ErpFilesClientBuilder { http, settings });

enum TokenFrom {
    Endpoint(ClientCredentials),
    Setting(Secret),
    Provider(Arc<dyn Provider<AccessToken>>),
}

impl ErpFilesClientBuilder {
    client_setters!(base_url, http, store);

    /// Gets access tokens with these client credentials.
    pub fn credentials(mut self, credentials: ClientCredentials) -> Self {
        self.token = Some(TokenFrom::Endpoint(credentials));
        self
    }

    /// Uses this access token for as long as the client lives.
    pub fn access_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(TokenFrom::Setting(token.into()));
        self
    }

    /// Sets a provider that is asked for an access token each time one is needed.
    pub fn access_token_from(mut self, provider: impl Provider<AccessToken>) -> Self {
        self.token = Some(TokenFrom::Provider(Arc::new(provider)));
        self
    }

    /// Sets where upload URLs may lead (default: anywhere but to private addresses).
    pub fn upload_hosts(mut self, hosts: ForeignHosts) -> Self {
        self.settings.hosts = hosts;
        self
    }

    /// Sets when `x-ms-blob-type` is sent to the storage.
    pub fn blob_type(mut self, blob_type: BlobType) -> Self {
        self.settings.blob_type = blob_type;
        self
    }

    /// Sets where `isSend` is sent.
    pub fn send_flag_in(mut self, place: SendFlagIn) -> Self {
        self.settings.send_flag_in = place;
        self
    }

    /// Builds the client. No I/O, and nothing is spawned.
    ///
    /// # Errors
    /// `config`:
    /// - there are no credentials, or the access token is empty or not a valid header value
    /// - the base URL or the token URL is malformed or not allowed (plain HTTP to another machine,
    ///   user info, a query or a fragment), or is HTTPS and no TLS is built in
    /// - the user agent is not a valid header value
    /// - a certificate or the proxy cannot be read
    pub fn build(self) -> Result<ErpFilesClient> {
        let mut settings = self.settings;
        let mut engine = Engine::builder(&ERP, &*self.base_url).http(self.http.clone());
        engine = match self.token {
            None => {
                let why = "the credentials are missing";
                return Err(Error::new(ErrorKind::Config).with_detail(why));
            }
            Some(TokenFrom::Setting(token)) => engine.authenticator(Fixed::new(token)?),
            Some(TokenFrom::Provider(provider)) => engine.authenticator(Provided(provider)),
            Some(TokenFrom::Endpoint(credentials)) => {
                if let Some(store) = self.store {
                    let [token_url, id, scope] = credentials.store_key();
                    let key = [ERP.name(), "session", &self.base_url, token_url, id, scope];
                    engine = engine.store(store, StoreKey::of(&key));
                }
                engine.authenticator(OAuth::new(credentials, self.http)?)
            }
        };
        let engine = engine.build()?;
        settings.hosts = settings.hosts.for_engine(&engine);
        Ok(ErpFilesClient { engine, settings })
    }
}
