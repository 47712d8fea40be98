//! A whole answer in memory.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::data::item::Item;
use crate::data::recorded::Recorded;
use crate::data::{charset, cost, list};
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::json::{DecodeError, RawJson, decode_in};

/// How much of an answer's body an error keeps.
pub(crate) const KEPT_BODY: usize = 64 * 1024;

/// A whole answer, in memory. `Debug` shows its status and size.
///
/// A program's tests build one from an [`http::Response`]:
///
/// ```
/// use common_http::Answer;
///
/// let answer = Answer::from(http::Response::new(r#"{"id":7}"#.into()));
/// assert_eq!(answer.json::<serde_json::Value>()?["id"], 7);
/// # Ok::<(), common_http::Error>(())
/// ```
#[derive(Clone)]
pub struct Answer {
    pub(crate) operation: Option<&'static str>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) throttled: bool,
    pub(crate) delivery: Delivery,
}

impl Answer {
    /// The status: a 2xx, unless the answer is an error that a [`Profile`](crate::Profile) reads.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of a header, if it is there and is visible ASCII. The name's case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, byte for byte as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How many attempts it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the vendor throttled one of the attempts: a reason to slow down.
    #[must_use]
    pub fn was_throttled(&self) -> bool {
        self.throttled
    }

    /// Reads the body as JSON.
    ///
    /// It is read as tolerantly as by [`json::decode`](crate::json::decode), and by the charset
    /// that the answer names if it is not UTF-8.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        decode_in(self.charset().as_deref(), &self.body).map_err(|error| self.no_json(error))
    }

    /// Reads the body as JSON and keeps its text with it.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn recorded<T: DeserializeOwned>(&self) -> Result<Recorded<T>> {
        let raw = RawJson::of(&self.body, self.charset().as_deref());
        Ok(Recorded::new(self.json()?, raw))
    }

    /// Reads the body as a JSON array, of which an unreadable item costs itself alone.
    ///
    /// An empty body and `null` are an empty list.
    ///
    /// # Errors
    /// `decode` if it is not an array.
    pub fn items<T: DeserializeOwned>(&self) -> Result<Vec<Item<T>>> {
        let items = self.raw_items()?;
        cost::afford(self.body.len(), items.len() * size_of::<Item<T>>())
            .map_err(|error| self.no_json(error))?;
        let read = |(index, raw)| Item::read(raw, index);
        Ok(items.into_iter().enumerate().map(read).collect())
    }

    /// The texts of a JSON array's items, each as it came, to be read with [`Item::read`].
    ///
    /// An empty body and `null` are an empty list. Nothing within an item can make it fail.
    ///
    /// # Errors
    /// `decode` if it is not an array.
    pub fn raw_items(&self) -> Result<Vec<RawJson>> {
        let charset = self.charset();
        let utf16 = charset::utf16(&self.body);
        let body = utf16
            .as_ref()
            .map_or(&self.body[..], |text| text.as_bytes());
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok(Vec::new());
        }
        cost::check(body).map_err(|error| self.no_json(error))?;
        let mut items = Vec::new();
        let mut keep = |item: &[u8]| items.push(RawJson::of(item, charset.as_deref()));
        match list::split(body, &mut keep) {
            Some(()) => Ok(items),
            None => self.json(),
        }
    }

    /// The charset that the answer names, in lower case.
    fn charset(&self) -> Option<String> {
        let kind = self.header("content-type")?.to_ascii_lowercase();
        let (_, charset) = kind.split_once("charset=")?;
        let charset = charset.split(';').next()?;
        Some(charset.trim_matches([' ', '"']).to_owned())
    }

    fn no_json(&self, error: DecodeError) -> Error {
        self.unreadable().with_decode(error)
    }

    /// The error that says that the answer came and is not what the vendor's document says.
    #[must_use]
    pub fn unreadable(&self) -> Error {
        let error = Error::new(ErrorKind::Decode)
            .with_status(self.status)
            .with_attempts(self.attempts)
            .with_delivery(self.delivery)
            .with_body(self.body.slice(..self.body.len().min(KEPT_BODY)));
        match self.operation {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    }
}

/// Builds an `Answer` for tests, as if one attempt had got it.
impl From<Response<Bytes>> for Answer {
    fn from(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            operation: None,
            status: head.status,
            headers: head.headers,
            body,
            attempts: 1,
            throttled: false,
            delivery: Delivery::Answered,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("operation", &self.operation)
            .field("status", &self.status.as_u16())
            .field("bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
