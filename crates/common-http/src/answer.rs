//! A whole answer in memory.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::data::item::Item;
use crate::data::recorded::Recorded;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::json::{RawJson, decode};

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
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        decode(&self.body).map_err(|error| self.unreadable().with_decode(error))
    }

    /// The JSON text of the body, if it is JSON. For answers that may have any form.
    #[must_use]
    pub fn raw(&self) -> Option<RawJson> {
        self.json().ok()
    }

    /// Reads the body as JSON and keeps its text with it.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn recorded<T: DeserializeOwned>(&self) -> Result<Recorded<T>> {
        Ok(Recorded::new(self.json()?, self.json()?))
    }

    /// Reads the body as a JSON array, of which an unreadable item costs itself alone.
    ///
    /// # Errors
    /// `decode` if it is not an array.
    pub fn items<T: DeserializeOwned>(&self) -> Result<Vec<Item<T>>> {
        let items: Vec<RawJson> = self.json()?;
        let read = |(index, raw)| Item::read(raw, index);
        Ok(items.into_iter().enumerate().map(read).collect())
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
