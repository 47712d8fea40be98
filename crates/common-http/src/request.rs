//! One call, from its operation and arguments to what goes over the wire. No I/O before it is sent.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Serialize;
use url::Url;

use crate::answer::Answer;
use crate::body::Body;
use crate::call::Call;
use crate::download::Download;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::ForeignUrl;
use crate::multipart::Multipart;
use crate::operation::{Operation, fill, join, percent_encode};
use crate::options::CallOptions;

/// A call being put together. What is wrong with it shows when it is sent, before anything leaves.
#[must_use = "nothing is sent before `send` or `download`"]
pub struct Request {
    engine: Engine,
    operation: Operation,
    path: Vec<(&'static str, String)>,
    query: String,
    headers: HeaderMap,
    body: Body,
    options: CallOptions,
    error: Option<Error>,
    foreign: Option<ForeignUrl>,
}

impl Request {
    pub(crate) fn new(engine: Engine, operation: Operation) -> Self {
        Self {
            engine,
            operation,
            path: Vec::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            options: CallOptions::default(),
            error: None,
            foreign: None,
        }
    }

    pub(crate) fn to_foreign(engine: Engine, operation: Operation, url: ForeignUrl) -> Self {
        Self {
            foreign: Some(url),
            ..Self::new(engine, operation)
        }
    }

    /// Gives a `{name}` of the path template its value: percent-encoded once; empty, `.`, `..` and control characters are
    /// refused.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{ErrorKind, example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| FakeAnswer::json(format!("{:?}", request.target)))?;
    /// let answer = engine.request(&GET).path("id", "a/b c").send().await?;
    /// # assert_eq!(answer.body(), "\"/things/a%2Fb%20c\"");
    /// // What would leave its place in the path is refused before anything is sent.
    /// let error = engine.request(&GET).path("id", "..").send().await.unwrap_err();
    /// assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// Adds a query parameter, percent-encoded.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| FakeAnswer::json(format!("{:?}", request.target)))?;
    /// let request = engine.request(&GET).path("id", "0000001");
    /// let answer = request.query("offset", 200.to_string()).query("name", "a & b").send().await?;
    /// # assert_eq!(answer.body(), "\"/things/0000001?offset=200&name=a%20%26%20b\"");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(&percent_encode(name));
        self.query.push('=');
        self.query.push_str(&percent_encode(value.as_ref()));
        self
    }

