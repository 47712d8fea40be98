//! The key that opens an exam's report.

use std::fmt;

use common_http::lenient;
use serde::{Deserialize, Serialize};

/// The key under which an exam's report PDF is fetched, the vendor's `examKey`.
///
/// Documented. **It opens the report without a login**, so it is a secret of the patient's: `Debug` prints
/// `ExamKey(***)` and there is no `Display`. Keep it out of logs, file names and addresses that others see.
///
/// An opaque text; observed to be missing or unusable on some old exams, see
/// [`Exam::report_key`](super::Exam::report_key).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExamKey(#[serde(deserialize_with = "lenient::string")] String);

impl ExamKey {
    /// The key itself, exactly as the vendor gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ExamKey {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<&str> for ExamKey {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Debug for ExamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExamKey(***)")
    }
}
