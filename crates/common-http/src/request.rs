//! From an operation and its arguments to a request: pure, so that every endpoint has a test without I/O.

use std::pin::Pin;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::answer::Answer;
use crate::body::Body;
use crate::call::Call;
use crate::data::recorded::Recorded;
use crate::download::Download;
use crate::engine::{Engine, Run};
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::ForeignUrl;
use crate::multipart::Multipart;
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::path::{fill, join, percent_encode};
use crate::prepared::Prepared;

/// A request that is being built. Awaiting it sends it and gives the whole [`Answer`].
///
/// Wrong arguments do not fail while the request is built: the first one is the error of sending it, and
/// then nothing is sent. A vendor's client gives one for endpoints that it does not model:
///
/// ```
/// # common_http::example::story(async |engine| {
/// use common_http::Request;
/// use http::Method;
///
/// let request = Request::unmodelled(&engine, "example.request", Method::GET, "/things/{id}");
/// let answer = request.path("id", "0000001").query("fields", "all").await?;
/// assert_eq!(answer.json::<serde_json::Value>()?["id"], "0000001");
/// # Ok(()) });
/// ```
///
/// Dropping the future sends nothing further; what had left may have had its effect.
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct Request {
    engine: Engine,
    operation: Operation,
    path: Vec<(&'static str, String)>,
    query: String,
    headers: HeaderMap,
    body: Body,
    options: CallOptions,
    invalid: Option<Error>,
    foreign: Option<ForeignUrl>,
}

crate::safe_debug!(Request { operation, options });

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
            invalid: None,
            foreign: None,
        }
    }

    pub(crate) fn to_foreign(engine: Engine, operation: Operation, url: ForeignUrl) -> Self {
        Self {
            foreign: Some(url),
            ..Self::new(engine, operation)
        }
    }

    /// A request to an endpoint that is not modelled. `id` names it in logs and errors.
    ///
    /// What a repetition does is taken from the method (GET is safe, PUT and DELETE idempotent, others
    /// effectful); [`CallOptions::effect`] says otherwise for one call.
    pub fn unmodelled(
        engine: &Engine,
        id: &'static str,
        method: Method,
        path: &'static str,
    ) -> Self {
        let request = engine.request(&Operation::new(id, method, path));
        if path.starts_with('/') && !path.contains(['?', '#']) {
            return request;
        }
        request.invalid(Error::argument(
            "path",
            "must start with a slash and have no query or fragment",
        ))
    }

    /// Fills an argument of the path template. It is checked and percent-encoded once.
    pub fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(&percent_encode(name));
        self.query.push('=');
        self.query.push_str(&percent_encode(value.as_ref()));
        self
    }

    /// Sets a header. `Content-Length`, `Host` and, unless the call is public, `Authorization` are the
    /// engine's.
    pub fn header(mut self, name: HeaderName, value: impl AsRef<[u8]>) -> Self {
        match HeaderValue::from_bytes(value.as_ref()) {
            Ok(value) => {
                self.headers.insert(name, value);
                self
            }
            Err(_) => self.invalid(Error::argument("header", "is not a valid header value")),
        }
    }

    /// Sets which media type is wanted (default `application/json`).
    pub fn accept(self, media_type: &'static str) -> Self {
        self.header(ACCEPT, media_type)
    }

    /// Sends this value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.body(Body::from(json), "application/json"),
            Err(_) => self.invalid(Error::argument("body", "cannot be written as JSON")),
        }
    }

    /// Sends this body with its media type.
    pub fn body(mut self, body: Body, content_type: &'static str) -> Self {
        self.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sends this body without a `Content-Type`.
    pub fn raw_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sends this form as `multipart/form-data`.
    pub fn multipart(mut self, form: Multipart) -> Self {
        let (content_type, body) = form.into_body();
        self.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sends it without credentials.
    pub fn public(mut self) -> Self {
        self.operation = self.operation.public();
        self
    }

    /// Sets options of this call: deadline, attempts, size limits, progress.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.set_options(options);
        self
    }

    pub(crate) fn set_options(&mut self, options: CallOptions) {
        self.options = options;
    }

    pub(crate) fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Refuses the request locally: sending it fails with this error, the operation added. The first
    /// refusal counts.
    pub fn invalid(mut self, error: Error) -> Self {
        self.invalid.get_or_insert(error);
        self
    }

    /// Ends the building: a call whose answer is read as `T`, with its text kept.
    pub fn recorded<T: DeserializeOwned + 'static>(self) -> Call<Recorded<T>> {
        self.reads(|answer| answer.recorded())
    }

    /// Ends the building: a call whose whole answer is read by this function.
    ///
    /// ```
    /// # common_http::example::story(async |engine| {
    /// use common_http::{Call, Engine, Operation, looks_like_pdf};
    ///
    /// static COUNT: Operation = Operation::get("example.things.count", "/count");
    /// static FILE: Operation = Operation::get("example.files.get", "/file").public().transfer();
    ///
    /// fn size(engine: &Engine) -> Call<usize> {
    ///     engine.request(&COUNT).reads(|answer| Ok(answer.body().len()))
    /// }
    ///
    /// assert_eq!(size(&engine).await?, r#"{"id":"0000001"}"#.len());
    /// let any = engine.request(&FILE).download().await?;
    /// let pdf = engine.request(&FILE).downloads(Some(looks_like_pdf)).await;
    /// assert!(pdf.is_err(), "it is JSON");
    /// # let _ = any; Ok(()) });
    /// ```
    pub fn reads<T>(
        self,
        read: impl FnOnce(Answer) -> Result<T> + Send + Sync + 'static,
    ) -> Call<T> {
        self.settles(|ended| read(ended?))
    }

    /// Ends the building: a call whose end, an answer or an error, is judged by this function.
    ///
    /// For errors that need the vendor's explanation, or that mean success.
    ///
    /// ```
    /// # common_http::example::story(async |engine| {
    /// use common_http::{Call, Engine, ErrorKind, Operation};
    ///
    /// static DELETE: Operation = Operation::delete("example.things.delete", "/things/{id}");
    ///
    /// /// A thing that is not there need not be deleted.
    /// fn delete(engine: &Engine, id: &str) -> Call<()> {
    ///     engine.request(&DELETE).path("id", id).settles(|ended| match ended {
    ///         Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
    ///         Ok(_) | Err(_) => Ok(()),
    ///     })
    /// }
    ///
    /// delete(&engine, "0000001").await?;
    /// # Ok(()) });
    /// ```
    pub fn settles<T>(
        self,
        judge: impl FnOnce(Result<Answer>) -> Result<T> + Send + Sync + 'static,
    ) -> Call<T> {
        Call::answer(self, judge)
    }

    /// Ends the building: a call whose answer is streamed. `check` sees its first KiB, and if it says no
    /// the call fails with `decode`.
    pub fn downloads(self, check: Option<fn(&[u8]) -> bool>) -> Call<Download> {
        Call::download(self, check)
    }

    /// Sends it and gives the whole answer.
    ///
    /// # Errors
    /// Every kind of [`ErrorKind`]; see [`Error`].
    pub async fn send(self) -> Result<Answer> {
        let engine = self.engine.clone();
        let prepared = self.prepare()?;
        Run::start(engine, prepared).answer().await
    }

    /// Sends it and gives the answer as a stream, whatever it holds.
    ///
    /// # Errors
    /// Every kind of [`ErrorKind`].
    pub async fn download(self) -> Result<Download> {
        self.checked_download(None).await
    }

    pub(crate) async fn checked_download(
        self,
        check: Option<fn(&[u8]) -> bool>,
    ) -> Result<Download> {
        let engine = self.engine.clone();
        let prepared = self.prepare()?;
        Download::open(Run::start(engine, prepared), check).await
    }

    /// The request as it will be sent, without credentials. No I/O.
    ///
    /// # Errors
    /// `invalid_input` for a wrong argument.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        let id = self.operation.id();
        self.checked().map_err(|error| error.with_operation(id))
    }

    fn checked(mut self) -> Result<Prepared> {
        if let Some(error) = self.invalid {
            return Err(error);
        }
        let (url, mut headers) = self.address()?;
        let uri = Uri::try_from(url.as_str()).map_err(|_| {
            Error::new(ErrorKind::InvalidInput).with_detail("the URL is not valid in a request")
        })?;
        let engine_sets = |name| self.headers.contains_key(name);
        if [CONTENT_LENGTH, TRANSFER_ENCODING, HOST]
            .iter()
            .any(engine_sets)
            || (engine_sets(&AUTHORIZATION) && !self.operation.is_public())
        {
            return Err(Error::argument("header", "is one that the engine sets"));
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.extend(std::mem::take(&mut self.headers));
        let carries_body = matches!(
            *self.operation.method(),
            Method::POST | Method::PUT | Method::PATCH
        );
        // reqwest leaves it out when it is zero, and some servers then answer 411.
        if let Some(length) = self.body.len()
            && (carries_body || length > 0)
        {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        Ok(Prepared {
            operation: self.operation,
            url,
            uri,
            headers,
            body: self.body,
            options: self.options,
            is_foreign: self.foreign.is_some(),
        })
    }

    fn address(&self) -> Result<(Url, HeaderMap)> {
        if let Some(url) = &self.foreign {
            return Ok((url.expose().clone(), HeaderMap::new()));
        }
        let path = fill(self.operation.path(), &self.path)?;
        let mut url = join(self.engine.base(), &path)?;
        if !self.query.is_empty() {
            url.set_query(Some(&self.query));
        }
        Ok((url, self.engine.headers().clone()))
    }
}

impl IntoFuture for Request {
    type Output = Result<Answer>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
