//! A value with the text that it came as.

use std::fmt;
use std::ops::Deref;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::RawJson;

/// What an answer said, typed, with the vendor's own JSON text of it. It reads like the value itself.
///
/// `Debug` is the value's; two are equal when their values are. It is written as the vendor's text, with all that the value
/// itself may leave out of what it writes (secrets, where there are some), and read with `serde_json` only, see [`RawJson`].
/// So a program's tests can make one:
///
/// ```
/// let folder: common_http::Recorded<Vec<i64>> = serde_json::from_str("[1, 2]")?;
/// assert_eq!(*folder, [1, 2]);
/// assert_eq!(serde_json::to_string(&folder)?, "[1, 2]");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// ```
/// # fn example(folder: common_http::Recorded<Vec<i64>>) {
/// let count = folder.len(); // the value's
/// let text = folder.raw().as_str(); // the vendor's
/// let value = folder.into_inner();
/// # let _ = (count, value);
/// # }
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
    ///
    /// ```
    /// # fn example(folder: common_http::Recorded<Vec<i64>>) {
    /// println!("{} bytes came", folder.raw().as_str().len());
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The value alone.
    ///
    /// ```
    /// # fn example(folder: common_http::Recorded<Vec<i64>>) {
    /// let numbers: Vec<i64> = folder.into_inner();
    /// # let _ = numbers;
    /// # }
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
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

impl<T> Serialize for Recorded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Recorded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        let value = raw.parse().map_err(D::Error::custom)?;
        Ok(Self { value, raw })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::Recorded;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sample {
        id: String,
    }

    #[test]
    fn it_is_read_with_its_text_and_written_as_that() {
        const TEXT: &str = r#"{ "id": "a",  "novo": 1.50 }"#;
        let read: Recorded<Sample> = serde_json::from_str(TEXT).unwrap();
        assert_eq!((read.id.as_str(), read.raw().as_str()), ("a", TEXT));
        assert_eq!(serde_json::to_string(&read).unwrap(), TEXT);
        let within: Vec<Recorded<Sample>> = serde_json::from_str(&format!("[{TEXT}]")).unwrap();
        assert_eq!(within, [read]);
    }

    #[test]
    fn what_the_value_cannot_be_read_from_is_an_error_without_values() {
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
