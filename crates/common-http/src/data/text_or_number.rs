//! Fields that may be a string or a number.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

use crate::data::lenient;

/// A JSON string or number, which is written as the type that was read.
///
/// A string is kept exactly, and so is a whole number from -2^63 to 2^64-1. Any other number is
/// kept as a 64-bit float: its value, not its spelling (`12.50` is written `12.5`). If every digit
/// matters, use the [`RawJson`](crate::RawJson) of the answer. A string never equals a number:
/// `"12"` is not `12`.
///
/// `Debug` prints `TextOrNumber(..)`.
///
/// ```
/// use common_http::TextOrNumber;
///
/// let serial: TextOrNumber = serde_json::from_str("12345")?;
/// assert_eq!(serial.as_text(), "12345");
/// assert_eq!(serial.as_i64(), Some(12345));
/// assert_eq!(serde_json::to_string(&serial)?, "12345");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TextOrNumber(pub(crate) TextOrNumberForm);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum TextOrNumberForm {
    Text(String),
    Number(Number),
}

impl TextOrNumber {
    /// The string, or the number's digits.
    #[must_use]
    pub fn as_text(&self) -> Cow<'_, str> {
        match &self.0 {
            TextOrNumberForm::Text(text) => Cow::Borrowed(text),
            TextOrNumberForm::Number(number) => Cow::Owned(number.to_string()),
        }
    }

    /// The value as a whole number: `12`, `12.0` and `"12"` are all 12.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            TextOrNumberForm::Text(text) => text.parse().ok(),
            TextOrNumberForm::Number(number) => lenient::whole(number),
        }
    }
}

impl From<String> for TextOrNumber {
    fn from(text: String) -> Self {
        Self(TextOrNumberForm::Text(text))
    }
}

impl From<&str> for TextOrNumber {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<i64> for TextOrNumber {
    fn from(number: i64) -> Self {
        Self(TextOrNumberForm::Number(number.into()))
    }
}

impl fmt::Debug for TextOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextOrNumber(..)")
    }
}

impl Serialize for TextOrNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            TextOrNumberForm::Text(text) => serializer.serialize_str(text),
            TextOrNumberForm::Number(number) => number.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::from(text)),
            Value::Number(number) => Ok(Self(TextOrNumberForm::Number(number))),
            other => Err(D::Error::invalid_type(
                Unexpected::Other(lenient::kind(&other)),
                &"a string or a number",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::TextOrNumber;

    fn read(json: &str) -> TextOrNumber {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn it_is_written_as_it_came() {
        for json in [
            "\"\"",
            "\"0012\"",
            "\"a b\"",
            "12",
            "-9223372036854775808",
            "18446744073709551615",
            "12.5",
            "6.0",
        ] {
            assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
        }
        assert_eq!(serde_json::to_string(&read("12.50")).unwrap(), "12.5");
        assert_eq!(
            serde_json::to_value(read("18446744073709551616")).unwrap(),
            serde_json::json!(18446744073709551616.0)
        );
    }

    #[test]
    fn it_is_read_as_text_or_whole_number() {
        for (json, text, number) in [
            ("12345", "12345", Some(12345)),
            ("\"12345\"", "12345", Some(12345)),
            ("6.0", "6.0", Some(6)),
            ("6.5", "6.5", None),
            ("\"texto\"", "texto", None),
            ("\"\"", "", None),
            ("18446744073709551615", "18446744073709551615", None),
        ] {
            let value = read(json);
            assert_eq!(
                (&*value.as_text(), value.as_i64()),
                (text, number),
                "{json}"
            );
        }
    }

    #[test]
    fn text_and_number_differ() {
        assert_ne!(TextOrNumber::from("12"), TextOrNumber::from(12));
        assert_eq!(read("\"12\""), TextOrNumber::from("12".to_owned()));
        assert_eq!(read("12"), TextOrNumber::from(12));
        let all: HashSet<_> = [read("12"), read("\"12\""), read("12"), read("12.0")]
            .into_iter()
            .collect();
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn anything_else_is_refused_without_being_quoted() {
        for json in ["true", "null", "[\"MARKER\"]", "{\"MARKER\":1}"] {
            let error = serde_json::from_str::<TextOrNumber>(json)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with("invalid type"), "{error}");
            assert!(!error.contains("MARKER"), "{error}");
        }
    }

    #[test]
    fn debug_hides_the_value() {
        assert_eq!(
            format!("{:?} {:#?}", read("\"MARKER\""), read("1")),
            "TextOrNumber(..) TextOrNumber(..)"
        );
    }

    proptest! {
        #[test]
        fn any_text_or_float_round_trips(text in any::<String>(), number in proptest::num::f64::NORMAL) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&read(&json)).unwrap(), json);
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::to_string(&read(&json)).unwrap(), json);
        }
    }
}