    /// Sets a header. `Content-Length`, `Transfer-Encoding` and `Host` are the engine's, and so is `Authorization` unless
    /// the operation is sent without credentials: they are refused.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| {
    /// #     FakeAnswer::json(format!("{:?}", request.headers["x-tenant-id"]))
    /// # })?;
    /// use http::HeaderName;
    ///
    /// let request = engine.request(&GET).path("id", "0000001");
    /// let answer = request.header(HeaderName::from_static("x-tenant-id"), "EXAMPLE").send().await?;
    /// # assert_eq!(answer.body(), "\"EXAMPLE\"");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn header(mut self, name: HeaderName, value: impl AsRef<[u8]>) -> Self {
        match HeaderValue::from_bytes(value.as_ref()) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(_) => self.refuse(Error::argument("header", "fits no header")),
        }
        self
    }

    /// Sets the `Accept` header; `application/json` without it.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::FILE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| {
    /// #     FakeAnswer::json(format!("{:?}", request.headers["accept"]))
    /// # })?;
    /// let request = engine.request(&FILE).path("id", "0000001").accept("application/pdf");
    /// # assert_eq!(request.send().await?.body(), "\"application/pdf\"");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn accept(self, media_type: &'static str) -> Self {
        self.header(ACCEPT, media_type)
    }

    /// Sends this value as JSON.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{Engine, HttpOptions, Operation, example};
    /// # use common_http::transport::{FakeAnswer, FakeTransport};
    /// # let network = FakeTransport::new(|_| FakeAnswer::status(201));
    /// # let http = HttpOptions::default().transport(std::sync::Arc::clone(&network) as _);
    /// # let engine = Engine::builder(&example::VENDOR, "http://127.0.0.1:8080").http(http).build()?;
    /// # static CREATE: Operation = Operation::post("example.create", "/things").public();
    /// #[derive(serde::Serialize)]
    /// struct New<'a> {
    ///     name: &'a str,
    /// }
    ///
    /// engine.request(&CREATE).json(&New { name: "EXAMPLE" }).send().await?;
    /// # assert_eq!(network.requests()[0].body, r#"{"name":"EXAMPLE"}"#);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.body(Body::from(json), "application/json"),
            Err(_) => {
                self.refuse(Error::argument("body", "cannot be written as JSON"));
                self
            }
        }
    }

    /// Sends this body with this `Content-Type`.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(201))?;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let file = folder.path().join("report.pdf");
    /// # std::fs::write(&file, "%PDF-1.7").unwrap();
    /// use common_http::Body;
    ///
    /// // Streamed from the disk, and opened anew should it have to be sent again.
    /// let report = Body::from_path(file).await?;
    /// engine.request(&CREATE).body(report, "application/pdf").send().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn body(mut self, body: Body, content_type: &'static str) -> Self {
        self.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sends this body without a `Content-Type`.
    ///
    /// ```
    /// # async fn example(request: common_http::Request) -> common_http::Result<()> {
    /// request.raw_body("%PDF-1.7 ...".into()).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn raw_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sends this form.
    ///
    /// ```
    /// # async fn example(request: common_http::Request) -> common_http::Result<()> {
    /// request.multipart(common_http::Multipart::new().text("a", "b")).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn multipart(mut self, form: Multipart) -> Self {
        let (content_type, body) = form.into_body();
        self.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{CallOptions, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}"))?;
    /// # use std::time::Duration;
    /// let urgent = CallOptions::default().deadline(Duration::from_secs(5));
    /// engine.request(&GET).path("id", "0000001").options(urgent).send().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends it and reads the whole answer into memory. A cancelled call sends nothing further; what had left may have had
    /// its effect.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| {
    /// #     FakeAnswer::status(409).chunk(std::time::Duration::ZERO, r#"{"error":"name_taken"}"#)
    /// # })?;
    /// match engine.request(&CREATE).send().await {
    ///     Ok(answer) => println!("{} bytes", answer.body().len()),
    ///     Err(error) if error.code() == Some("name_taken") => println!("it is there already"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind); `local_io` only where the body is a file that cannot be read.
    pub async fn send(self) -> Result<Answer> {
        let engine = self.engine.clone();
        let prepared = self.prepare()?;
        Call::start(engine, prepared).answer().await
    }

    /// Sends it and gives the answer as a stream, after `check` has accepted its first 1,024 bytes.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{ErrorKind, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| {
    /// #     FakeAnswer::status(200).chunk(Duration::ZERO, "<html>EXAMPLE</html>")
    /// # })?;
    /// use common_http::looks_like_pdf;
    ///
    /// let request = engine.request(&FILE).path("id", "0000001");
    /// // A page that asks for a login, where a report should be: an error, and no file.
    /// let error = request.download(Some(looks_like_pdf)).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Decode);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind); `decode` where `check` did not accept.
    pub async fn download(self, check: Option<fn(&[u8]) -> bool>) -> Result<Download> {
        let engine = self.engine.clone();
        let prepared = self.prepare()?;
        Download::open(Call::start(engine, prepared), check).await
    }

    /// What would go over the wire, but for the credentials.
    ///
    /// # Errors
    /// `invalid_input` for an argument that is refused.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        let id = self.operation.id();
        self.checked()
            .map_err(|error| error.into_builder().operation(id).build())
    }

    fn checked(self) -> Result<Prepared> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let is_foreign = self.foreign.is_some();
        let (url, mut headers) = match self.foreign {
            Some(url) => (url.expose().clone(), HeaderMap::new()),
            None => {
                let path = fill(self.operation.path(), &self.path)?;
                let mut url = join(self.engine.base(), &path)?;
                if !self.query.is_empty() {
                    url.set_query(Some(&self.query));
                }
                (url, self.engine.headers().clone())
            }
        };
        let uri = Uri::try_from(url.as_str())
            .map_err(|_| Error::local(ErrorKind::InvalidInput, "the URL fits no request"))?;
        let own = [CONTENT_LENGTH, TRANSFER_ENCODING, HOST];
        if own.iter().any(|name| self.headers.contains_key(name))
            || (self.headers.contains_key(AUTHORIZATION) && !self.operation.is_public())
        {
            return Err(Error::argument("header", "is one that the engine sets"));
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.extend(self.headers);
        let carries_body = matches!(
            *self.operation.method(),
            Method::POST | Method::PUT | Method::PATCH
        );
        match self.body.len() {
            // reqwest leaves it out when it is zero, and some servers then answer 411.
            Some(length) if carries_body || length > 0 => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            _ => {}
        }
        Ok(Prepared {
            operation: self.operation,
            url,
            uri,
            headers,
            body: self.body,
            options: self.options,
            is_foreign,
        })
    }

    fn refuse(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

/// A call as it goes over the wire, but for the credentials.
#[doc(hidden)]
pub struct Prepared {
    pub(crate) operation: Operation,
    pub(crate) url: Url,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) options: CallOptions,
    pub(crate) is_foreign: bool,
}

impl Prepared {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }
}

/// A call to an endpoint that the crate did not model, with the client's session, retries and privacy.
///
/// Made by a client's `request`. A GET, HEAD or OPTIONS counts as safe, a PUT or DELETE as idempotent, everything else as
/// effectful: [`CallOptions::effect`] says otherwise.
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest(Request);

