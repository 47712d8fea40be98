//! The ids that a caller passes: opaque texts, each with a type of its own so that none takes another's place.

use std::fmt;

use common_http::lenient;
use serde::{Deserialize, Serialize};

/// The id of a sleep centre, the vendor's `partnerId`.
///
/// Given by Biologix with the login; no answer tells it (observed: programs in production keep it as a setting).
/// `Debug` prints `PartnerId(..)`.
///
/// ```
/// use biologix_client::PartnerId;
///
/// let partner = PartnerId::from("0000001AA");
/// assert_eq!(partner.as_str(), "0000001AA");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PartnerId(String);

impl PartnerId {
    /// The id as Biologix gave it.
    ///
    /// ```
    /// use biologix_client::PartnerId;
    ///
    /// let centre = PartnerId::from("0000001AA");
    /// // Kept as a setting, since no answer tells it.
    /// let settings = serde_json::json!({ "partnerId": centre.as_str() });
    /// # assert_eq!(settings["partnerId"], "0000001AA");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PartnerId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for PartnerId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Debug for PartnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartnerId(..)")
    }
}

/// The key under which an exam's report PDF is fetched, the vendor's `examKey`.
///
/// Documented. **It opens the report without a login**, so it is a secret of the patient's: `Debug` prints
/// `ExamKey(***)` and there is no `Display`. Keep it out of logs, file names and addresses that others see.
///
/// An opaque text; observed to be missing or unusable on some old exams, see
/// [`Exam::report_key`](crate::exams::Exam::report_key).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExamKey(#[serde(deserialize_with = "lenient::string")] String);

impl ExamKey {
    /// The key itself, exactly as the vendor gave it.
    ///
    /// ```
    /// use biologix_client::ExamKey;
    ///
    /// let key = ExamKey::from("EXAMPLEKEY1");
    /// // To be kept as a password is: whoever has it can read the report.
    /// let to_be_encrypted = key.as_str();
    /// # assert_eq!((to_be_encrypted, format!("{key:?}")), ("EXAMPLEKEY1", "ExamKey(***)".to_owned()));
    /// ```
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
