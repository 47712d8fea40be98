//! Prescriptions: the files that were uploaded, and how far their processing is.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use common_http::safe_debug;
use serde_json::{Value, json};

/// When the processing of a prescription ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Processing {
    /// When this time has passed by the sandbox's clock.
    Delay(Duration),
    /// When this many answers have shown it as `processing`, single results and those of a folder
    /// alike. 0 ends it at once.
    Polls(usize),
    /// When the test says so: see [`Backend::finish`](crate::sandbox::Backend::finish).
    ByHand,
}

/// What the processing of a prescription ends in.
///
/// ```
/// use medreader_client::sandbox::Analysis;
///
/// let clear = Analysis::completed(95);
/// let failed = Analysis::error();
/// // The document says that the score is an integer or null. A vendor may send this all the same:
/// let odd = Analysis { notes: None, status: "archived".into(), ..Analysis::completed(87.5) };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// The status, documented or not.
    pub status: String,
    /// The confidence score: 0 to 100 in the document, any JSON value here.
    pub score: Value,
    /// The notes, or `None` for null.
    pub notes: Option<String>,
}

impl Analysis {
    /// `completed` with this confidence score and made-up notes.
    pub fn completed(score: impl Into<Value>) -> Self {
        Self {
            status: "completed".to_owned(),
            score: score.into(),
            notes: Some("Prescrição fictícia, clara e legível".to_owned()),
        }
    }

    /// `error`, whose score and notes are null (inferred).
    #[must_use]
    pub fn error() -> Self {
        Self {
            status: "error".to_owned(),
            score: Value::Null,
            notes: None,
        }
    }
}

/// A file that was uploaded. `Debug` does not show its name and content.
#[derive(Clone)]
#[non_exhaustive]
pub struct Upload {
    /// The id in the upload's answer.
    pub id: String,
    /// The folder's id.
    pub folder_id: String,
    /// The file's name in the form.
    pub file_name: String,
    /// The content type in the form.
    pub content_type: String,
    /// The content.
    pub content: Bytes,
}

safe_debug!(Upload { id, folder_id });

/// An upload and what became of it.
pub(super) struct Prescription {
    pub(super) upload: Upload,
    pub(super) tenant: String,
    /// The id that results have.
    pub(super) result_id: String,
    /// The id that webhooks have.
    pub(super) webhook_id: String,
    pub(super) folder_path: String,
    pub(super) folder_display_path: String,
    pub(super) uploaded: SystemTime,
    /// What its processing ends in, or ended in.
    pub(super) analysis: Analysis,
    pub(super) stage: Stage,
}

#[derive(Clone, Copy)]
pub(super) enum Stage {
    /// Processed at this time.
    Done(SystemTime),
    /// In processing until this time.
    Until(SystemTime),
    /// In processing until it was shown this many times more.
    Polls(usize),
    /// In processing until the test ends it.
    ByHand,
}

impl Stage {
    pub(super) fn new(processing: Processing, now: SystemTime) -> Self {
        match processing {
            Processing::Delay(delay) => Self::Until(now + delay),
            Processing::Polls(polls) => Self::Polls(polls),
            Processing::ByHand => Self::ByHand,
        }
    }
}

impl Prescription {
    pub(super) fn is_in(&self, tenant: &str, folder_id: &str) -> bool {
        self.tenant == tenant && self.upload.folder_id == folder_id
    }

    /// When processing ended.
    pub(super) fn done(&self) -> Option<SystemTime> {
        match self.stage {
            Stage::Done(time) => Some(time),
            Stage::Until(_) | Stage::Polls(_) | Stage::ByHand => None,
        }
    }

    /// When processing should have ended, if it should have by now.
    pub(super) fn due(&self, now: SystemTime) -> Option<SystemTime> {
        match self.stage {
            Stage::Until(time) if time <= now => Some(time),
            Stage::Polls(0) => Some(now),
            _ => None,
        }
    }

    /// Counts an answer that showed this prescription.
    pub(super) fn shown(&mut self) {
        if let Stage::Polls(left) = &mut self.stage {
            *left = left.saturating_sub(1);
        }
    }

    /// Status, score and notes. During processing the latter two are null (inferred).
    pub(super) fn analysis(&self) -> (Value, Value, Value) {
        if self.done().is_some() {
            let Analysis {
                status,
                score,
                notes,
            } = &self.analysis;
            (json!(status), score.clone(), json!(notes))
        } else {
            (json!("processing"), Value::Null, Value::Null)
        }
    }
}
