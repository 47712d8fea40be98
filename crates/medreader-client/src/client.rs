//! The client and its builder.

use std::sync::Arc;

use common_http::{
    Engine, Error, ErrorKind, HttpOptions, Request, Result, Secret, Store, StoreKey,
};
use http::{HeaderName, HeaderValue, Method};

use crate::configuration::Configuration;
use crate::folders::Folders;
use crate::prescriptions::Prescriptions;
use crate::sessions::{Credentials, CredentialsProvider, Login, OpenSession};
use crate::vendor::MEDREADER;

/// The vendor's own address (documented).
pub const BASE_URL: &str = "https://api.medreader.com";

/// Documented to be needed on every call, the login included.
const TENANT: HeaderName = HeaderName::from_static("x-tenant-id");

/// A MedReader tenant: its folders, prescriptions and settings.
///
/// Cheap to clone; all clones share connections, session and retry budget. Every operation is a builder that sends
/// nothing before its `send` or `wait`.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use medreader_client::MedReaderClient;
/// use medreader_client::prescriptions::{PrescriptionFile, WaitOptions};
///
/// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
/// # let (url, tenant) = (sandbox.url(), &*sandbox.settings.tenant_id);
/// # let (email, password) = (&*sandbox.settings.email, &*sandbox.settings.password);
/// let client = MedReaderClient::builder()
///     .tenant(tenant)
///     .credentials(email, password)
///     .base_url(url) // without it: the vendor's
///     .build()?;
/// let folder = client.folders().create("Pacientes Exemplo").send().await?;
/// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
/// let upload = client.prescriptions().upload(&folder.id, file).send().await?;
/// # let _ = upload;
/// # Ok::<(), medreader_client::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct MedReaderClient {
    engine: Engine,
}

impl MedReaderClient {
    /// Starts a client.
    ///
    /// ```
    /// use medreader_client::MedReaderClient;
    ///
    /// let client = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    ///     .build()?;
    /// # Ok::<(), medreader_client::Error>(())
    /// ```
    pub fn builder() -> MedReaderClientBuilder {
        MedReaderClientBuilder {
            base_url: BASE_URL.to_owned(),
            http: HttpOptions::default(),
            tenant: None,
            credentials: None,
            email: None,
            store: None,
        }
    }

    /// Makes sure of a session, to find out early that the credentials are good, and gives the user. Every other call
    /// makes sure by itself.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let user = client.open_session().send().await?;
    /// assert!(user.name.is_some());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn open_session(&self) -> OpenSession {
        OpenSession::new(self.engine.clone())
    }

    /// The tenant's folders: create one, look at one.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").send().await?;
    /// assert_eq!(folder.folder_name.as_deref(), Some("pacientes-exemplo"));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn folders(&self) -> Folders {
        Folders::new(self.engine.clone())
    }

    /// The tenant's prescriptions: upload one, read its result, wait for it.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// let list = client.prescriptions().results(&folder).send().await?;
    /// assert_eq!(list.readable().count(), 0);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn prescriptions(&self) -> Prescriptions {
        Prescriptions::new(self.engine.clone())
    }

    /// The tenant's settings: storage and webhook.
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
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        Configuration::new(self.engine.clone())
    }

    /// Calls an endpoint that this crate does not model, with the client's tenant, session, retries and privacy. The path is
    /// a template: what varies in it goes in by [`Request::path`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap();
    /// use http::Method;
    ///
    /// let answer = client
    ///     .request(Method::GET, "/api/v1/folders/{folder-id}")
    ///     .path("folder-id", folder.id.as_str())
    ///     .send()
    ///     .await?;
    /// let folder: serde_json::Value = answer.json()?;
    /// assert_eq!(folder["folder_name"], "pacientes-exemplo");
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "medreader.request", method, path)
    }
}

/// Builds a [`MedReaderClient`].
#[must_use]
pub struct MedReaderClientBuilder {
    base_url: String,
    http: HttpOptions,
    tenant: Option<String>,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    email: Option<Secret>,
    store: Option<Arc<dyn Store>>,
}

common_http::safe_debug!(MedReaderClientBuilder { http });

