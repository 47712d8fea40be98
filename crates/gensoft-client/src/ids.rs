//! The ids that a caller passes.

use std::fmt;

/// The id of an execution (`execução`): an exam of a patient as it is carried out in the laboratory.
///
/// A number in the vendor's only example (10); any text is accepted. Gensoft's own id: it does not say who the patient is.
///
/// ```
/// use gensoft_client::ExecutionId;
///
/// assert_eq!(ExecutionId::from(10), ExecutionId::from("10"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExecutionId(String);

impl ExecutionId {
    /// The id as text.
    ///
    /// ```
    /// assert_eq!(gensoft_client::ExecutionId::from(10).as_str(), "10");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for ExecutionId {
    fn from(id: u64) -> Self {
        Self(id.to_string())
    }
}

impl From<String> for ExecutionId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for ExecutionId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Debug for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExecutionId(..)")
    }
}
