//! The vendor's ids: opaque texts, each with a type of its own so that none takes another's place by accident.

use std::fmt;

use common_http::{Error, ErrorKind, Extra, Operation, Result, lenient};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

macro_rules! id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "lenient::string")] String);

        impl $name {
            /// The id as the vendor wrote it.
            ///
            /// ```
            #[doc = concat!("let id = medreader_client::", stringify!($name), "::from(\"EXAMPLE-1\");")]
            /// assert_eq!(id.as_str(), "EXAMPLE-1");
            /// ```
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
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

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// The id of a folder. Documented as a UUID; opaque to us.
    ///
    /// ```
    /// use medreader_client::FolderId;
    ///
    /// let folder = FolderId::from("00000000-0000-4000-8000-00000000000a");
    /// assert_eq!(folder.to_string(), folder.as_str());
    /// ```
    FolderId
}

id! {
    /// The id that an upload was answered with.
    ///
    /// The vendor does not promise that a prescription's result is found under it: in his document the sample of a
    /// single result has the upload's id, the sample of a folder's results has others. So it is a type of its own.
    UploadId
}

id! {
    /// The id under which a prescription's result is asked for, and which the results of a folder have.
    PrescriptionId
}

id! {
    /// The id that a webhook carries: documented as the id of the *analysis* of a prescription, with another value than
    /// any other in the document.
    AnalysisId
}

impl UploadId {
    /// The same text as the id of a prescription: **an assumption**, not the vendor's promise.
    ///
    /// The document's sample of a single result has the id of the upload's sample; nothing else says so. Where it does not
    /// hold, the result is answered with `not_found`;
    /// [`Prescriptions::result_of`](crate::prescriptions::Prescriptions::result_of) then matches through the folder.
    ///
    /// ```
    /// use medreader_client::UploadId;
    ///
    /// let upload = UploadId::from("00000000-0000-4000-8000-000000000001");
    /// assert_eq!(upload.assume_prescription_id().as_str(), upload.as_str());
    /// ```
    #[must_use]
    pub fn assume_prescription_id(&self) -> PrescriptionId {
        PrescriptionId(self.0.clone())
    }
}

impl AnalysisId {
    /// The same text as the id of a prescription: **an assumption**, which no sample of the vendor's bears out.
    ///
    /// ```
    /// use medreader_client::{AnalysisId, PrescriptionId};
    ///
    /// let known = PrescriptionId::from("00000000-0000-4000-8000-000000000001");
    /// let event = AnalysisId::from("00000000-0000-4000-8000-0000000000ff");
    /// assert_ne!(event.assume_prescription_id(), known);
    /// ```
    #[must_use]
    pub fn assume_prescription_id(&self) -> PrescriptionId {
        PrescriptionId(self.0.clone())
    }
}

/// Refuses an id that goes into a query or a body as the engine refuses one that goes into a path.
pub(crate) fn check(id: &str, operation: &Operation, problem: &'static str) -> Result<()> {
    if matches!(id, "" | "." | "..") || id.chars().any(char::is_control) {
        return Err(Error::new(ErrorKind::InvalidInput)
            .with_detail(problem)
            .with_operation(operation.id()));
    }
    Ok(())
}

/// An id that must be there.
pub(crate) fn required<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = lenient::string(deserializer)?;
    if text.is_empty() {
        return Err(D::Error::invalid_value(
            Unexpected::Str(""),
            &"a text that is not empty",
        ));
    }
    Ok(T::from(text))
}

/// Takes an id that need not be there; an empty one is none.
pub(crate) fn take<T: From<String>>(rest: &mut Extra, name: &str) -> Option<T> {
    let text: Option<String> = lenient::take(rest, name);
    text.filter(|text| !text.is_empty()).map(T::from)
}

/// An answer's fields: what must be there, and all the rest.
#[derive(Deserialize)]
#[serde(bound = "I: From<String>")]
pub(crate) struct Fields<I> {
    #[serde(deserialize_with = "required")]
    pub(crate) id: I,
    #[serde(flatten)]
    pub(crate) rest: Extra,
}
