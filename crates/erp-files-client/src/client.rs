//! The client and its builder.

use std::sync::Arc;

use common_http::{
    Engine, Error, ErrorKind, ForeignHosts, HttpOptions, Request, Result, Secret, Store, StoreKey,
};
use http::{HeaderValue, Method};

use crate::files::{BlobType, Files, SendFlagIn};
use crate::ids::{AnalysisId, PatientId};
use crate::sessions::{ClientCredentials, Fixed, OAuth, Provided, TokenProvider};
use crate::vendor::ERP;

/// The ERP of one clinic: the files of its patients' analyses.
///
/// Cheap to clone; all clones share connections, token and retry budget. Every operation is a builder that sends nothing
/// before its `send`.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
/// # let (url, token_url) = (sandbox.url(), sandbox.token_url());
/// # let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
/// use erp_files_client::Body;
/// use erp_files_client::{ClientCredentials, ErpFilesClient};
///
/// let credentials = ClientCredentials::new(id, secret)
///     .token_url(token_url); // without it: the vendor's
/// let client = ErpFilesClient::builder()
///     .base_url(url) // of the clinic
///     .credentials(credentials)
///     .build()?;
///
/// let files = client.files(&7.into(), &12.into());
/// files.upload("result.pdf", Body::from("%PDF-1.7 ...")).send().await?;
/// # assert_eq!(files.list().send().await?.len(), 1);
/// # Ok::<(), erp_files_client::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct ErpFilesClient {
    engine: Engine,
    settings: Settings,
}

/// Our readings of what the document leaves open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) hosts: ForeignHosts,
    pub(crate) blob_type: BlobType,
    pub(crate) send_flag_in: SendFlagIn,
}

impl ErpFilesClient {
    /// Starts a client. The base URL is needed: it differs from clinic to clinic.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// let client = ErpFilesClient::builder()
    ///     .base_url("http://127.0.0.1:8000")
    ///     .access_token("EXAMPLE-TOKEN")
    ///     .build()?;
    /// # Ok::<(), erp_files_client::Error>(())
    /// ```
    pub fn builder() -> ErpFilesClientBuilder {
        ErpFilesClientBuilder {
            base_url: String::new(),
            http: HttpOptions::default(),
            token: Token::None,
            store: None,
            settings: Settings::default(),
        }
    }

    /// The files of this patient's analysis. See [`Files`] for what can be done with them.
    ///
    /// ```
    /// # fn example(client: erp_files_client::ErpFilesClient) {
    /// let files = client.files(&7.into(), &12.into());
    /// # let _ = files;
    /// # }
    /// ```
    #[must_use]
    pub fn files(&self, patient: &PatientId, analysis: &AnalysisId) -> Files {
        let settings = self.settings.clone();
        Files::new(
            self.engine.clone(),
            settings,
            patient.clone(),
            analysis.clone(),
        )
    }

    /// Calls an endpoint that this crate does not model, with the client's token, retries and privacy. The path is a template:
    /// what varies in it goes in by [`Request::path`].
    ///
    /// ```no_run
    /// # async fn example(client: erp_files_client::ErpFilesClient) -> erp_files_client::Result<()> {
    /// use http::Method;
    ///
    /// let answer = client
    ///     .request(Method::GET, "/api/erp/v1/reports/consolidated")
    ///     .query("dateStart", "2030-01-01")
    ///     .send()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "erp.request", method, path)
    }
}

fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::Config).with_detail(why)
}

enum Token {
    None,
    OAuth(ClientCredentials),
    Fixed(Secret),
    Provided(Arc<dyn TokenProvider>),
}

/// Builds an [`ErpFilesClient`].
#[must_use]
pub struct ErpFilesClientBuilder {
    base_url: String,
    http: HttpOptions,
    token: Token,
    store: Option<Arc<dyn Store>>,
    settings: Settings,
}

common_http::safe_debug!(ErpFilesClientBuilder { http, settings });

impl ErpFilesClientBuilder {
    /// Gets access tokens with these client credentials.
    ///
    /// ```
    /// # use erp_files_client::{ClientCredentials, ErpFilesClient};
    /// let builder = ErpFilesClient::builder()
    ///     .credentials(ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET"));
    /// # let _ = builder;
    /// ```
    pub fn credentials(mut self, credentials: ClientCredentials) -> Self {
        self.token = Token::OAuth(credentials);
        self
    }

