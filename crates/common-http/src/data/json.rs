//! Reads JSON without losing anything and without showing values in errors.
//!
//! - [`decode`] reads a body into a type; [`DecodeError`] names the path, but never the value.
//! - [`RawJson`] keeps a piece of JSON byte for byte.
//! - [`TextOrNumber`] is for fields that may be a string or a number.
//! - [`Extra`] holds the fields that a type does not name.
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

use serde_json::Value;

pub use crate::data::decode::decode;
pub(crate) use crate::data::decode::{decode_text, read, strict};
pub use crate::data::decode_error::{DecodeError, DecodeReason};
pub use crate::data::raw::RawJson;
pub use crate::data::text_or_number::TextOrNumber;

/// The fields of an object that its type does not name, for `#[serde(flatten)]`.
///
/// They are written again with the object. Numbers keep their value, but not their spelling or
/// digits beyond 64 bits; only a [`RawJson`] keeps those.
pub type Extra = serde_json::Map<String, Value>;

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
