//! JSON kept byte for byte.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::data::json::{DecodeError, decode};

/// One JSON value in exactly the bytes that came: field order, numbers, escapes and white space.
///
/// Read and write it with `serde_json` only (`from_str`, `from_slice`, `from_value`, ...). No other
/// format can carry it, nor can serde's `flatten` and `untagged`, which convert values on the way.
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
#[derive(Clone)]
pub struct RawJson(Arc<RawValue>);

impl RawJson {
    /// Wraps a text that is one JSON value, without white space and byte order mark around it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the text is not JSON, or is more than one value.
    pub fn from_text(text: impl Into<String>) -> Result<Self, DecodeError> {
        decode(text.into().as_bytes())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The text on one line: without white space between tokens, and otherwise byte for byte.
    #[must_use]
    pub fn compact(&self) -> String {
        let text = self.as_str();
        let mut compact = String::with_capacity(text.len());
        let (mut start, mut in_string, mut escaped) = (0, false, false);
        for (at, byte) in text.bytes().enumerate() {
            if in_string {
                in_string = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
            } else if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                compact.push_str(&text[start..at]);
                start = at + 1;
            } else {
                in_string = byte == b'"';
            }
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
        decode(self.as_str().as_bytes())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.as_str().len())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|value| Self(value.into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::RawJson;
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
            ("\"\n\"", DecodeReason::Syntax),
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

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            proptest::num::f64::NORMAL.prop_map(Value::from),
            "[ \"\\\\\n\ta-c{},:é]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[ \"\\\\a-c]{0,4}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Writes JSON with white space between all tokens, taken in turn from `gaps`.
    fn spaced(value: &Value, gaps: &mut impl Iterator<Item = String>, out: &mut String) {
        match value {
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.extend(gaps.next());
                    spaced(item, gaps, out);
                    out.extend(gaps.next());
                }
                out.extend(gaps.next());
                out.push(']');
            }
            Value::Object(fields) => {
                out.push('{');
                for (index, (name, field)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.extend(gaps.next());
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.extend(gaps.next());
                    out.push(':');
                    out.extend(gaps.next());
                    spaced(field, gaps, out);
                    out.extend(gaps.next());
                }
                out.extend(gaps.next());
                out.push('}');
            }
            scalar => out.push_str(&scalar.to_string()),
        }
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
