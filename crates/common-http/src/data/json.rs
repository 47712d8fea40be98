//! Reads JSON so that nothing is lost and no value leaks into an error.
//!
//! - [`decode`] reads a body into a type; [`DecodeError`] names the path, but never the value.
//! - [`RawJson`] keeps a piece of JSON byte for byte.
//! - [`TextOrNumber`] is for fields that may be a string or a number.
//! - [`Extra`] holds the fields that a type does not know.
//!
//! A type that keeps unknown fields and treats null as absent:
//!
//! ```
//! use common_http::json::{self, Extra};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Sample {
//!     #[serde(default, skip_serializing_if = "Option::is_none")]
//!     weight: Option<f64>,
//!     #[serde(
//!         default,
//!         deserialize_with = "common_http::lenient::vec_or_null",
//!         skip_serializing_if = "Vec::is_empty"
//!     )]
//!     words: Vec<String>,
//!     #[serde(flatten)]
//!     extra: Extra,
//! }
//!
//! let sample: Sample = json::decode(br#"{"weight": 80, "words": null, "new": [1, 2]}"#)?;
//! assert_eq!(sample.weight, Some(80.0));
//! assert_eq!(serde_json::to_string(&sample).unwrap(), r#"{"weight":80.0,"new":[1,2]}"#);
//! # Ok::<(), common_http::DecodeError>(())
//! ```

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::data::decode_error::{DecodeError, DecodeReason};
pub use crate::data::raw::RawJson;
pub use crate::data::text_or_number::TextOrNumber;

/// The fields of an object that its type does not name, for `#[serde(flatten)]`.
///
/// They are written again with the object. Numbers keep their value, but not their spelling or
/// digits beyond 64 bits; only a [`RawJson`] keeps those.
pub type Extra = serde_json::Map<String, Value>;

/// Reads a whole JSON document into a type.
///
/// A byte order mark at the start is skipped, because some servers send one. Anything but white
/// space after the document is an error.
///
/// # Errors
///
/// [`DecodeError`] if the bytes are not a JSON document, or not one that the type can hold.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| DecodeError::translate(error.path(), error.inner()))?;
    reader
        .end()
        .map_err(|error| DecodeError::new([], DecodeReason::of(&error)))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{DecodeReason, Extra, RawJson, decode};

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(
            decode::<Value>(b"\xEF\xBB\xBF {\"a\": 1} ").unwrap(),
            json!({"a": 1})
        );
        let error = decode::<Value>(b"\xEF\xBB{}").unwrap_err();
        assert_eq!((error.path(), error.reason()), (".", DecodeReason::Syntax));
    }

    #[test]
    fn what_follows_the_document_is_an_error() {
        for body in ["{} x", "[][]", "1 2", "null,"] {
            let error = decode::<Value>(body.as_bytes()).unwrap_err();
            assert_eq!(
                (error.path(), error.reason()),
                (".", DecodeReason::Syntax),
                "{body}"
            );
        }
    }

    #[test]
    fn a_list_can_be_split_into_its_raw_items() {
        let items: Vec<RawJson> = decode(b"[ {\"a\" : 12.50} , [ ] ]").unwrap();
        let texts: Vec<_> = items.iter().map(RawJson::as_str).collect();
        assert_eq!(texts, ["{\"a\" : 12.50}", "[ ]"]);
    }

    #[test]
    fn an_object_keeps_unknown_fields() {
        let body = br#"{"z":1,"a":{"b":[null,true,"EXAMPLE"]}}"#;
        let extra: Extra = decode(body).unwrap();
        assert_eq!(extra.get("a"), Some(&json!({"b": [null, true, "EXAMPLE"]})));
    }
}
