//! Reads a text into a type: fast if it is valid JSON, else as far as possible.

use std::cell::Cell;

use serde::de::DeserializeOwned;

use crate::data::decode_error::{DecodeError, DecodeReason};
use crate::data::reader::Reader;
use crate::data::scan::survey;
use crate::data::{charset, cost};

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