impl RawRequest {
    /// A raw request of this method to this path template.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}"))?;
    /// use common_http::RawRequest;
    /// use http::Method;
    ///
    /// // The id is what logs, errors and metrics call it.
    /// let request = RawRequest::new(&engine, "example.request", Method::GET, "/things/{id}/parts");
    /// let answer = request.path("id", "0000001").send().await?;
    /// # assert_eq!(answer.status(), 200);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn new(engine: &Engine, id: &'static str, method: Method, path: &'static str) -> Self {
        let mut request = engine.request(&Operation::new(id, method, path));
        if !path.starts_with('/') || path.contains(['?', '#']) {
            request.refuse(Error::argument(
                "path",
                "must start with a slash and have no query or fragment",
            ));
        }
        Self(request)
    }

    /// Gives a `{name}` of the path its value: percent-encoded once; empty, `.`, `..` and control characters are refused.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| FakeAnswer::json(format!("{:?}", request.target)))?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::GET, "/things/{id}");
    /// // Not `format!`: logs show the template, so the id must not be in it.
    /// let answer = request.path("id", "a/b").send().await?;
    /// # assert_eq!(answer.body(), "\"/things/a%2Fb\"");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn path(self, name: &'static str, value: impl Into<String>) -> Self {
        Self(self.0.path(name, value))
    }

    /// Adds a query parameter, percent-encoded.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| FakeAnswer::json(format!("{:?}", request.target)))?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::GET, "/things");
    /// let answer = request.query("since", "2030-01-02T03:04:05+00:00").send().await?;
    /// # assert_eq!(answer.body(), "\"/things?since=2030-01-02T03%3A04%3A05%2B00%3A00\"");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn query(self, name: &str, value: impl AsRef<str>) -> Self {
        Self(self.0.query(name, value))
    }

    /// Sets a header; those of the engine are refused: see [`Request::header`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| {
    /// #     FakeAnswer::json(format!("{:?}", request.headers["accept-language"]))
    /// # })?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::GET, "/things");
    /// let answer = request.header(http::header::ACCEPT_LANGUAGE, "pt-BR").send().await?;
    /// # assert_eq!(answer.body(), "\"pt-BR\"");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn header(self, name: HeaderName, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value))
    }

    /// Sends this value as JSON.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(204))?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::PATCH, "/things/0000001");
    /// let answer = request.json(&serde_json::json!({ "archived": true })).send().await?;
    /// assert_eq!(answer.status(), 204);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(value))
    }

    /// Sends this body with this `Content-Type`.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(204))?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::PUT, "/notes/0000001");
    /// use common_http::Body;
    ///
    /// request.body(Body::from("texto de exemplo"), "text/plain").send().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn body(self, body: Body, content_type: &'static str) -> Self {
        Self(self.0.body(body, content_type))
    }

    /// Sends it without credentials.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| {
    /// #     assert!(!request.headers.contains_key("authorization"));
    /// #     FakeAnswer::json("{}")
    /// # })?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::GET, "/status");
    /// // Is the vendor there? That needs no session.
    /// request.public().send().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn public(mut self) -> Self {
        self.0.operation = self.0.operation.public();
        self
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("[]"))?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::POST, "/search");
    /// use common_http::{CallOptions, Effect};
    ///
    /// // A POST that only reads may be repeated.
    /// request.options(CallOptions::default().effect(Effect::Safe)).send().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(self, options: CallOptions) -> Self {
        Self(self.0.options(options))
    }

    /// Sends it and reads the whole answer into memory. A cancelled call sends nothing further; what had left may have had
    /// its effect.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json(r#"{"new":[1,2]}"#))?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::GET, "/new");
    /// let anything: serde_json::Value = request.send().await?.json()?;
    /// # assert_eq!(anything["new"][1], 2);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind); `invalid_input`, before anything is sent, also where the path does not start
    /// with a slash, or has a query or a fragment.
    pub async fn send(self) -> Result<Answer> {
        self.0.send().await
    }

    /// Sends it and gives the answer as a stream, unchecked. A cancelled call sends nothing further; what had left may have
    /// had its effect.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::{RawRequest, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| {
    /// #     FakeAnswer::status(200).chunk(std::time::Duration::ZERO, "EXAMPLE")
    /// # })?;
    /// # let request = RawRequest::new(&engine, "example.request", http::Method::GET, "/files/0000001.edf");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let file = folder.path().join("signals.edf");
    /// // A recording of any size: it goes to the disk as it comes.
    /// request.download().await?.save_to(&file).await?;
    /// # assert!(file.exists());
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind); `invalid_input`, before anything is sent, also where the path does not start
    /// with a slash, or has a query or a fragment.
    pub async fn download(self) -> Result<Download> {
        self.0.download(None).await
    }
}

crate::safe_debug!(Request { operation, options });
crate::safe_debug!(Prepared { operation });
crate::safe_debug!(RawRequest {});