    /// Uses this access token for as long as the client lives.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// let builder = ErpFilesClient::builder().access_token("EXAMPLE-TOKEN");
    /// # let _ = builder;
    /// ```
    pub fn access_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Token::Fixed(token.into());
        self
    }

    /// Takes access tokens from a provider, each time that one is needed. See [`TokenProvider`] for an example of one.
    ///
    /// ```
    /// # fn example(gateway: impl erp_files_client::TokenProvider) {
    /// let builder = erp_files_client::ErpFilesClient::builder().token_from(gateway);
    /// # let _ = builder;
    /// # }
    /// ```
    pub fn token_from(mut self, provider: impl TokenProvider) -> Self {
        self.token = Token::Provided(Arc::new(provider));
        self
    }

    /// Sets the clinic's base URL, which is needed.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// let builder = ErpFilesClient::builder().base_url("https://clinic.example");
    /// # let _ = builder;
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the HTTP side, of the ERP, the token endpoint and the storage: timeouts, retries, certificates, proxy.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// use std::time::Duration;
    /// use erp_files_client::HttpOptions;
    ///
    /// let builder = ErpFilesClient::builder().http(HttpOptions::default().connect_timeout(Duration::from_secs(5)));
    /// # let _ = builder;
    /// ```
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Keeps access tokens in this store, so that several runs or processes share one; for [`credentials`](Self::credentials)
    /// only.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// use std::sync::Arc;
    /// use erp_files_client::MemoryStore;
    ///
    /// let builder = ErpFilesClient::builder().store(Arc::new(MemoryStore::default()));
    /// # let _ = builder;
    /// ```
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Says where the ERP's upload addresses may lead; by default anywhere but to private addresses.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// use erp_files_client::ForeignHosts;
    ///
    /// let builder = ErpFilesClient::builder().upload_hosts(ForeignHosts::default().only(["blob.core.windows.net"]));
    /// # let _ = builder;
    /// ```
    pub fn upload_hosts(mut self, hosts: ForeignHosts) -> Self {
        self.settings.hosts = hosts;
        self
    }

    /// Says when `x-ms-blob-type` is sent to the storage.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// use erp_files_client::files::BlobType;
    ///
    /// let builder = ErpFilesClient::builder().blob_type(BlobType::Always);
    /// # let _ = builder;
    /// ```
    pub fn blob_type(mut self, blob_type: BlobType) -> Self {
        self.settings.blob_type = blob_type;
        self
    }

    /// Says where `isSend` stands in the request.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// use erp_files_client::files::SendFlagIn;
    ///
    /// let builder = ErpFilesClient::builder().send_flag_in(SendFlagIn::Body);
    /// # let _ = builder;
    /// ```
    pub fn send_flag_in(mut self, place: SendFlagIn) -> Self {
        self.settings.send_flag_in = place;
        self
    }

    /// The client. No I/O is done and nothing is spawned.
    ///
    /// # Errors
    /// `config`: there are no credentials; the access token is empty or fits no header (a provider's is looked at when it comes);
    /// the base URL or the token endpoint's is none or is not allowed (plain http to another machine, user info, a query, a
    /// fragment); it is https and no TLS is built in; the user agent fits no header; a certificate or the proxy cannot be
    /// read.
    ///
    /// ```
    /// # use erp_files_client::ErpFilesClient;
    /// let builder = ErpFilesClient::builder().access_token("EXAMPLE-TOKEN");
    /// let error = builder.base_url("http://clinic.example").build().unwrap_err();
    /// assert_eq!(error.kind(), erp_files_client::ErrorKind::Config); // plain http to a foreign host
    /// ```
    pub fn build(self) -> Result<ErpFilesClient> {
        let mut settings = self.settings;
        let mut engine = Engine::builder(&ERP, &self.base_url).http(self.http.clone());
        engine = match self.token {
            Token::None => return Err(refused("the credentials are missing")),
            Token::Fixed(token) => {
                if token.expose().trim().is_empty() {
                    return Err(refused("the access token is empty"));
                }
                if HeaderValue::from_str(token.expose()).is_err() {
                    return Err(refused("the access token fits no header"));
                }
                engine.authenticator(Fixed(token))
            }
            Token::Provided(provider) => engine.authenticator(Provided(provider)),
            Token::OAuth(credentials) => {
                if let Some(store) = self.store {
                    let [token_url, id, scope] = credentials.session_key();
                    let key = StoreKey::of(&[ERP.name(), &self.base_url, token_url, id, scope]);
                    engine = engine.store(store, key);
                }
                let endpoint = Engine::builder(&ERP, &credentials.token_url)
                    .http(self.http)
                    .build()?;
                engine.authenticator(OAuth {
                    credentials,
                    endpoint,
                })
            }
        };
        let engine = engine.build()?;
        settings.hosts = settings.hosts.for_engine(&engine);
        Ok(ErpFilesClient { engine, settings })
    }
}
