//! A request as a vendor's sandbox reads it.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::sandbox::fault::Fault;
use crate::sandbox::log::RecordedRequest;

/// A request, read in full.
#[derive(Clone)]
pub struct Request {
    address: usize,
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
    pub(super) fn new(address: usize, head: Parts) -> Self {
        let path = head.uri.path();
        let query = head.uri.query().unwrap_or_default();
        Self {
            address,
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
        RecordedRequest {
            operation,
            address: self.address,
            method: self.method,
            target: self.target,
            headers: self.headers,
            body: self.body,
            status,
            fault,
            complete,
        }
    }

    /// The index of the address that it came to: 0 is the sandbox's `url()`.
    #[must_use]
    pub fn address(&self) -> usize {
        self.address
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The target as it was on the wire: path and query, nothing decoded.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path as it was on the wire, without the query.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        &self.raw_path
    }

    /// The path's segments, each percent-decoded.
    ///
    /// The path is split before it is decoded, so that an encoded slash does not split a segment.
    /// Invalid UTF-8 is replaced by U+FFFD.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The percent-decoded value of `{name}` in the route's template. Empty if the template has no
    /// such name.
    #[must_use]
    pub fn arg(&self, name: &str) -> &str {
        self.args
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// The first query parameter of this name, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first header of this name, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type of `Content-Type` in lower case, without parameters. Empty if there is none.
    #[must_use]
    pub fn media_type(&self) -> String {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().to_ascii_lowercase()
    }

    /// The whole body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

crate::safe_debug!(Request { method });
