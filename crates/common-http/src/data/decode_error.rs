//! Why a piece of JSON could not be read, without its values.

use std::fmt;

use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

/// Where and why a piece of JSON could not be read, without its values.
///
/// The messages of JSON readers quote what they read, which can be a patient's name, so only the
/// path and a [`DecodeReason`] are kept.
///
/// A hand-written `Deserialize` may read a part of its input with [`decode`](crate::json::decode)
/// and pass the error on with [`serde::de::Error::custom`]; an outer `decode` joins the two paths.
///
/// ```
/// use common_http::{DecodeReason, json};
///
/// let error = json::decode::<Vec<i64>>(br#"[1, "EXAMPLE", 3]"#).unwrap_err();
/// assert_eq!((error.path(), error.reason()), ("[1]", DecodeReason::WrongType));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{INTRODUCTION}{path}{SEPARATOR}{reason}")]
pub struct DecodeError {
    path: String,
    reason: DecodeReason,
}

const INTRODUCTION: &str = "unreadable JSON at ";
const SEPARATOR: &str = ": ";

/// Why a piece of JSON could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeReason {
    /// The text is not JSON.
    Syntax,
    /// The value has another JSON type than the field: a string for a number, null for a required
    /// field.
    WrongType,
    /// A required field is absent; the path names it.
    MissingField,
    /// The JSON type is right, but the field cannot hold the value: too large, or empty where that
    /// is not allowed.
    OutOfRange,
    /// The text ends in the middle.
    EndedEarly,
    /// The text has so many values that reading it would cost many times its size in memory.
    TooMany,
    /// Anything else.
    Other,
}

impl DecodeError {
    /// The path of the value, such as `[3].result.oximetry.odi`; `.` is the whole document.
    ///
    /// Only keys that look like a field name (`[A-Za-z_][A-Za-z0-9_]{0,63}`) are shown. Any other
    /// key is `?`, because a vendor may use ids or names of persons as keys.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Why it could not be read.
    #[must_use]
    pub fn reason(&self) -> DecodeReason {
        self.reason
    }

    /// Prefixes the path with the index of a list's item, from 0: `odi` becomes `[3].odi`.
    #[must_use]
    pub fn in_item(self, index: usize) -> Self {
        Self {
            path: join([format!("[{index}]").as_str(), &self.path]),
            ..self
        }
    }

    pub(crate) fn new<'a>(parts: impl IntoIterator<Item = &'a str>, reason: DecodeReason) -> Self {
        Self {
            path: join(parts),
            reason,
        }
    }

    /// Keeps the parts of a reader's error that cannot be a value.
    pub(crate) fn translate(path: &Path, error: &serde_json::Error) -> Self {
        let path = printable(path);
        let text = error.to_string();
        if let Some(inner) = Self::handed_on(&text) {
            return Self::new([path.as_str(), &inner.path], inner.reason);
        }
        let reason = DecodeReason::of(error);
        match missing_field(&text).filter(|_| reason == DecodeReason::MissingField) {
            Some(field) => Self::new([path.as_str(), field], reason),
            None => Self::new([path.as_str()], reason),
        }
    }

    /// Reads an error of this type from the text in which serde passed it on.
    fn handed_on(text: &str) -> Option<Self> {
        let (path, rest) = text.strip_prefix(INTRODUCTION)?.split_once(SEPARATOR)?;
        let reason = DecodeReason::ALL
            .into_iter()
            .find(|reason| rest.starts_with(reason.as_str()))?;
        let of_path = |c: char| c.is_ascii_alphanumeric() || "_?.[]".contains(c);
        path.chars().all(of_path).then(|| Self::new([path], reason))
    }
}

impl DecodeReason {
    const ALL: [Self; 7] = [
        Self::Syntax,
        Self::WrongType,
        Self::MissingField,
        Self::OutOfRange,
        Self::EndedEarly,
        Self::TooMany,
        Self::Other,
    ];

