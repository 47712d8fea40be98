//! JSON kept byte for byte.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::data::charset;
use crate::data::decode::decode_text;
use crate::data::decode_error::DecodeError;
use crate::data::reader::RAW_TEXT;
use crate::data::survey;

/// One JSON value, byte for byte: its field order, numbers, escapes and white space.
///
/// It may be invalid JSON that [`json::decode`](crate::json::decode) tolerates, such as `NaN` for a
/// number; an item of a list may even be unreadable. `Serialize` always writes valid JSON: the value
/// as it was read, or else the whole text as a string.
///
/// Read and write it with `serde_json` only (`from_str`, `from_slice`, `from_value`, ...). Other
/// formats cannot represent it, and serde's `flatten` and `untagged` convert values on the way.
///
/// Cloning is cheap, because the text is shared. Two are equal if their bytes are. `Debug` prints
/// the length only.
///
/// ```
/// use common_http::RawJson;
///
/// let raw = RawJson::from_text(r#"{ "odi": 6.20, "note": "a  b" }"#)?;
/// assert_eq!(raw.compact(), r#"{"odi":6.20,"note":"a  b"}"#);
/// assert_eq!(format!("{raw:?}"), "RawJson(31 bytes)");
/// # Ok::<(), common_http::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RawJson {
    text: Arc<str>,
    /// The original bytes, if they differ from the text's.
    bytes: Option<Arc<Vec<u8>>>,
}

impl RawJson {
    /// Wraps a text that is one JSON value, and removes white space and a byte order mark around
    /// it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the text is not JSON, or is more than one value.
    pub fn from_text(text: impl Into<String>) -> Result<Self, DecodeError> {
        decode_text(&text.into())
    }

    /// Wraps the text of one value.
    pub(crate) fn of_text(text: &str) -> Self {
        Self {
            text: text.into(),
            bytes: None,
        }
    }

    /// Wraps the bytes of one value, which may be unreadable, and removes white space around it.
    pub(crate) fn of(bytes: &[u8], charset: Option<&str>) -> Self {
        Self::read_as(charset::text(bytes, || charset), bytes)
    }

    /// Wraps a text, and the bytes that it was read from.
    pub(crate) fn read_as(text: Cow<'_, str>, bytes: &[u8]) -> Self {
        let bytes = match &text {
            Cow::Borrowed(_) => None,
            Cow::Owned(_) => Some(Arc::new(bytes.to_vec())),
        };
        Self {
            text: text.trim_ascii().into(),
            bytes,
        }
    }

    /// The text, unchanged.
    ///
    /// If the bytes are not UTF-8, they are decoded with the charset that the answer names, else
    /// with replacement characters; [`as_bytes`](RawJson::as_bytes) has the original bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The original bytes: those of [`as_str`](RawJson::as_str), unless they are not UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.bytes {
            Some(bytes) => bytes,
            None => self.text.as_bytes(),
        }
    }

    /// [`as_str`](RawJson::as_str) on one line: without white space between tokens, and otherwise
    /// unchanged.
    ///
    /// A raw line break within a text, which JSON does not allow, is written as an escape.
    #[must_use]
    pub fn compact(&self) -> String {
        let text = self.as_str();
        let mut compact = String::with_capacity(text.len());
        let (mut start, mut in_string, mut escaped) = (0, false, false);
        for (at, byte) in text.bytes().enumerate() {
            let instead = match byte {
                b'\n' if in_string => "\\n",
                b'\r' if in_string => "\\r",
                b' ' | b'\t' | b'\n' | b'\r' if !in_string => "",
                _ => {
                    in_string = (byte == b'"') != in_string || (in_string && escaped);
                    escaped = in_string && !escaped && byte == b'\\';
                    continue;
                }
            };
            compact.push_str(&text[start..at]);
            // A backslash before it would escape the backslash of this escape.
            compact.push_str(if escaped { "\\" } else { "" });
            compact.push_str(instead);
            (start, escaped) = (at + 1, false);
        }
        compact.push_str(&text[start..]);
        compact
    }

    /// Reads the text into a type.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the type cannot hold it.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode_text(&self.text)
    }

    /// The text, or if it is not JSON, the value as it was read; a string if it cannot be read.
    fn json(&self) -> Cow<'_, str> {
        if serde_json::from_str::<&RawValue>(&self.text).is_ok() {
            return Cow::Borrowed(&self.text);
        }
        Cow::Owned(survey::repaired(&self.text).unwrap_or_else(|| survey::quoted(&self.text)))
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.as_bytes().len())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.json();
        serde_json::from_str::<&RawValue>(&json)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            text: raw_text(deserializer)?.into(),
            bytes: None,
        })
    }
}

