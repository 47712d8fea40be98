//! When a prescription is processed, and what comes of it.

use std::time::Duration;

use serde_json::{Value, json};

/// When a prescription is processed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Processing {
    /// When this time has passed by the sandbox's clock.
    Delay(Duration),
    /// When it was shown as `processing` this many times.
    Polls(usize),
    /// When the test says so.
    ByHand,
}

/// What the processing of a prescription ends in.
///
/// ```
/// use medreader_client::sandbox::Outcome;
///
/// let clear = Outcome::completed(95).notes("Prescricao ficticia legivel");
/// let failed = Outcome::error();
/// // The document says that the score is an integer or null; nothing keeps the vendor from this:
/// let odd = Outcome::completed(87.5).notes(None);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Outcome {
    pub(super) status: String,
    pub(super) score: Value,
    pub(super) notes: Option<String>,
}

impl Outcome {
    /// `completed` with this confidence score (0 to 100 in the document; any JSON value here, null included) and
    /// made-up notes.
    ///
    /// ```
    /// use medreader_client::sandbox::Outcome;
    ///
    /// let unsure = Outcome::completed(12);
    /// ```
    pub fn completed(score: impl Into<Value>) -> Self {
        Self {
            status: "completed".to_owned(),
            score: score.into(),
            notes: Some("Prescrição fictícia, clara e legível".to_owned()),
        }
    }

    /// `error`, with a null score and null notes (inferred).
    ///
    /// ```
    /// use medreader_client::sandbox::{Outcome, Sandbox};
    ///
    /// let builder = Sandbox::builder().outcome(Outcome::error());
    /// ```
    pub fn error() -> Self {
        Self {
            status: "error".to_owned(),
            score: Value::Null,
            notes: None,
        }
    }

    /// The notes, or `None` for null.
    ///
    /// ```
    /// use medreader_client::sandbox::Outcome;
    ///
    /// let silent = Outcome::completed(95).notes(None);
    /// ```
    pub fn notes<'a>(mut self, notes: impl Into<Option<&'a str>>) -> Self {
        self.notes = notes.into().map(str::to_owned);
        self
    }

    /// Another status word, documented or not.
    ///
    /// ```
    /// use medreader_client::sandbox::Outcome;
    ///
    /// let unknown = Outcome::completed(95).status("archived");
    /// ```
    pub fn status(mut self, word: impl Into<String>) -> Self {
        self.status = word.into();
        self
    }

    pub(super) fn is_error(&self) -> bool {
        self.status == "error"
    }

    /// The status and the two fields that are null while a prescription is being processed.
    pub(super) fn fields(outcome: Option<&Self>) -> (Value, Value, Value) {
        match outcome {
            None => (json!("processing"), Value::Null, Value::Null),
            Some(outcome) => (
                json!(outcome.status),
                outcome.score.clone(),
                json!(outcome.notes),
            ),
        }
    }
}
