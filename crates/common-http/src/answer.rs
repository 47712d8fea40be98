//! A whole answer in memory.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{Delivery, Error, ErrorBuilder, ErrorKind, Result};
use crate::json::decode;
use crate::recorded::Recorded;

/// A successful answer, whole. `Debug` shows its status and size.
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
    /// The status: 2xx.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(204))?;
    /// let answer = engine.request(&CREATE).send().await?;
    /// if answer.status() == http::StatusCode::NO_CONTENT {
    ///     println!("done; there is nothing to read");
    /// }
    /// # assert_eq!(answer.status(), 204);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}").header("x-new-header", "EXAMPLE"))?;
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// // What does the vendor send beyond its document? Names may be printed, values not.
    /// for name in answer.headers().keys() {
    ///     println!("{name}");
    /// }
    /// # assert!(answer.headers().contains_key("x-new-header"));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's value as text.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("[]").header("x-pagination-total", "250"))?;
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// let total: Option<u64> = answer.header("X-Pagination-Total").and_then(|text| text.parse().ok());
    /// assert_eq!(total, Some(250));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json(r#"{ "odi": 6.20 }"#))?;
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// // For an archive: every byte as it came, where `json` would make 6.2 of it.
    /// assert_eq!(answer.body(), r#"{ "odi": 6.20 }"#);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How many attempts it took.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| match request.index {
    /// #     0 => FakeAnswer::status(503).header("retry-after", "0"),
    /// #     _ => FakeAnswer::json("{}"),
    /// # })?;
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// if answer.attempts() > 1 {
    ///     println!("the line was not good: {} attempts", answer.attempts());
    /// }
    /// # assert_eq!(answer.attempts(), 2);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the vendor throttled one of the attempts.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| match request.index {
    /// #     0 => FakeAnswer::status(429).header("retry-after", "0"),
    /// #     _ => FakeAnswer::json("{}"),
    /// # })?;
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// // It succeeded, but the next one had better wait a little.
    /// let pause = if answer.was_throttled() { Duration::from_secs(1) } else { Duration::ZERO };
    /// # assert_eq!(pause, Duration::from_secs(1));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn was_throttled(&self) -> bool {
        self.throttled
    }

    /// Reads the body as JSON.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::GET;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json(r#"{"id":"0000001"}"#))?;
    /// #[derive(serde::Deserialize)]
    /// struct Thing {
    ///     id: String,
    /// }
    ///
    /// let thing: Thing = engine.request(&GET).path("id", "0000001").send().await?.json()?;
    /// assert_eq!(thing.id, "0000001");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
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
    ///
    /// ```
    /// # fn example(answer: common_http::Answer) -> common_http::Result<()> {
    /// let numbers = answer.recorded::<Vec<i64>>()?;
    /// println!("{} numbers in {} bytes", numbers.len(), numbers.raw().as_str().len());
    /// # Ok(()) }
    /// ```
    pub fn recorded<T: DeserializeOwned>(&self) -> Result<Recorded<T>> {
        Ok(Recorded::new(self.json()?, self.json()?))
    }

    /// Starts an error that says: the answer came, and is not what the vendor's document says.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::CREATE;
    /// # use common_http::{ErrorKind, example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::json("{}"))?;
    /// let answer = engine.request(&CREATE).send().await?;
    /// let place = answer.header("location").ok_or_else(|| {
    ///     answer.unreadable().detail("the answer has no location header").build()
    /// });
    /// # let error = place.unwrap_err();
    /// # assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Decode, 200));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn unreadable(&self) -> ErrorBuilder {
        let error = match self.operation {
            Some(operation) => Error::builder(ErrorKind::Decode).operation(operation),
            None => Error::builder(ErrorKind::Decode),
        };
        error
            .status(self.status)
            .attempts(self.attempts)
            .delivery(self.delivery)
            .body(
                self.body
                    .slice(..self.body.len().min(crate::call::KEPT_BODY)),
            )
    }
}

/// An answer that nobody sent, for the tests of a program that takes one.
///
/// ```
/// use common_http::Answer;
///
/// let response = http::Response::builder().status(202).body(r#"{"id":7}"#.into())?;
/// let answer = Answer::from(response);
/// assert_eq!((answer.status().as_u16(), answer.attempts()), (202, 1));
/// # Ok::<(), http::Error>(())
/// ```
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