/// Takes the text of the next value, unchanged.
pub(crate) fn raw_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;

    impl<'de> Visitor<'de> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, json: D) -> Result<String, D::Error> {
            let value = Box::<RawValue>::deserialize(json)?;
            Ok(Box::<str>::from(value).into())
        }
    }

    deserializer.deserialize_newtype_struct(RAW_TEXT, Text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::RawJson;
    use crate::data::any::{any_json, spaced};
    use crate::data::json::DecodeReason;

    #[test]
    fn every_byte_is_kept() {
        let text =
            "{\"z\":12.50,\"a\" : [1e2,\n123456789012345678901234567890, \"\\u00e9\\/\"],\"z\":-0}";
        let raw = RawJson::from_text(format!("\u{feff} {text}\r\n")).unwrap();
        assert_eq!(raw.as_str(), text);
        assert_eq!(serde_json::to_string(&[&raw]).unwrap(), format!("[{text}]"));
        let read: Vec<RawJson> = serde_json::from_str(&format!("[ {text} ]")).unwrap();
        assert_eq!(read, [raw]);
    }

    /// As bytes it would look like UTF-16.
    #[test]
    fn a_text_is_a_text_whatever_its_first_characters() {
        let spaced = RawJson::from_text("[ \0, 7]").unwrap();
        let raw = RawJson::from_text("[\0, 7]").unwrap();
        assert_eq!(raw.parse::<Value>().unwrap(), json!([null, 7]));
        assert_eq!(
            raw.parse::<Value>().unwrap(),
            spaced.parse::<Value>().unwrap()
        );
    }

    #[test]
    fn it_is_built_from_a_json_value_too() {
        let raw: RawJson = serde_json::from_value(json!({"a": [1, null]})).unwrap();
        assert_eq!(raw.as_str(), r#"{"a":[1,null]}"#);
        assert_eq!(raw.parse::<Value>().unwrap(), json!({"a": [1, null]}));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for (text, reason) in [
            ("", DecodeReason::EndedEarly),
            ("{\"a\":", DecodeReason::EndedEarly),
            ("{} {}", DecodeReason::Syntax),
            ("{'a':1}", DecodeReason::Syntax),
            ("NaN", DecodeReason::Syntax),
            ("OK", DecodeReason::Syntax),
            ("01", DecodeReason::Syntax),
        ] {
            assert_eq!(
                RawJson::from_text(text).unwrap_err().reason(),
                reason,
                "{text}"
            );
        }
    }

    #[test]
    fn compact_leaves_strings_alone() {
        for (text, compact) in [
            (
                r#"{ "a b" : "c \" d" , "e" : "\\" }"#,
                r#"{"a b":"c \" d","e":"\\"}"#,
            ),
            ("[\n 1,\t\"\\\\\\\" x\" ,\r\n2 ]", "[1,\"\\\\\\\" x\",2]"),
            ("\"  \u{a0} \u{2028} \"", "\"  \u{a0} \u{2028} \""),
            ("[ 12.50 , 1E+2 ]", "[12.50,1E+2]"),
        ] {
            assert_eq!(RawJson::from_text(text).unwrap().compact(), compact);
        }
    }

    #[test]
    fn debug_shows_the_length_only() {
        let raw = RawJson::from_text("\"MARKER\"").unwrap();
        assert_eq!(
            format!("{raw:?} {raw:#?}"),
            "RawJson(8 bytes) RawJson(8 bytes)"
        );
    }

    proptest! {
        #[test]
        fn compact_removes_the_white_space_and_nothing_else(
            value in any_json(),
            gaps in prop::collection::vec("[ \t\r\n]{0,3}", 1..20),
        ) {
            let mut text = String::new();
            spaced(&value, &mut gaps.into_iter().cycle(), &mut text);
            let raw = RawJson::from_text(&*text).unwrap();
            prop_assert_eq!(raw.as_str(), &*text);
            prop_assert_eq!(raw.compact(), value.to_string());
        }
    }
}
