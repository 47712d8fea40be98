//! Builds a request from an operation and its arguments, without I/O.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use url::Url;

use crate::answer::Answer;
use crate::body::Body;
use crate::download::Download;
use crate::engine::{Engine, Run};
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::{ForeignHosts, ForeignUrl};
use crate::multipart::Multipart;
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::path::{append, fill, percent_encode_to};
use crate::prepared::{Prepared, accept_json};

/// The longest URL that the crate `http` accepts, in bytes.
const LONGEST_URL: usize = u16::MAX as usize - 1;

/// A request that is being built. Awaiting it sends it and returns the whole [`Answer`].
///
/// Wrong arguments do not fail while the request is built. The first one is reported when it is
/// sent, and then nothing is sent. A vendor's client returns one for endpoints that it does not
/// model:
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
/// Dropping the future sends nothing further, but the part that was sent may have had its effect.
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct Request {
    engine: Engine,
    /// What will be sent. Its URL has no path and query yet, unless it is an address from the
    /// vendor. Boxed, because each step of building moves the request.
    draft: Box<Prepared>,
    path: Vec<(&'static str, String)>,
    query: String,
    invalid: Option<Error>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.draft.operation)
            .field("options", &self.draft.options)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts a request. Nothing is sent until it is awaited.
    pub fn request(&self, operation: &Operation) -> Request {
        let (url, defaults) = (self.base().clone(), Arc::clone(self.headers()));
        Request::to(self.clone(), operation.clone(), url, defaults)
    }

    /// Starts a request to an address from the vendor.
    ///
    /// It has no credentials (also no client certificate) and none of the client's headers: only
    /// those set on it, `Accept`, and the headers that HTTP requires.
    ///
    /// ```
    /// # async fn example(engine: common_http::Engine) -> common_http::Result<()> {
    /// use common_http::{ForeignHosts, ForeignUrl, Operation};
    ///
    /// static STORE: Operation = Operation::put("example.files.transfer", "/{signedAddress}").transfer();
    /// let url = "https://storage.example/x?sig=EXAMPLE";
    /// let url = ForeignUrl::parse(url, &ForeignHosts::default())?;
    /// engine.foreign_request(&STORE, &url).raw_body("...".into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn foreign_request(&self, operation: &Operation, url: &ForeignUrl) -> Request {
        let defaults = Arc::new(HeaderMap::from_iter([accept_json()]));
        let (url, operation) = (url.expose().clone(), operation.clone().public());
        let mut request = Request::to(self.clone(), operation, url, defaults);
        request.draft.is_foreign = true;
        request
    }
}

impl Request {
    fn to(engine: Engine, operation: Operation, url: Url, defaults: Arc<HeaderMap>) -> Self {
        Self {
            engine,
            draft: Box::new(Prepared {
                operation,
                url,
                defaults,
                own: HeaderMap::new(),
                body: Body::empty(),
                options: CallOptions::default(),
                is_foreign: false,
                follow: None,
            }),
            path: Vec::new(),
            query: String::new(),
            invalid: None,
        }
    }

    /// Starts a request to an endpoint that is not modelled. `id` names it in logs and errors.
    ///
    /// Its effect follows from the method: GET is safe, PUT and DELETE are idempotent, others are
    /// effectful. [`CallOptions::effect`] overrides this for one call.
    pub fn unmodelled(
        engine: &Engine,
        id: &'static str,
        method: Method,
        path: &'static str,
    ) -> Self {
        engine.request(&Operation::new(id, method, path))
    }

