//! The client and its builder.

use std::sync::Arc;

use common_http::{
    Body, Engine, Error, ErrorKind, HttpOptions, Request, Result, Secret, safe_debug,
};
use http::Method;

use crate::attendances::{AttendanceBody, SendAttendance};
use crate::ids::ExecutionId;
use crate::reports::UploadReport;
use crate::sessions::{Key, KeyProvider, KeySource};
use crate::vendor::GENSOFT;

/// A Gensoft installation: attendances and laudos are pushed to it.
///
/// Cheap to clone; all clones share connections and retry budget. Every operation is a builder that sends nothing before
/// its `send`.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
/// # let (key, url) = (sandbox.api_key(), sandbox.url());
/// use gensoft_client::GensoftClient;
/// use gensoft_client::attendances::AttendanceBody;
///
/// let client = GensoftClient::builder().api_key(key).base_url(url).build()?;
/// let attendance = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
/// let reply = client.send_attendance(attendance).send().await?;
/// assert!(reply.status().is_success());
/// # Ok::<(), gensoft_client::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct GensoftClient {
    engine: Engine,
}

impl GensoftClient {
    /// Starts a client. The base URL and a key are needed.
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// let client = GensoftClient::builder().api_key("EXAMPLE-KEY").base_url("http://127.0.0.1:8000").build()?;
    /// # Ok::<(), gensoft_client::Error>(())
    /// ```
    pub fn builder() -> GensoftClientBuilder {
        GensoftClientBuilder {
            base_url: String::new(),
            http: HttpOptions::default(),
            key: None,
            prefix: None,
        }
    }

    /// Sends an attendance: created, changed, cancelled or blocked, as its body says.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use gensoft_client::attendances::AttendanceBody;
    ///
    /// // In the layout that Gensoft's support gave; these fields are invented.
    /// let order = serde_json::json!({ "numero": "EXEMPLO-1", "exames": ["EXEMPLO"] });
    /// client.send_attendance(AttendanceBody::of(&order)).send().await?;
    /// # assert_eq!(sandbox.attendances()[0].json, order);
    /// # Ok::<(), gensoft_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn send_attendance(&self, body: impl Into<AttendanceBody>) -> SendAttendance {
        SendAttendance::new(self.engine.clone(), body.into())
    }

    /// Uploads the laudo of an execution, a PDF, in place of the one before.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("laudo.pdf");
    /// # std::fs::write(&path, "%PDF-1.7 ...").unwrap();
    /// use gensoft_client::{Body, ExecutionId};
    ///
    /// let execution = ExecutionId::from(10);
    /// client.upload_report(&execution, Body::from_path(path).await?).send().await?;
    /// # assert_eq!(sandbox.report_versions("10").len(), 1);
    /// # Ok::<(), gensoft_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn upload_report(&self, execution: &ExecutionId, pdf: Body) -> UploadReport {
        UploadReport::new(self.engine.clone(), execution.clone(), pdf)
    }

    /// Calls an endpoint that this crate does not model, with the client's key, retries and privacy. The path is a template:
    /// what varies in it goes in by [`Request::path`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use gensoft_client::http::Method;
    ///
    /// let request = client.request(Method::GET, "/api/v1/results/{id}").path("id", "10");
    /// let error = request.send().await.unwrap_err(); // the sandbox knows no more than the document
    /// assert_eq!(error.kind(), gensoft_client::ErrorKind::NotFound);
    /// # });
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "gensoft.request", method, path)
    }
}

/// Builds a [`GensoftClient`].
#[must_use]
pub struct GensoftClientBuilder {
    base_url: String,
    http: HttpOptions,
    key: Option<KeySource>,
    prefix: Option<String>,
}

safe_debug!(GensoftClientBuilder { http });

impl GensoftClientBuilder {
    /// Sets the API key, which Gensoft's support gives.
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// let builder = GensoftClient::builder().api_key("EXAMPLE-KEY");
    /// # let _ = builder;
    /// ```
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(KeySource::Fixed(key.into()));
        self
    }

    /// Takes the API key from a provider: at the first call, and again when the key is refused (401) and older than a minute.
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// let vault = gensoft_client::Secret::from("EXAMPLE-KEY"); // itself a provider
    /// let builder = GensoftClient::builder().api_key_from(vault);
    /// # let _ = builder;
    /// ```
    pub fn api_key_from(mut self, provider: impl KeyProvider) -> Self {
        self.key = Some(KeySource::Provided(Arc::new(provider)));
        self
    }

    /// Puts a scheme word before the key, as in `Authorization: ApiKey ...`. Default none: the document's examples send the
    /// bare key, and one of its lines can be read either way.
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// let builder = GensoftClient::builder().api_key("EXAMPLE-KEY").auth_prefix("ApiKey");
    /// # let _ = builder;
    /// ```
    pub fn auth_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets the base URL, which is needed: the document has a placeholder. It shows plain http, which is refused for hosts other
    /// than this machine unless [`HttpOptions::allow_plain_http`] says so.
    ///
    /// Without the `/api/v1/` that the document's addresses go on with: the calls put it behind this URL themselves, and in
    /// both it would be there twice (a 404).
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// let builder = GensoftClient::builder().base_url("http://127.0.0.1:8000");
    /// # let _ = builder;
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the HTTP side: timeouts, retries, certificates, proxy, limits.
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// use gensoft_client::HttpOptions;
    ///
    /// let builder = GensoftClient::builder().http(HttpOptions::default().allow_plain_http(true));
    /// # let _ = builder;
    /// ```
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// The client. No I/O is done and nothing is spawned.
    ///
    /// # Errors
    /// `config`: there is no key; the key or the word before it is empty or fits no header (a provider's key is looked at when
    /// it comes); the base URL is none or is not allowed (plain http to another machine, user info, a query, a fragment);
    /// it is https and no TLS is built in; the user agent fits no header; a certificate or the proxy cannot be read.
    ///
    /// ```
    /// # use gensoft_client::GensoftClient;
    /// let builder = GensoftClient::builder().api_key("EXAMPLE-KEY");
    /// let error = builder.base_url("http://laboratory.example").build().unwrap_err();
    /// assert_eq!(error.kind(), gensoft_client::ErrorKind::Config); // plain http to a foreign host
    /// ```
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
