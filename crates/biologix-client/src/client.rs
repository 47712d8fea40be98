//! The client and its builder.

use std::sync::Arc;
use std::time::Duration;

use common_http::{Engine, HttpOptions, Request, Result, Secret, Store, StoreKey, safe_debug};
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
/// # Ok::<(), biologix_client::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct BiologixClient {
    engine: Engine,
    page_spacing: Duration,
}

impl BiologixClient {
    /// Starts a client: with the vendor's own address, the default settings and no credentials.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// // Enough for reports, which need no login.
    /// let client = BiologixClient::builder().base_url("http://127.0.0.1:8080").build()?;
    /// # Ok::<(), biologix_client::Error>(())
    /// ```
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
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn open_session(&self) -> OpenSession {
        OpenSession::new(self.engine.clone())
    }

    /// Lists the exams of a sleep centre: one page, or all of them as a stream.
    ///
    /// See [`ListExams`] for the whole list.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use biologix_client::PartnerId;
    ///
    /// let centre = PartnerId::from("0000001DD");
    /// let page = client.exams(&centre).page_size(20).send().await?;
    /// println!("{} of {:?} exams", page.items.len(), page.total);
    /// # assert_eq!((page.items.len(), page.total), (20, Some(250)));
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn exams(&self, partner: &PartnerId) -> ListExams {
        ListExams::new(self.engine.clone(), partner.clone(), self.page_spacing)
    }

    /// Fetches the report PDF of an exam, without credentials (documented: it needs none).
    ///
    /// See [`Report::send`] for saving it to a file.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use biologix_client::ExamKey;
    ///
    /// # let done: serde_json::Value = sandbox.exam_ids().iter().find_map(|id| {
    /// #     sandbox.change_exam(id).ok()?;
    /// #     serde_json::from_str(&sandbox.exam_json(id)?).ok()
    /// # }).unwrap();
    /// # let saved = done["examKey"].as_str().unwrap();
    /// let key = ExamKey::from(saved); // as it was kept, or from `Exam::report_key`
    /// let pdf = client.report(&key).send().await?.bytes().await?;
    /// # assert!(pdf.starts_with(b"%PDF-"));
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn report(&self, key: &ExamKey) -> Report {
        Report::new(self.engine.clone(), key.clone())
    }

    /// Calls an endpoint that this crate does not model, with the client's session, retries and privacy. The path is a
    /// template: what varies in it goes in by [`Request::path`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id();
    /// use biologix_client::http::Method;
    ///
    /// let answer = client
    ///     .request(Method::GET, "/v2/partners/{partnerId}/exams")
    ///     .path("partnerId", partner)
    ///     .query("limit", "1")
    ///     .send()
    ///     .await?;
    /// let exams: Vec<serde_json::Value> = answer.json()?;
    /// assert_eq!(exams.len(), 1);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "biologix.request", method, path)
    }
}

/// Builds a [`BiologixClient`].
#[must_use]
pub struct BiologixClientBuilder {
    base_url: String,
    http: HttpOptions,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    username: Option<Secret>,
    store: Option<Arc<dyn Store>>,
    renew_after: Duration,
    page_spacing: Duration,
}

safe_debug!(BiologixClientBuilder {
    http,
    renew_after,
    page_spacing
});

impl BiologixClientBuilder {
    /// Sets user name and password, as Biologix gave them; they are sent as they are. Without credentials only reports can
    /// be fetched.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let url = sandbox.url();
    /// # use biologix_client::BiologixClient;
    /// let client = BiologixClient::builder()
    ///     .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
    ///     .base_url(url)
    ///     .build()?;
    /// client.open_session().send().await?;
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn credentials(mut self, username: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        let credentials = Credentials::new(username, password);
        self.username = Some(credentials.username.clone());
        self.credentials = Some(Arc::new(credentials));
        self
    }

    /// Takes the credentials from a provider, each time that a login needs them. `name` tells this account's saved
    /// sessions from others' in a [`Store`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let url = sandbox.url();
    /// # use biologix_client::{BiologixClient, Credentials};
    /// # let vault = Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
    /// // `vault` is a `CredentialsProvider`: asked at each login, so that a changed password is taken up.
    /// let client =
    ///     BiologixClient::builder().credentials_from("centre 1", vault).base_url(url).build()?;
    /// client.open_session().send().await?;
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
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
    /// // Behind a gateway of the clinic's own that forwards `/biologix`.
    /// let client = BiologixClient::builder().base_url("http://127.0.0.1:8080/biologix").build()?;
    /// # Ok::<(), biologix_client::Error>(())
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
    /// use biologix_client::{HttpOptions, RetryPolicy};
    ///
    /// # let url = "http://127.0.0.1:8080";
    /// let http = HttpOptions::default()
    ///     .connect_timeout(Duration::from_secs(5))
    ///     // After a 429 that names no time; 60 s without this.
    ///     .retry(RetryPolicy::default().throttle_floor(Duration::from_secs(90)));
    /// let client = BiologixClient::builder().base_url(url).http(http).build()?;
    /// # Ok::<(), biologix_client::Error>(())
    /// ```
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Keeps sessions in this store, so that several runs or processes share one. Default: in the client's memory alone.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let url = sandbox.url();
    /// # use biologix_client::BiologixClient;
    /// use std::sync::Arc;
    /// use biologix_client::MemoryStore;
    ///
    /// let store: Arc<MemoryStore> = Arc::default();
    /// for run in 1..=3 {
    ///     let client = BiologixClient::builder().base_url(url).store(store.clone());
    ///     let client = client.credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD").build()?;
    ///     client.open_session().send().await?; // one login for the three of them
    /// }
    /// # assert_eq!(sandbox.sessions_opened(), 1);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
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
    /// # let url = "http://127.0.0.1:8080";
    /// // Each day: the login is then known to work long before the old token ends.
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let client = BiologixClient::builder().base_url(url).renew_after(day).build()?;
    /// # Ok::<(), biologix_client::Error>(())
    /// ```
    pub fn renew_after(mut self, after: Duration) -> Self {
        self.renew_after = after;
        self
    }

    /// Sets the pause between the pages of a listing once the vendor has throttled it; default 1 s (observed to be enough).
    /// It shrinks again as the vendor lets pages pass.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// use std::time::Duration;
    ///
    /// # let url = "http://127.0.0.1:8080";
    /// // Several programs share the account: leave room for the others.
    /// let spacing = Duration::from_secs(2);
    /// let client = BiologixClient::builder().base_url(url).page_spacing(spacing).build()?;
    /// # Ok::<(), biologix_client::Error>(())
    /// ```
    pub fn page_spacing(mut self, spacing: Duration) -> Self {
        self.page_spacing = spacing;
        self
    }

    /// The client. No I/O is done and nothing is spawned.
    ///
    /// ```
    /// # use biologix_client::BiologixClient;
    /// let error = BiologixClient::builder().base_url("http://clinic.example").build().unwrap_err();
    /// assert_eq!(error.kind(), biologix_client::ErrorKind::Config); // plain http to a foreign host
    /// ```
    ///
    /// # Errors
    /// `config`: the base URL is none or is not allowed (plain http to another machine, user info, a query, a fragment);
    /// it is https and no TLS is built in; the user agent fits no header; a certificate or the proxy cannot be read.
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
            let key = StoreKey::of(&[BIOLOGIX.name(), &self.base_url, username]);
            engine = engine.store(store, key);
        }
        Ok(BiologixClient {
            engine: engine.build()?,
            page_spacing: self.page_spacing,
        })
    }
}
