//! What Gensoft answered: the vendor's examples are a template's, so it can be anything.

use common_http::{Answer, RawJson, Result, safe_debug};
use http::StatusCode;
use serde::de::DeserializeOwned;

/// A successful answer, of whatever shape. `Debug` shows the status.
#[derive(Clone)]
pub struct Reply {
    status: StatusCode,
    json: Option<RawJson>,
    answer: Answer,
}

safe_debug!(Reply { status });

/// A reply that nobody sent is made from an [`Answer`] that nobody sent, for the tests of a program that takes one.
///
/// ```
/// use gensoft_client::{Answer, Reply};
///
/// let response = http::Response::builder().status(200).body(r#"{"id":7}"#.into())?;
/// let reply = Reply::from(Answer::from(response));
/// assert!(reply.raw().is_some());
/// # Ok::<(), http::Error>(())
/// ```
impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self {
            status: answer.status(),
            json: answer.json().ok(),
            answer,
        }
    }
}

impl Reply {
    /// The status: 2xx.
    ///
    /// ```
    /// # fn example(reply: gensoft_client::Reply) {
    /// if reply.status() == http::StatusCode::ACCEPTED {
    ///     println!("taken, and worked on later");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The JSON text, if the answer is JSON.
    ///
    /// ```
    /// # fn example(reply: gensoft_client::Reply) {
    /// match reply.raw() {
    ///     Some(json) => println!("{} bytes of JSON", json.as_str().len()),
    ///     None => println!("empty, or a text"),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> Option<&RawJson> {
        self.json.as_ref()
    }

    /// Reads the answer as JSON of the caller's own type.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body: the call itself has had its effect.
    ///
    /// ```
    /// # fn example(reply: gensoft_client::Reply) -> gensoft_client::Result<()> {
    /// let value: serde_json::Value = reply.json()?;
    /// # Ok(()) }
    /// ```
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.answer.json()
    }

    /// The whole answer: headers, body, attempts.
    ///
    /// ```
    /// # fn example(reply: gensoft_client::Reply) {
    /// let text = String::from_utf8_lossy(reply.answer().body());
    /// # let _ = text;
    /// # }
    /// ```
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.answer
    }
}
