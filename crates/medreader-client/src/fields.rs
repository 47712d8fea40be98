//! Reading an answer field by field: only an id is required, and what is odd is kept as it came.

use common_http::{Error, ErrorKind, Extra, Item, RawJson, lenient};
use serde::de::{DeserializeOwned, Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

/// The fields of an object: its id, which is required, and all others.
#[derive(Deserialize)]
#[serde(bound = "I: From<String>")]
pub(crate) struct Fields<I> {
    #[serde(deserialize_with = "id")]
    pub(crate) id: I,
    #[serde(flatten)]
    pub(crate) rest: Extra,
}

/// Reads an id that is required.
pub(crate) fn id<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = lenient::string(deserializer)?;
    if text.is_empty() {
        let expected = &"a text that is not empty";
        return Err(D::Error::invalid_value(Unexpected::Str(""), expected));
    }
    Ok(T::from(text))
}

/// Takes an id that is optional. An empty one counts as absent.
pub(crate) fn take_id<T: From<String>>(rest: &mut Extra, name: &str) -> Option<T> {
    let text: Option<String> = lenient::take(rest, name);
    text.filter(|text| !text.is_empty()).map(T::from)
}

/// Takes an optional whole number, which may be written as a float.
pub(crate) fn take_whole(rest: &mut Extra, name: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Whole(#[serde(deserialize_with = "lenient::integer")] i64);

    lenient::take(rest, name).map(|Whole(number)| number)
}

/// Reads the items of a list.
pub(crate) fn items<T: DeserializeOwned>(list: impl IntoIterator<Item = RawJson>) -> Vec<Item<T>> {
    let read = |(index, raw)| Item::read(raw, index);
    list.into_iter().enumerate().map(read).collect()
}

/// Refuses an id in a query or a body that the engine would refuse in a path.
pub(crate) fn refusal(id: &str, problem: &'static str) -> Option<Error> {
    let is_odd = matches!(id, "" | "." | "..") || id.chars().any(char::is_control);
    is_odd.then(|| Error::new(ErrorKind::InvalidInput).with_detail(problem))
}
