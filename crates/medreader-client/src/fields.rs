//! Reading an answer field by field: only an id is required.

use common_http::{Error, ErrorKind, lenient};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

/// Reads an id that is required: a text that is not empty, or a whole number of 64 bits.
pub(crate) fn id<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + AsRef<str>,
{
    let id = T::deserialize(deserializer)?;
    if id.as_ref().is_empty() {
        let expected = &"an id that is not empty";
        return Err(D::Error::invalid_value(Unexpected::Str(""), expected));
    }
    Ok(id)
}

/// Reads an id that is optional. An empty one counts as absent.
pub(crate) fn optional_id<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + AsRef<str>,
{
    let id = Option::<T>::deserialize(deserializer)?;
    Ok(id.filter(|id| !id.as_ref().is_empty()))
}

/// Reads an optional whole number, which may be written as a float.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    struct Whole(#[serde(deserialize_with = "lenient::integer")] i64);

    let number = Option::<Whole>::deserialize(deserializer)?;
    Ok(number.map(|Whole(number)| number))
}

/// Refuses an id in a query or a body that the engine would refuse in a path.
pub(crate) fn refusal(id: &str, problem: &'static str) -> Option<Error> {
    let is_odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
    let is_odd = matches!(id, "" | "." | "..") || id.contains(is_odd);
    is_odd.then(|| Error::new(ErrorKind::InvalidInput).with_detail(problem))
}
