//! A whole answer in memory.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{Delivery, Error, ErrorBuilder, ErrorKind, Result};
use crate::json::decode;
use crate::recorded::Recorded;

/// A successful answer, whole. `Debug` shows its status and size.
#[derive(Clone)]
pub struct Answer {
    pub(crate) operation: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) throttled: bool,
    pub(crate) delivery: Delivery,
}

impl Answer {
    /// The status: 2xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's value as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How many attempts it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the vendor throttled one of the attempts.
    #[must_use]
    pub fn was_throttled(&self) -> bool {
        self.throttled
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        decode(&self.body).map_err(|error| self.unreadable().decode(error).build())
    }

    /// Reads the body as JSON and keeps its text with it.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn recorded<T: DeserializeOwned>(&self) -> Result<Recorded<T>> {
        Ok(Recorded::new(self.json()?, self.json()?))
    }

    /// Starts an error that says: the answer came, and is not what the vendor's document says.
    pub fn unreadable(&self) -> ErrorBuilder {
        Error::builder(ErrorKind::Decode)
            .operation(self.operation)
            .status(self.status)
            .attempts(self.attempts)
            .delivery(self.delivery)
            .body(
                self.body
                    .slice(..self.body.len().min(crate::call::KEPT_BODY)),
            )
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
