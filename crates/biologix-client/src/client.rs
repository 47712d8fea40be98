//! The client and its builder.

use std::sync::Arc;
use std::time::Duration;

use common_http::{
    Engine, HttpOptions, RawRequest, Result, Secret, SessionKey, SessionStore, safe_debug,
};
use http::Method;

use crate::exams::ListExams;
use crate::ids::{ExamKey, PartnerId};
use crate::reports::Report;
use crate::sessions::{Credentials, CredentialsProvider, Login, OpenSession};
use crate::vendor::BIOLOGIX;

/// The vendor's own address (documented).
pub const BASE_URL: &str = "https://api.biologixsleep.com";

/// A Biologix account: its exams and their reports.
///
/// Cheap to clone; all clones share connections, session and retry budget. Every operation is a builder that sends
/// nothing before its `send`, `items` or `pages`.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use biologix_client::{BiologixClient, PartnerId};
///
/// # use biologix_client::sandbox::Sandbox;
/// # let sandbox = Sandbox::start().await.unwrap();
/// # let (username, password) = (sandbox.username(), sandbox.password());
/// # let (url, partner) = (sandbox.url(), sandbox.partner_id());
/// let client = BiologixClient::builder()
///     .credentials(username, password)
///     .base_url(url) // without it: the vendor's
///     .build()?;
/// let page = client.exams(&PartnerId::from(partner)).page_size(10).send().await?;
/// for exam in page.items.iter().filter_map(|listed| listed.exam()) {
///     println!("{} {:?}", exam.exam_id, exam.status);
/// }
/// # assert!(!page.items.is_empty());
/// # Ok::<(), common_http::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct BiologixClient {
    engine: Engine,
    page_spacing: Duration,
}

impl BiologixClient {
    /// Starts a client.
    pub fn builder() -> BiologixClientBuilder {
        BiologixClientBuilder {
            base_url: BASE_URL.to_owned(),
            http: HttpOptions::default(),
            credentials: None,
            username: None,
            store: None,
            renew_after: Duration::from_secs(6 * 24 * 60 * 60),
            page_spacing: Duration::from_secs(1),
        }
    }

    /// Makes sure of a session, to find out early that the credentials are good. Every other call does so by itself.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let session = client.open_session().send().await?;
    /// assert!(!session.user_id.is_empty());
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn open_session(&self) -> OpenSession {
        OpenSession::new(self.engine.clone())
    }

    /// Lists the exams of a sleep centre: one page, or all of them as a stream.
    ///
    /// See [`ListExams`] for examples.
    pub fn exams(&self, partner: &PartnerId) -> ListExams {
        ListExams::new(self.engine.clone(), partner.clone(), self.page_spacing)
    }

    /// Fetches the report PDF of an exam, without credentials.
    ///
    /// See [`Report::send`] for an example.
    pub fn report(&self, key: &ExamKey) -> Report {
        Report::new(self.engine.clone(), key.clone())
    }

    /// Calls an endpoint that this crate does not model, with the client's session, retries and privacy. The path is a
    /// template: what varies in it goes in by [`RawRequest::path`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id();
    /// use http::Method;
    ///
    /// let answer = client
    ///     .request(Method::GET, "/v2/partners/{partnerId}/exams")
    ///     .path("partnerId", partner)
    ///     .query("limit", "1")
    ///     .send()
    ///     .await?;
    /// let exams: Vec<serde_json::Value> = answer.json()?;
    /// assert_eq!(exams.len(), 1);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> RawRequest {
        RawRequest::new(&self.engine, "biologix.request", method, path)
    }
}

/// Builds a [`BiologixClient`].
#[must_use]
pub struct BiologixClientBuilder {
    base_url: String,
    http: HttpOptions,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    username: Option<Secret>,
    store: Option<Arc<dyn SessionStore>>,
    renew_after: Duration,
    page_spacing: Duration,
}

