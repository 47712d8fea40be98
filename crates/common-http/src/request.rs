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
use crate::operation::{Operation, encode, fill, join};
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
        }
    }

    /// Gives a `{name}` of the path template its value: percent-encoded once; empty, `.`, `..` and control characters are
    /// refused.
    pub fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(&encode(name));
        self.query.push('=');
        self.query.push_str(&encode(value.as_ref()));
        self
    }

    /// Sets a header. `Content-Length`, `Transfer-Encoding` and `Host` are the engine's, and so is `Authorization` unless
    /// the operation is sent without credentials: they are refused.
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
    pub fn accept(self, media_type: &'static str) -> Self {
        self.header(ACCEPT, media_type)
    }

    /// Sends this value as JSON.
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
    pub fn body(mut self, body: Body, content_type: &'static str) -> Self {
        self.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sets the settings of this call.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends it and reads the whole answer into memory.
    ///
    /// # Errors
    /// Every kind but `local_io` of a download.
    pub async fn send(self) -> Result<Answer> {
        let engine = self.engine.clone();
        let prepared = self.prepare()?;
        Call::start(engine, prepared).answer().await
    }

    /// Sends it and gives the answer as a stream, after `check` has accepted its first 1,024 bytes.
    ///
    /// # Errors
    /// Every kind; `decode` where `check` did not accept.
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
        let path = fill(self.operation.path(), &self.path)?;
        let mut url = join(self.engine.base(), &path)?;
        if !self.query.is_empty() {
            url.set_query(Some(&self.query));
        }
        let uri = Uri::try_from(url.as_str())
            .map_err(|_| Error::local(ErrorKind::InvalidInput, "the URL fits no request"))?;
        let own = [CONTENT_LENGTH, TRANSFER_ENCODING, HOST];
        if own.iter().any(|name| self.headers.contains_key(name))
            || (self.headers.contains_key(AUTHORIZATION) && !self.operation.is_public())
        {
            return Err(Error::argument("header", "is one that the engine sets"));
        }
        let mut headers = self.engine.headers().clone();
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
    pub fn path(self, name: &'static str, value: impl Into<String>) -> Self {
        Self(self.0.path(name, value))
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query(self, name: &str, value: impl AsRef<str>) -> Self {
        Self(self.0.query(name, value))
    }

    /// Sets a header; those of the engine are refused: see [`Request::header`].
    pub fn header(self, name: HeaderName, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value))
    }

    /// Sends this value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(value))
    }

    /// Sends this body with this `Content-Type`.
    pub fn body(self, body: Body, content_type: &'static str) -> Self {
        Self(self.0.body(body, content_type))
    }

    /// Sends it without credentials.
    pub fn public(mut self) -> Self {
        self.0.operation = self.0.operation.public();
        self
    }

    /// Sets the settings of this call.
    pub fn options(self, options: CallOptions) -> Self {
        Self(self.0.options(options))
    }

    /// Sends it and reads the whole answer into memory.
    ///
    /// # Errors
    /// Every kind that a modelled operation can end in.
    pub async fn send(self) -> Result<Answer> {
        self.0.send().await
    }

    /// Sends it and gives the answer as a stream.
    ///
    /// # Errors
    /// Every kind that a modelled operation can end in.
    pub async fn download(self) -> Result<Download> {
        self.0.download(None).await
    }
}
