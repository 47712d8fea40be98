//! A request as a vendor's sandbox reads it.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, request::Parts};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Fault, RecordedRequest};

/// A request, read in full.
#[derive(Clone)]
pub struct Request {
    method: Method,
    target: String,
    raw_path: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
    args: Vec<(&'static str, String)>,
}

impl Request {
    pub(super) fn new(head: Parts) -> Self {
        let path = head.uri.path();
        let query = head.uri.query().unwrap_or_default();
        Self {
            segments: path
                .split('/')
                .skip(1)
                .map(|raw| percent_decode_str(raw).decode_utf8_lossy().into_owned())
                .collect(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            raw_path: path.to_owned(),
            target: head.uri.to_string(),
            method: head.method,
            headers: head.headers,
            body: Bytes::new(),
            args: Vec::new(),
        }
    }

    pub(super) fn with_args(mut self, args: Vec<(&'static str, String)>) -> Self {
        self.args = args;
        self
    }

    pub(super) fn with_body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }

    pub(super) fn record(
        self,
        operation: Option<&'static str>,
        status: Option<StatusCode>,
        fault: Option<Fault>,
        complete: bool,
    ) -> RecordedRequest {
        let Self {
            method,
            target,
            headers,
            body,
            ..
        } = self;
        RecordedRequest {
            operation,
            method,
            target,
            headers,
            body,
            status,
            fault,
            complete,
        }
    }

    /// The method.
    ///
    /// ```
    /// use common_http::sandbox::{Answer, Request};
    /// use http::{Method, StatusCode};
    ///
    /// fn folder(request: &Request) -> Answer {
    ///     match *request.method() {
    ///         Method::DELETE => Answer::new(StatusCode::NO_CONTENT),
    ///         _ => Answer::json(StatusCode::OK, "{}"),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The target as it was on the wire: path and query, nothing decoded.
    ///
    /// ```
    /// use common_http::sandbox::{Answer, Request};
    /// use http::StatusCode;
    ///
    /// /// Signed as it was written: a target that was decoded and encoded again has another signature.
    /// fn upload(request: &Request, signed: &str) -> Answer {
    ///     match request.target() == signed {
    ///         true => Answer::new(StatusCode::CREATED),
    ///         false => Answer::new(StatusCode::FORBIDDEN),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path as it was on the wire, without the query.
    ///
    /// ```
    /// use common_http::sandbox::{Answer, Request};
    /// use http::StatusCode;
    ///
    /// /// As the vendor's framework has it: with the path in the error's body.
    /// fn not_found(request: &Request) -> Answer {
    ///     let body = serde_json::json!({ "status": 404, "path": request.raw_path() });
    ///     Answer::json(StatusCode::NOT_FOUND, body.to_string())
    /// }
    /// ```
    #[must_use]
    pub fn raw_path(&self) -> &str {
        &self.raw_path
    }

    /// The path's segments, each percent-decoded after the path was split, so that an encoded slash does not split
    /// one. What is not UTF-8 is replaced by U+FFFD.
    ///
    /// ```
    /// use common_http::sandbox::Request;
    ///
    /// /// `/v2/exams/a%2Fb` has three of them, and the last is `a/b`.
    /// fn last_segment(request: &Request) -> &str {
    ///     request.segments().last().map_or("", String::as_str)
    /// }
    /// ```
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The value of `{name}` in the route's template, percent-decoded; empty where the template has no such name.
    ///
    /// ```
    /// use common_http::sandbox::{Answer, Request};
    /// use http::StatusCode;
    ///
    /// fn exams(request: &Request) -> Answer {
    ///     match request.arg("partnerId") {
    ///         "0000001DD" => Answer::json(StatusCode::OK, "[]"),
    ///         _ => Answer::json(StatusCode::FORBIDDEN, r#"{"error":"notAuthorized"}"#),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn arg(&self, name: &str) -> &str {
        self.args
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// The first query parameter of this name, decoded.
    ///
    /// ```
    /// use common_http::sandbox::Request;
    ///
    /// fn offset(request: &Request) -> usize {
    ///     request.query("offset").and_then(|text| text.parse().ok()).unwrap_or(0)
    /// }
    /// ```
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// All headers.
    ///
    /// ```
    /// use common_http::sandbox::Request;
    ///
    /// /// For a vendor that refuses what it does not know.
    /// fn has_cookies(request: &Request) -> bool {
    ///     request.headers().contains_key(http::header::COOKIE)
    /// }
    /// ```
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first header of this name, where it is text.
    ///
    /// ```
    /// use common_http::sandbox::Request;
    ///
    /// fn is_json(request: &Request) -> bool {
    ///     request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"))
    /// }
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The whole body.
    ///
    /// ```
    /// use common_http::sandbox::Request;
    ///
    /// fn is_pdf(request: &Request) -> bool {
    ///     common_http::looks_like_pdf(request.body())
    /// }
    /// ```
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON, where it is JSON.
    ///
    /// ```
    /// use common_http::sandbox::{Answer, Request};
    /// use http::StatusCode;
    ///
    /// fn open_session(request: &Request) -> Answer {
    ///     // A number, as observed: a text is refused.
    ///     match request.json().is_some_and(|body| body["source"] == 100) {
    ///         true => Answer::json(StatusCode::OK, r#"{"userId":"0000001AA"}"#),
    ///         false => Answer::new(StatusCode::BAD_REQUEST),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