    /// The reason in words: `syntax`, `wrong type`, `missing field`, `out of range`, `ended early`,
    /// `too many values` or `other`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::WrongType => "wrong type",
            Self::MissingField => "missing field",
            Self::OutOfRange => "out of range",
            Self::EndedEarly => "ended early",
            Self::TooMany => "too many values",
            Self::Other => "other",
        }
    }

    /// serde's reasons are recognised by the start of their text; the rest may quote values.
    pub(crate) fn of(error: &serde_json::Error) -> Self {
        const BEGINNINGS: [(&str, DecodeReason); 7] = [
            ("invalid type", DecodeReason::WrongType),
            ("missing field", DecodeReason::MissingField),
            ("invalid value", DecodeReason::OutOfRange),
            ("invalid length", DecodeReason::OutOfRange),
            ("unknown variant", DecodeReason::OutOfRange),
            ("number out of range", DecodeReason::OutOfRange),
            ("recursion limit exceeded", DecodeReason::Other),
        ];
        let text = error.to_string();
        let known = BEGINNINGS
            .into_iter()
            .find(|(beginning, _)| text.starts_with(beginning));
        match (known, error.classify()) {
            (Some((_, reason)), _) => reason,
            (None, Category::Syntax) => Self::Syntax,
            (None, Category::Eof) => Self::EndedEarly,
            (None, Category::Data | Category::Io) => Self::Other,
        }
    }
}

impl fmt::Display for DecodeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name in serde's "missing field `name`".
fn missing_field(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    is_field_name(name).then_some(name)
}

fn printable(path: &Path) -> String {
    let segments: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("[{index}]"),
            Segment::Map { key: name } | Segment::Enum { variant: name } if is_field_name(name) => {
                name.clone()
            }
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => "?".to_owned(),
        })
        .collect();
    join(segments.iter().map(String::as_str))
}

