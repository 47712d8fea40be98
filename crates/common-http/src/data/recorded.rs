//! A value with the JSON text it was read from.

use std::fmt;
use std::ops::Deref;

use http::HeaderMap;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::data::charset;
use crate::json::{DecodeError, RawJson, decode_text};

/// An answer's value with the vendor's own JSON text. It derefs to the value.
///
/// `Debug` and equality are the value's. `Serialize` writes what the value writes; only
/// [`raw`](Recorded::raw) has the vendor's text, which can contain secrets and fields that the
/// value does not have. It is read with `serde_json` only (see [`RawJson`]), so that tests can
/// build one:
///
/// ```
/// use common_http::Recorded;
///
/// let numbers: Recorded<Vec<i64>> = serde_json::from_str("[1,  2]")?;
/// assert_eq!(numbers.len(), 2);
/// assert_eq!(numbers.raw().as_str(), "[1,  2]");
/// assert_eq!(serde_json::to_string(&numbers)?, "[1,2]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Recorded<T> {
    value: T,
    raw: RawJson,
}

impl<T> Recorded<T> {
    pub(crate) fn new(value: T, raw: RawJson) -> Self {
        Self { value, raw }
    }

    /// The vendor's own JSON text.
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The value, without the text.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: DeserializeOwned> Recorded<T> {
    /// Reads a JSON text as a `T`, and keeps the text.
    ///
    /// # Errors
    /// [`DecodeError`] with the path of the member that cannot be read.
    pub fn read(raw: RawJson) -> Result<Self, DecodeError> {
        Ok(Self::new(raw.parse()?, raw))
    }

    /// Reads a body in the charset that its headers name, and keeps its bytes.
    ///
    /// # Errors
    /// [`DecodeError`] with the path of the member that cannot be read.
    pub fn from_body(headers: &HeaderMap, body: &[u8]) -> Result<Self, DecodeError> {
        let text = charset::text(body, || charset::named(headers));
        let value = decode_text(&text)?;
        Ok(Self::new(value, RawJson::read_as(text, body)))
    }
}

impl<T> Deref for Recorded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Recorded<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Recorded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Serialize> Serialize for Recorded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Recorded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        Self::read(raw).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::Recorded;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        id: String,
    }

    #[test]
    fn it_is_read_with_its_text_and_written_as_its_value() {
        const TEXT: &str = r#"{ "id": "a",  "novo": 1.50 }"#;
        let read: Recorded<Sample> = serde_json::from_str(TEXT).unwrap();
        assert_eq!((read.id.as_str(), read.raw().as_str()), ("a", TEXT));
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"id":"a"}"#);
        assert_eq!(Recorded::read(read.raw().clone()).unwrap(), read);
        let within: Vec<Recorded<Sample>> = serde_json::from_str(&format!("[{TEXT}]")).unwrap();
        assert_eq!(within, [read]);
    }

    #[test]
    fn an_unreadable_value_is_an_error_that_shows_no_values() {
        for text in [r#"{"id": 987654}"#, r#"{"id": {"MARKER": 1}}"#, "[]", "{"] {
            let error = serde_json::from_str::<Recorded<Sample>>(text).unwrap_err();
            let shown = error.to_string();
            assert!(
                !shown.contains("MARKER") && !shown.contains("987654"),
                "{shown}"
            );
        }
    }
}