impl MedReaderClientBuilder {
    /// Sets the tenant's id, which goes with every call as `X-Tenant-ID`. Needed.
    ///
    /// ```
    /// # use medreader_client::MedReaderClient;
    /// let builder = MedReaderClient::builder().tenant("00000000-0000-4000-8000-00000000000f");
    /// # let _ = builder;
    /// let error = MedReaderClient::builder().build().unwrap_err();
    /// assert_eq!(error.kind(), medreader_client::ErrorKind::Config);
    /// ```
    pub fn tenant(mut self, id: impl Into<String>) -> Self {
        self.tenant = Some(id.into());
        self
    }

    /// Sets e-mail and password. Credentials are needed, these or a provider's.
    ///
    /// ```
    /// # use medreader_client::MedReaderClient;
    /// let client = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    ///     .build()?;
    /// # Ok::<(), medreader_client::Error>(())
    /// ```
    pub fn credentials(mut self, email: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        let credentials = Credentials::new(email, password);
        self.email = Some(credentials.email.clone());
        self.credentials = Some(Arc::new(credentials));
        self
    }

    /// Takes the credentials from a provider, each time that a login needs them. `name` tells this user's saved sessions
    /// from others' in a [`Store`].
    ///
    /// ```
    /// # use medreader_client::{Credentials, MedReaderClient};
    /// # let vault = Credentials::new("user@clinic.example", "EXAMPLE-PASSWORD");
    /// let client = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials_from("intake", vault)
    ///     .build()?;
    /// # Ok::<(), medreader_client::Error>(())
    /// ```
    pub fn credentials_from(
        mut self,
        name: impl Into<Secret>,
        provider: impl CredentialsProvider,
    ) -> Self {
        self.email = Some(name.into());
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Sets the base URL; default [`BASE_URL`]. A path in it stays in front of every call's path.
    ///
    /// ```
    /// # use medreader_client::MedReaderClient;
    /// let client = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    ///     .base_url("http://127.0.0.1:8080/medreader")
    ///     .build()?;
    /// # Ok::<(), medreader_client::Error>(())
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the HTTP side: timeouts, retries, certificates, proxy, limits.
    ///
    /// ```
    /// # use medreader_client::MedReaderClient;
    /// use std::time::Duration;
    /// use medreader_client::{HttpOptions, RetryPolicy};
    ///
    /// let http = HttpOptions::default()
    ///     .connect_timeout(Duration::from_secs(5))
    ///     .retry(RetryPolicy::default().max_attempts(6));
    /// let client = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    ///     .http(http)
    ///     .build()?;
    /// # Ok::<(), medreader_client::Error>(())
    /// ```
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Keeps sessions in this store, so that several runs or processes share one. Default: in the client's memory alone.
    ///
    /// ```
    /// # use medreader_client::MedReaderClient;
    /// use std::sync::Arc;
    /// use medreader_client::MemoryStore;
    ///
    /// let store = Arc::new(MemoryStore::default());
    /// let client = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    ///     .store(store)
    ///     .build()?;
    /// # Ok::<(), medreader_client::Error>(())
    /// ```
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// The client. No I/O is done and nothing is spawned.
    ///
    /// # Errors
    /// `config`: no tenant, or one that fits no header; no credentials; and see
    /// [`EngineBuilder::build`](common_http::EngineBuilder::build).
    ///
    /// ```
    /// # use medreader_client::MedReaderClient;
    /// let error = MedReaderClient::builder()
    ///     .tenant("EXAMPLE-TENANT")
    ///     .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    ///     .base_url("http://clinic.example")
    ///     .build()
    ///     .unwrap_err();
    /// assert_eq!(error.kind(), medreader_client::ErrorKind::Config); // plain http to a foreign host
    /// ```
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
            .map_err(|_| refused("the tenant's id fits no header"))?;
        header.set_sensitive(true);
        let mut engine = Engine::builder(&MEDREADER, self.base_url.clone())
            .http(self.http)
            .header(TENANT, header)
            .authenticator(Login { credentials });
        if let Some(store) = self.store {
            let email = self.email.as_ref().map_or("", Secret::expose);
            let key = StoreKey::of(&[MEDREADER.name(), &self.base_url, &tenant, email]);
            engine = engine.store(store, key);
        }
        Ok(MedReaderClient {
            engine: engine.build()?,
        })
    }
}
