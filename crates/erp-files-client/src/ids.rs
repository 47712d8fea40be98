//! The ids that a caller passes: each with a type of its own so that none takes another's place.

use std::fmt;

use common_http::{TextOrNumber, lenient};
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "lenient::string")] String);

        impl $name {
            /// The id as text.
            ///
            /// ```
            #[doc = concat!("let id = erp_files_client::", stringify!($name), "::from(\"7\");")]
            /// assert_eq!(id.as_str(), "7");
            /// ```
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(id.to_string())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
    };
}

id! {
    /// The id of a patient: a 32-bit integer by the vendor's other interfaces (inferred); any text is accepted. It is a
    /// person's id, so `Debug` prints `PatientId(..)`.
    ///
    /// ```
    /// use erp_files_client::PatientId;
    ///
    /// assert_eq!(PatientId::from(7).as_str(), "7");
    /// assert_eq!(format!("{:?}", PatientId::from(7)), "PatientId(..)");
    /// ```
    PatientId
}

id! {
    /// The id of a patient's analysis: probably an integer (inferred); any text is accepted. `Debug` prints `AnalysisId(..)`.
    ///
    /// ```
    /// use erp_files_client::AnalysisId;
    ///
    /// assert_eq!(AnalysisId::from("12"), AnalysisId::from(12));
    /// ```
    AnalysisId
}

id! {
    /// The id of a file: whether the vendor's is a number or a text is not known, so it is kept as text.
    ///
    /// ```
    /// use erp_files_client::FileId;
    ///
    /// assert_eq!(format!("{:?}", FileId::from(12)), r#"FileId("12")"#);
    /// ```
    FileId
}

impl FileId {
    /// A whole number without its fraction, however it was written. None for a number that has another fraction, or more
    /// digits than were kept of it: it would name another file.
    pub(crate) fn of(id: &TextOrNumber) -> Option<Self> {
        let text = id.as_text();
        let is_text = id == &TextOrNumber::from(&*text);
        if is_text || text.parse::<u64>().is_ok() {
            return Some(Self(text.into_owned()));
        }
        id.as_i64().map(|number| Self(number.to_string()))
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PatientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientId(..)")
    }
}

impl fmt::Debug for AnalysisId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnalysisId(..)")
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileId").field(&self.0).finish()
    }
}
