//! Reads a text into a type: fast if it is valid JSON, else as far as possible.

use std::cell::Cell;

use serde::de::DeserializeOwned;

use crate::data::decode_error::{DecodeError, DecodeReason};
use crate::data::reader::Reader;
use crate::data::survey::{Survey, survey};
use crate::data::{charset, cost};

/// Reads a whole JSON document into a type.
///
/// A byte order mark at the start is skipped, and invalid UTF-8 is read with replacement
/// characters. A value that is not valid JSON affects only itself: a text with raw control
/// characters or half a surrogate is read as far as possible; `NaN` and similar values, and values
/// nested more than 127 deep, read as null. Of a doubled key the last value counts.
///
/// Anything but white space after the document is an error. So are more than eight documents in one
/// another, as the items of [`lenient::items`](crate::lenient::items) are: each level reads its text
/// again.
///
/// # Errors
///
/// [`DecodeError`] if the bytes are not a JSON document, or not one that the type can hold.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_text(&charset::text(bytes, || None))
}

/// [`decode`] for bytes that were read as a text.
pub(crate) fn decode_text<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let _level = Level::enter()?;
    cost::check(text.as_bytes())?;
    // Valid JSON is read fast. Where and why a text is invalid is determined only after a failure.
    let fast = cost::within(text.len(), || by_the_book(|| serde_json::from_str(text)));
    fast.or_else(|_| {
        let survey = survey(text);
        cost::within(text.len(), || match &survey {
            Some(survey) => read(text, survey),
            None => strict(text),
        })
    })
}

/// Reads a surveyed text.
pub(crate) fn read<T: DeserializeOwned>(text: &str, survey: &Survey) -> Result<T, DecodeError> {
    tolerantly(|| serde_path_to_error::deserialize(&mut Reader::new(text, survey)))
        .map_err(|error| DecodeError::translate(error.path(), error.inner()))
}

/// Reads a text as strict JSON.
pub(crate) fn strict<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| DecodeError::translate(error.path(), error.inner()))?;
    reader
        .end()
        .map_err(|error| DecodeError::new([], DecodeReason::of(&error)))?;
    Ok(value)
}

thread_local! {
    static LEVEL: Cell<u8> = const { Cell::new(0) };
    static BY_THE_BOOK: Cell<bool> = const { Cell::new(false) };
}

/// Reads with models that fail at the first unexpected value, and leave tolerance to the caller.
///
/// The mode belongs to the thread, because serde's traits have no place for it.
pub(crate) fn by_the_book<T>(read: impl FnOnce() -> T) -> T {
    in_mode(true, read)
}

/// Reads with models that tolerate unexpected values.
pub(crate) fn tolerantly<T>(read: impl FnOnce() -> T) -> T {
    in_mode(false, read)
}

/// Whether models fail at the first unexpected value.
pub(crate) fn is_by_the_book() -> bool {
    BY_THE_BOOK.get()
}

fn in_mode<T>(by_the_book: bool, read: impl FnOnce() -> T) -> T {
    /// Restores the mode, also after a panic.
    struct Before(bool);

    impl Drop for Before {
        fn drop(&mut self) {
            BY_THE_BOOK.set(self.0);
        }
    }

    let _before = Before(BY_THE_BOOK.replace(by_the_book));
    read()
}

/// A document in a document: a type that reads its parts with [`decode`] would otherwise have no
/// limit to its depth.
struct Level;

impl Level {
    fn enter() -> Result<Self, DecodeError> {
        const DEEPEST: u8 = 8;
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
