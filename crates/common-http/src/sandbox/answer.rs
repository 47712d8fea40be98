//! What a vendor's sandbox answers.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};

/// An answer: status, headers and body. The plumbing adds `Content-Length` and `Date`.
#[derive(Clone)]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// An answer without headers and with an empty body.
    ///
    /// ```
    /// use common_http::sandbox::Answer;
    /// use http::StatusCode;
    ///
    /// let nothing_to_say = Answer::new(StatusCode::NO_CONTENT);
    /// # let _ = nothing_to_say;
    /// ```
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// An answer with a JSON text as `application/json`, sent as it is.
    ///
    /// ```
    /// use common_http::sandbox::Answer;
    /// use http::StatusCode;
    ///
    /// // A text, so that the sandbox can spell its numbers as the vendor does.
    /// let exam = Answer::json(StatusCode::OK, r#"{"odi": 6.20}"#);
    /// # let _ = exam;
    /// ```
    #[must_use]
    pub fn json(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::new(status).body("application/json", text)
    }

    /// The body and its type.
    ///
    /// ```
    /// use common_http::sandbox::Answer;
    /// use http::StatusCode;
    ///
    /// let report = Answer::new(StatusCode::OK).body("application/pdf", "%PDF-1.7 EXAMPLE");
    /// # let _ = report;
    /// ```
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = body.into();
        self
    }

    /// Adds a header. One that cannot be sent over HTTP turns the answer into a 500 that says so.
    ///
    /// ```
    /// use common_http::sandbox::Answer;
    /// use http::StatusCode;
    ///
    /// let page = Answer::json(StatusCode::OK, "[]").header("x-pagination-total", 250.to_string());
    /// # let _ = page;
    /// ```
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        match (
            HeaderName::try_from(name),
            HeaderValue::from_str(value.as_ref()),
        ) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
                self
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR).body(
                "text/plain",
                format!("the sandbox cannot send its header `{name}`"),
            ),
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