safe_debug!(BiologixClientBuilder {
    http,
    renew_after,
    page_spacing
});

impl BiologixClientBuilder {
    /// Sets user name and password. Without credentials only reports can be fetched.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// let client = BiologixClient::builder().credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD").build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn credentials(mut self, username: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        let credentials = Credentials::new(username, password);
        self.username = Some(credentials.username.clone());
        self.credentials = Some(Arc::new(credentials));
        self
    }

    /// Takes the credentials from a provider, each time that a login needs them. `name` tells this account's saved
    /// sessions from others' in a [`SessionStore`].
    ///
    /// ```
    /// # use biologix_client::{BiologixClient, Credentials};
    /// # let vault = Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
    /// let client = BiologixClient::builder().credentials_from("centre 1", vault).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn credentials_from(
        mut self,
        name: impl Into<Secret>,
        provider: impl CredentialsProvider,
    ) -> Self {
        self.username = Some(name.into());
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Sets the base URL; default [`BASE_URL`]. A path in it stays in front of every call's path.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// let client = BiologixClient::builder().base_url("http://127.0.0.1:8080/biologix").build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the HTTP side: timeouts, retries, certificates, proxy, limits.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// use std::time::Duration;
    /// use common_http::{HttpOptions, RetryPolicy};
    ///
    /// let http = HttpOptions::default()
    ///     .connect_timeout(Duration::from_secs(5))
    ///     // After a 429 that names no time; 60 s without this.
    ///     .retry(RetryPolicy::default().throttle_floor(Duration::from_secs(90)));
    /// let client = BiologixClient::builder().http(http).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Keeps sessions in this store, so that several runs or processes share one. Default: in the client's memory alone.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// use std::sync::Arc;
    /// use common_http::MemorySessionStore;
    ///
    /// let store = Arc::new(MemorySessionStore::default());
    /// let client = BiologixClient::builder()
    ///     .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
    ///     .session_store(store)
    ///     .build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn session_store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Renews a session this long after it was opened; default 6 days, since a token lasts 7 (documented) and programs in
    /// production renew after 6 (observed).
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// use std::time::Duration;
    ///
    /// let client = BiologixClient::builder().renew_after(Duration::from_secs(24 * 60 * 60)).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn renew_after(mut self, after: Duration) -> Self {
        self.renew_after = after;
        self
    }

    /// The pause between the pages of a listing once the vendor has throttled it; default 1 s (observed to be enough). It
    /// shrinks again as the vendor lets pages pass.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// use std::time::Duration;
    ///
    /// let client = BiologixClient::builder().page_spacing(Duration::from_secs(2)).build()?;
    /// # Ok::<(), common_http::Error>(())
    /// ```
    pub fn page_spacing(mut self, spacing: Duration) -> Self {
        self.page_spacing = spacing;
        self
    }

    /// The client. No I/O is done and nothing is spawned.
    ///
    /// # Errors
    /// `config`: see [`EngineBuilder::build`](common_http::EngineBuilder::build).
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// let error = BiologixClient::builder().base_url("http://clinic.example").build().unwrap_err();
    /// assert_eq!(error.kind(), common_http::ErrorKind::Config); // plain http to a foreign host
    /// ```
    pub fn build(self) -> Result<BiologixClient> {
        let mut engine = Engine::builder(&BIOLOGIX, self.base_url.clone()).http(self.http);
        if let Some(credentials) = self.credentials {
            engine = engine.authenticator(Login {
                credentials,
                renew_after: self.renew_after,
            });
        }
        if let Some(store) = self.store {
            let username = self.username.as_ref().map_or("", Secret::expose);
            let key = SessionKey::of(&[BIOLOGIX.name, &self.base_url, username]);
            engine = engine.session_store(store, key);
        }
        Ok(BiologixClient {
            engine: engine.build()?,
            page_spacing: self.page_spacing,
        })
    }
}