    /// Sets an argument of the path template. It is checked and percent-encoded once.
    pub fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        percent_encode_to(&mut self.query, name);
        self.query.push('=');
        percent_encode_to(&mut self.query, value.as_ref());
        self
    }

    /// Sets a header.
    ///
    /// The engine sets `Content-Length`, `Host` and, unless the call is public, `Authorization`.
    pub fn header(mut self, name: HeaderName, value: impl AsRef<[u8]>) -> Self {
        match HeaderValue::from_bytes(value.as_ref()) {
            Ok(value) => {
                self.draft.own.insert(name, value);
                self
            }
            Err(_) => self.invalid(Error::argument("header", "is not a valid header value")),
        }
    }

    /// Sets the media type to request (default `application/json`).
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
        self.draft.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sends this body without a `Content-Type`.
    pub fn raw_body(mut self, body: Body) -> Self {
        self.draft.body = body;
        self
    }

    /// Sends this form as `multipart/form-data`.
    pub fn multipart(mut self, form: Multipart) -> Self {
        let (content_type, body) = form.into_body();
        self.draft.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sends the request without credentials.
    pub fn public(mut self) -> Self {
        self.draft.operation = self.draft.operation.public();
        self
    }

    /// Follows one redirect to an address that these rules allow.
    ///
    /// For a GET without credentials.
    ///
    /// Of the first request's headers, the second one repeats only `Accept`.
    pub fn follow_once(mut self, hosts: ForeignHosts) -> Self {
        self.draft.follow = Some(hosts.for_engine(&self.engine));
        self
    }

    /// Sets options of this call: deadline, attempts, size limits, progress.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.set_options(options);
        self
    }

    pub(crate) fn set_options(&mut self, options: CallOptions) {
        self.draft.options = options;
    }

    pub(crate) fn operation(&self) -> &Operation {
        &self.draft.operation
    }

    /// Makes sending fail with this error, and with this operation. The first such error counts.
    pub fn invalid(mut self, error: Error) -> Self {
        self.invalid.get_or_insert(error);
        self
    }

    /// Sends the request and returns the whole answer.
    ///
    /// # Errors
    /// Every kind of [`ErrorKind`]; see [`Error`].
    pub async fn send(self) -> Result<Answer> {
        self.await
    }

    /// The request, prepared or refused. It is small, and so is a future that holds it.
    pub(crate) fn ready(self) -> Ready {
        let id = self.draft.operation.id();
        Ready(self.checked().map_err(|error| error.with_operation(id)))
    }

    /// Sends the request and returns the answer as a stream. Its content is not checked, but an
    /// answer of the type HTML is an error.
    ///
    /// # Errors
    /// Every kind of [`ErrorKind`].
    pub async fn download(self) -> Result<Download> {
        self.ready().download(None).await
    }

    /// The request as it will be sent, without credentials. Does no I/O.
    ///
    /// # Errors
    /// `invalid_input` for a wrong argument.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        self.ready().0.map(|(_, prepared)| *prepared)
    }

    fn checked(mut self) -> Result<(Engine, Box<Prepared>)> {
        if let Some(error) = self.invalid {
            return Err(error);
        }
        let draft = &mut self.draft;
        if !draft.is_foreign {
            let path = fill(draft.operation.path(), &self.path)?;
            append(&mut draft.url, &path)?;
            if !self.query.is_empty() {
                draft.url.set_query(Some(&self.query));
            }
        }
        if draft.url.as_str().len() > LONGEST_URL {
            return Err(Error::new(ErrorKind::InvalidInput).with_detail("the URL is too long"));
        }
        let engine_sets = |name| draft.own.contains_key(name);
        if [CONTENT_LENGTH, TRANSFER_ENCODING, HOST]
            .iter()
            .any(engine_sets)
            || (engine_sets(&AUTHORIZATION) && !draft.operation.is_public())
        {
            return Err(Error::argument("header", "is set by the engine"));
        }
        Ok((self.engine, self.draft))
    }
}

impl IntoFuture for Request {
    type Output = Result<Answer>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ready().answer())
    }
}

/// A request that can be sent, or why it cannot.
pub(crate) struct Ready(Result<(Engine, Box<Prepared>)>);

impl Ready {
    fn start(self) -> Result<Box<Run>> {
        let (engine, prepared) = self.0?;
        Ok(Run::start(engine, prepared))
    }

    pub(crate) async fn answer(self) -> Result<Answer> {
        self.start()?.answer().await
    }

    pub(crate) async fn download(self, check: Option<fn(&[u8]) -> bool>) -> Result<Download> {
        Download::open(self.start()?, check).await
    }
}
