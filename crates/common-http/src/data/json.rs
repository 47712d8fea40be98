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

use std::cell::Cell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::data::reader::Reader;
use crate::data::scan::survey;
use crate::data::{charset, cost};

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
/// A byte order mark at the start is skipped, and invalid UTF-8 is read with replacement
/// characters. A value that is not valid JSON affects only itself: a text with raw control
/// characters or half a surrogate is read as far as possible; `NaN` and similar values, and values
/// nested more than 127 deep, read as null. Of a doubled key the last value counts.
///
/// Anything but white space after the document is an error.
///
/// # Errors
///
/// [`DecodeError`] if the bytes are not a JSON document, or not one that the type can hold.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_in(None, bytes)
}

/// [`decode`] for bytes that may be in this charset.
pub(crate) fn decode_in<T: DeserializeOwned>(
    charset: Option<&str>,
    bytes: &[u8],
) -> Result<T, DecodeError> {
    let text = charset::text(bytes, charset);
    let _level = Level::enter()?;
    cost::check(text.as_bytes())?;
    // Valid JSON is read fast. Where and why a text is invalid is determined only after a failure.
    if let Ok(value) = serde_json::from_str(&text) {
        return Ok(value);
    }
    match survey(&text, &mut |_, _| ()) {
        Some(doubled) => read(&text, &doubled),
        None => strict(&text),
    }
}

/// Reads a surveyed text without the members that begin at these positions.
pub(crate) fn read<T: DeserializeOwned>(text: &str, left_out: &[usize]) -> Result<T, DecodeError> {
    serde_path_to_error::deserialize(&mut Reader::new(text, left_out))
        .map_err(|error| DecodeError::translate(error.path(), error.inner()))
}

/// Reads a text as strict JSON.
fn strict<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| DecodeError::translate(error.path(), error.inner()))?;
    reader
        .end()
        .map_err(|error| DecodeError::new([], DecodeReason::of(&error)))?;
    Ok(value)
}

/// A document in a document: a type that reads its parts with [`decode`] would otherwise have no
/// limit to its depth.
struct Level;

thread_local! {
    static LEVEL: Cell<u8> = const { Cell::new(0) };
}

impl Level {
    fn enter() -> Result<Self, DecodeError> {
        const DEEPEST: u8 = 32;
        if LEVEL.get() == DEEPEST {
            return Err(DecodeError::new([], DecodeReason::Other));
        }
        LEVEL.set(LEVEL.get() + 1);
        Ok(Self)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVEL.set(LEVEL.get() - 1);
    }
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
