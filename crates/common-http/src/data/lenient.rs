//! Helpers for `#[serde(deserialize_with = "...")]` that accept the deviations seen from vendors.
//!
//! Their errors never quote a value.

use serde::de::{DeserializeOwned, Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use crate::data::cost;
use crate::data::decode::tolerantly;
use crate::data::item::Item;
use crate::data::json::{Extra, RawJson};

/// Reads a list; null is the empty list, and null items are dropped.
///
/// With `#[serde(default)]` an absent field is the empty list too.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Sample {
///     #[serde(default, deserialize_with = "common_http::lenient::vec_or_null")]
///     words: Vec<String>,
/// }
///
/// for (json, count) in [("{}", 0), (r#"{"words": null}"#, 0), (r#"{"words": ["a", null]}"#, 1)] {
///     assert_eq!(serde_json::from_str::<Sample>(json)?.words.len(), count);
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// Those of the deserializer, if the value is neither null nor a list of such items.
pub fn vec_or_null<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items = Option::<Vec<Option<T>>>::deserialize(deserializer)?;
    Ok(items.into_iter().flatten().flatten().collect())
}

/// Reads a whole number, which may be written as a float: `6.0` is 6.
///
/// # Errors
///
/// Those of the deserializer, and if the value is not a number, has a fraction or does not fit into
/// 64 bits.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    const EXPECTED: &str = "a whole number of 64 bits";
    // Through `Value`, because the form of a number depends on the features of serde_json that
    // another crate of the program may have switched on (`arbitrary_precision`).
    let number = match Value::deserialize(deserializer)? {
        Value::Number(number) => number,
        other => {
            return Err(D::Error::invalid_type(
                Unexpected::Other(kind(&other)),
                &EXPECTED,
            ));
        }
    };
    match whole(&number) {
        Some(whole) => Ok(whole),
        None if number.as_f64().is_some_and(|value| value.fract() != 0.0) => Err(
            D::Error::invalid_type(Unexpected::Other("a number with a fraction"), &EXPECTED),
        ),
        None => Err(D::Error::invalid_value(
            Unexpected::Other("a larger number"),
            &EXPECTED,
        )),
    }
}

/// Reads a string; the error for any other type does not quote it.
///
/// For keys, passwords and the like.
///
/// # Errors
///
/// The deserializer's "invalid type", if the value is not a string.
pub fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer)
        .map_err(|_| D::Error::invalid_type(Unexpected::Other("something else"), &"a string"))
}

/// Reads a list whose unreadable items are rejected alone.
///
/// Null is the empty list, and null items are dropped.
///
/// ```
/// use common_http::{Item, lenient};
///
/// #[derive(serde::Deserialize)]
/// struct Page {
///     #[serde(default, deserialize_with = "lenient::items")]
///     results: Vec<Item<u32>>,
/// }
///
/// let page: Page = serde_json::from_str(r#"{"results": [1, null, "two"]}"#)?;
/// assert_eq!(page.results[0].value(), Some(&1));
/// assert_eq!(page.results[1].rejected().unwrap().error.path(), "[2]");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// Those of the deserializer, if the value is neither null nor a list.
pub fn items<'de, D, T>(deserializer: D) -> Result<Vec<Item<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let texts = Option::<Vec<RawJson>>::deserialize(deserializer)?;
    let texts = texts.unwrap_or_default();
    let is_there = |raw: &RawJson| raw.as_str() != "null";
    let count = texts.iter().filter(|raw| is_there(raw)).count();
    cost::spend::<Item<T>>(count).map_err(D::Error::custom)?;
    let mut items = Vec::with_capacity(count);
    let texts = texts.into_iter().enumerate();
    let texts = texts.filter(|(_, raw)| is_there(raw));
    items.extend(texts.map(|(index, raw)| Item::read(raw, index)));
    Ok(items)
}

/// Moves a field out of an answer's fields. It stays there if the type cannot hold it.
///
/// An unexpected value affects no other field. Null counts as absent.
///
/// For `#[serde(from = "...")]`: a type takes its fields from the answer's fields, and the rest is
/// its `extra`.
///
/// ```
/// use common_http::{Extra, lenient};
///
/// let mut rest: Extra = serde_json::from_str(r#"{"name": "a", "size": "16", "note": null}"#)?;
/// assert_eq!(lenient::take::<String>(&mut rest, "name").as_deref(), Some("a"));
/// assert_eq!(lenient::take::<i64>(&mut rest, "size"), None);
/// assert_eq!(lenient::take::<String>(&mut rest, "note"), None);
/// assert_eq!(serde_json::to_string(&rest)?, r#"{"size":"16"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn take<T: DeserializeOwned>(rest: &mut Extra, name: &str) -> Option<T> {
    let value = rest.get(name)?;
    let value: Option<T> = tolerantly(|| Option::deserialize(value)).ok()?;
    rest.remove(name);
    value
}

/// The value of a JSON number as an `i64`, if it is whole and fits.
pub(crate) fn whole(number: &Number) -> Option<i64> {
    /// 2^63, the first float that is too large; its negative still fits.
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    number.as_i64().or_else(|| {
        let value = number.as_f64().filter(|_| number.is_f64())?;
        let fits = value.fract() == 0.0 && (-TOO_LARGE..TOO_LARGE).contains(&value);
        fits.then_some(value as i64)
    })
}