/// Ids and tax numbers begin with a digit; field names do not.
fn is_field_name(name: &str) -> bool {
    const LONGEST: usize = 64;
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Joins two parts of a path; `.` (the document itself) is omitted beside another part.
fn join<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for part in parts.into_iter().filter(|part| *part != ".") {
        if !path.is_empty() && !part.starts_with('[') {
            path.push('.');
        }
        path.push_str(part);
    }
    if path.is_empty() {
        ".".to_owned()
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::error::Error as _;

    use proptest::prelude::*;
    use serde::de::{DeserializeOwned, Error as _};
    use serde::{Deserialize, Deserializer};
    use serde_json::Value;

    use super::{DecodeError, DecodeReason};
    use crate::data::json::{Extra, RawJson, decode};

    #[derive(Deserialize)]
    struct Outer {
        #[serde(rename = "inner")]
        _inner: Vec<Inner>,
    }

    #[derive(Deserialize)]
    struct Inner {
        #[serde(rename = "small")]
        _small: u8,
        #[serde(flatten)]
        _extra: Extra,
    }

    fn failure<T: DeserializeOwned>(json: &str) -> (String, DecodeReason) {
        let error = decode::<T>(json.as_bytes()).map(|_| ()).unwrap_err();
        assert!(error.source().is_none());
        assert_eq!(
            error.to_string(),
            format!("unreadable JSON at {}: {}", error.path(), error.reason())
        );
        (error.path().to_owned(), error.reason())
    }

    #[test]
    fn an_error_says_where_and_why() {
        use DecodeReason as R;
        for (json, path, reason) in [
            (
                r#"{"inner": [{"small": 1}, {"small": "MARKER"}]}"#,
                "inner[1].small",
                R::WrongType,
            ),
            (
                r#"{"inner": [{"small": null}]}"#,
                "inner[0].small",
                R::WrongType,
            ),
            (
                r#"{"inner": [{"small": 300}]}"#,
                "inner[0].small",
                R::OutOfRange,
            ),
            (r#"{"inner": [{}]}"#, "inner[0].small", R::MissingField),
            ("{}", "inner", R::MissingField),
            (r#"{"inner": [{"small": 1"#, "inner[0].?", R::EndedEarly),
            ("", ".", R::EndedEarly),
            ("7", ".", R::WrongType),
            ("<html>", ".", R::Syntax),
        ] {
            assert_eq!(failure::<Outer>(json), (path.to_owned(), reason), "{json}");
        }
        assert_eq!(failure::<Value>(&"[".repeat(1000)).1, R::Other);
        assert_eq!(failure::<(u8, u8)>("[1]"), (".".to_owned(), R::OutOfRange));
        assert_eq!(
            failure::<Result<u8, u8>>(r#"{"MARKER": 1}"#).1,
            R::OutOfRange
        );
    }

    #[test]
    fn only_field_names_are_shown() {
        let long = "a".repeat(65);
        for key in [
            "MARKER MARKER",
            "0000000AA",
            "a@example.invalid",
            "",
            "é",
            long.as_str(),
        ] {
            let json =
                serde_json::to_string(&BTreeMap::from([(key, [("field", "MARKER")])])).unwrap();
            let (path, _) = failure::<BTreeMap<String, BTreeMap<String, u8>>>(&json);
            assert_eq!(path, "?", "{key}");
            let json = serde_json::to_string(&BTreeMap::from([(
                key,
                BTreeMap::from([("spO2_1", "MARKER")]),
            )]))
            .unwrap();
            let (path, _) = failure::<BTreeMap<String, BTreeMap<String, u8>>>(&json);
            assert_eq!(path, "?.spO2_1", "{key}");
        }
    }

    /// Reads its input in two steps, like an exam.
    #[derive(Debug)]
    struct TwoSteps;

    impl<'de> Deserialize<'de> for TwoSteps {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            RawJson::deserialize(deserializer)?
                .parse::<Outer>()
                .map_err(D::Error::custom)?;
            Ok(Self)
        }
    }

    #[test]
    fn an_error_handed_on_keeps_its_path() {
        let json = r#"{"list": [{"inner": []}, {"inner": [{"small": "MARKER"}]}]}"#;
        let (path, reason) = failure::<BTreeMap<String, Vec<TwoSteps>>>(json);
        assert_eq!(
            (path.as_str(), reason),
            ("list[1].inner[0].small", DecodeReason::WrongType)
        );
        let (path, reason) = failure::<Vec<TwoSteps>>("[7]");
        assert_eq!((path.as_str(), reason), ("[0]", DecodeReason::WrongType));
        assert_eq!(
            failure::<TwoSteps>("{}"),
            ("inner".to_owned(), DecodeReason::MissingField)
        );
    }

    /// Fails with the text that it reads.
    #[derive(Debug)]
    struct Quotes;

    impl<'de> Deserialize<'de> for Quotes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Err(D::Error::custom(String::deserialize(deserializer)?))
        }
    }

    proptest! {
        #[test]
        fn no_text_of_an_error_is_printed(
            beginning in "(missing field `|invalid type: |unreadable JSON at |)",
            value in "MARKER-[a-z`: ]{0,5}",
            end in "(`|: syntax|)",
        ) {
            let json = serde_json::to_string(&format!("{beginning}{value}{end}")).unwrap();
            let error = decode::<Quotes>(json.as_bytes()).unwrap_err();
            prop_assert!(!format!("{error} {error:?}").contains("MARKER"), "{error}");
        }
    }

    #[test]
    fn each_reason_has_its_words() {
        let words = DecodeReason::ALL.map(DecodeReason::as_str);
        assert_eq!(
            words,
            [
                "syntax",
                "wrong type",
                "missing field",
                "out of range",
                "ended early",
                "too many values",
                "other"
            ]
        );
    }

    #[test]
    fn an_item_of_a_list_puts_its_index_first() {
        let at = |path| {
            DecodeError::new([path], DecodeReason::Syntax)
                .in_item(12)
                .path()
                .to_owned()
        };
        assert_eq!(at("."), "[12]");
        assert_eq!(at("[0].a"), "[12][0].a");
        assert_eq!(at("result.odi"), "[12].result.odi");
    }
}
