//! An item of a list, which is rejected alone if it cannot be read.

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::data::recorded::Recorded;
use crate::json::{DecodeError, RawJson};

/// An item of a vendor's list: read, or rejected with its text kept.
///
/// An item that cannot be read does not affect its page, its list or the pages after it.
/// `Serialize` writes what the value writes, and a rejected item unchanged.
///
/// ```
/// use common_http::{Item, RawJson};
///
/// let items: Vec<Item<u32>> = ["7", "\"seven\""]
///     .into_iter()
///     .enumerate()
///     .map(|(index, text)| Ok(Item::read(RawJson::from_text(text)?, index)))
///     .collect::<Result<_, common_http::DecodeError>>()?;
/// assert_eq!(items[0].value(), Some(&7));
/// assert_eq!((items[1].value(), items[1].raw().as_str()), (None, "\"seven\""));
/// # Ok::<(), common_http::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "an item is read or it is not")]
pub enum Item<T> {
    /// It was read.
    Read(Recorded<T>),
    /// It cannot be read as a `T`.
    Rejected(Rejected),
}

/// An item that cannot be read, unchanged.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rejected {
    /// The vendor's own JSON text of the item.
    pub raw: RawJson,
    /// Why and where it cannot be read. The path starts at the list, for example `[3].id`.
    pub error: DecodeError,
}

impl<T> Item<T> {
    /// The value, if it was read.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Read(recorded) => Some(recorded),
            Self::Rejected(_) => None,
        }
    }

    /// The value without its text, if it was read.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        self.into_result().ok().map(Recorded::into_inner)
    }

    /// The rejected item, if it was rejected.
    #[must_use]
    pub fn rejected(&self) -> Option<&Rejected> {
        match self {
            Self::Read(_) => None,
            Self::Rejected(rejected) => Some(rejected),
        }
    }

    /// The value with its text, or the rejected item as the error.
    ///
    /// # Errors
    /// The rejected item.
    pub fn into_result(self) -> Result<Recorded<T>, Rejected> {
        match self {
            Self::Read(recorded) => Ok(recorded),
            Self::Rejected(rejected) => Err(rejected),
        }
    }

    /// The vendor's own JSON text of the item.
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        match self {
            Self::Read(recorded) => recorded.raw(),
            Self::Rejected(rejected) => &rejected.raw,
        }
    }
}

impl<T: Serialize> Serialize for Item<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read(recorded) => recorded.serialize(serializer),
            Self::Rejected(rejected) => rejected.raw.serialize(serializer),
        }
    }
}

impl<T: DeserializeOwned> Item<T> {
    /// Reads the item with this index (from 0) of its list.
    #[must_use]
    pub fn read(raw: RawJson, index: usize) -> Self {
        match raw.parse() {
            Ok(value) => Self::Read(Recorded::new(value, raw)),
            Err(error) => Self::Rejected(Rejected {
                raw,
                error: error.in_item(index),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Item<u8> {
        Item::read(RawJson::from_text(text).unwrap(), 3)
    }

    #[test]
    fn a_readable_item_has_its_value_and_text() {
        let item = read("7");
        assert_eq!((item.value(), item.raw().as_str()), (Some(&7), "7"));
        assert!(item.rejected().is_none());
        assert_eq!(item.clone().into_result().map(Recorded::into_inner), Ok(7));
        assert_eq!(serde_json::to_string(&item).unwrap(), "7");
        assert_eq!(item.into_value(), Some(7));
    }

    #[test]
    fn an_unreadable_item_keeps_its_text_and_place() {
        let item = read("\"MARKER\"");
        assert_eq!((item.value(), item.raw().as_str()), (None, "\"MARKER\""));
        assert!(!format!("{item:?}").contains("MARKER"));
        assert_eq!(item.rejected().unwrap().error.path(), "[3]");
        assert_eq!(serde_json::to_string(&item).unwrap(), "\"MARKER\"");
        assert_eq!(item.clone().into_value(), None);
        assert_eq!(item.into_result().unwrap_err().raw.as_str(), "\"MARKER\"");
    }
}