/// The type of a JSON value, for an error that does not quote it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::Extra;
    use crate::Item;
    use crate::data::json::{DecodeReason, decode};

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[serde(default, deserialize_with = "super::vec_or_null")]
        list: Vec<String>,
        #[serde(default, deserialize_with = "super::integer")]
        code: i64,
        #[serde(default, deserialize_with = "super::string")]
        text: String,
    }

    fn read(json: &str) -> Sample {
        decode(json.as_bytes()).unwrap()
    }

    fn failure(json: &str) -> (String, DecodeReason) {
        let error = decode::<Sample>(json.as_bytes()).unwrap_err();
        (error.path().to_owned(), error.reason())
    }

    /// Records that were read from files, each with its mark.
    #[test]
    fn a_byte_order_mark_before_an_item_is_skipped() {
        #[derive(Deserialize)]
        struct List {
            #[serde(deserialize_with = "super::items")]
            list: Vec<Item<u32>>,
        }
        let list: List = decode("{\"list\":[\u{feff}1,\u{feff}2]}".as_bytes()).unwrap();
        let values: Vec<_> = list.list.iter().filter_map(Item::value).collect();
        assert_eq!(values, [&1, &2]);
    }

    #[test]
    fn null_is_an_empty_list_and_null_items_are_dropped() {
        for json in [
            "{}",
            r#"{"list": null}"#,
            r#"{"list": []}"#,
            r#"{"list": [null]}"#,
        ] {
            assert!(read(json).list.is_empty(), "{json}");
        }
        assert_eq!(read(r#"{"list": [null, "a", null, "b"]}"#).list, ["a", "b"]);
        assert_eq!(
            failure(r#"{"list": "a"}"#),
            ("list".to_owned(), DecodeReason::WrongType)
        );
        assert_eq!(
            failure(r#"{"list": ["a", 1]}"#),
            ("list[1]".to_owned(), DecodeReason::WrongType)
        );
    }

    #[test]
    fn whole_numbers_may_be_floats() {
        for (json, code) in [
            ("6", 6),
            ("6.0", 6),
            ("-1.0", -1),
            ("-0.0", 0),
            ("1e3", 1000),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("-9.223372036854775808e18", i64::MIN),
        ] {
            assert_eq!(read(&format!(r#"{{"code": {json}}}"#)).code, code, "{json}");
        }
    }

    #[test]
    fn what_is_not_a_whole_number_is_an_error() {
        for (json, reason) in [
            ("6.5", DecodeReason::WrongType),
            ("\"6\"", DecodeReason::WrongType),
            ("null", DecodeReason::WrongType),
            ("true", DecodeReason::WrongType),
            ("[6]", DecodeReason::WrongType),
            ("{}", DecodeReason::WrongType),
            ("9223372036854775808", DecodeReason::OutOfRange),
            ("9.223372036854775808e18", DecodeReason::OutOfRange),
            ("1e300", DecodeReason::OutOfRange),
        ] {
            assert_eq!(
                failure(&format!(r#"{{"code": {json}}}"#)),
                ("code".to_owned(), reason),
                "{json}"
            );
        }
    }

    #[test]
    fn a_string_is_a_string() {
        assert_eq!(read(r#"{"text": "EXAMPLE"}"#).text, "EXAMPLE");
        for json in ["1", "null", "true", "[]"] {
            let failure = failure(&format!(r#"{{"text": {json}}}"#));
            assert_eq!(
                failure,
                ("text".to_owned(), DecodeReason::WrongType),
                "{json}"
            );
        }
    }

    #[test]
    fn a_field_is_taken_or_stays() {
        let json = r#"{"text": "a", "odd": 7, "null": null, "other": [1]}"#;
        let mut rest: Extra = serde_json::from_str(json).unwrap();
        let mut take = |name| super::take::<String>(&mut rest, name);
        assert_eq!(take("text").as_deref(), Some("a"));
        for none in ["text", "odd", "null", "absent"] {
            assert_eq!(take(none), None, "{none}");
        }
        let left: Vec<_> = rest.keys().collect();
        assert_eq!(left, ["odd", "other"]);
    }

    #[test]
    fn a_list_within_keeps_the_texts_of_its_items() {
        #[derive(Deserialize)]
        struct Page {
            #[serde(default, deserialize_with = "super::items")]
            list: Vec<Item<Extra>>,
        }
        let page: Page =
            decode(br#"{"list": [{"odi": NaN}, null, 7, { "odi":"x" }], "list2": Infinity}"#)
                .unwrap();
        let texts: Vec<_> = page.list.iter().map(|item| item.raw().as_str()).collect();
        assert_eq!(texts, ["{\"odi\": NaN}", "7", "{ \"odi\":\"x\" }"]);
        assert_eq!(page.list[1].rejected().unwrap().error.path(), "[2]");
        for none in ["{}", r#"{"list":null}"#, r#"{"list":[]}"#] {
            assert!(decode::<Page>(none.as_bytes()).unwrap().list.is_empty());
        }
    }

    #[test]
    fn errors_do_not_quote_the_value() {
        for json in [
            r#"{"code": "MARKER"}"#,
            r#"{"code": 987654.5}"#,
            r#"{"code": 98765498765498765498}"#,
        ] {
            let text = serde_json::from_str::<Sample>(json)
                .unwrap_err()
                .to_string();
            assert!(
                !text.contains("MARKER") && !text.contains("987654"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn integers_and_their_floats_read_alike(code in -(1_i64 << 53)..(1_i64 << 53)) {
            prop_assert_eq!(read(&format!(r#"{{"code": {code}}}"#)).code, code);
            prop_assert_eq!(read(&format!(r#"{{"code": {code}.0}}"#)).code, code);
        }
    }
}
