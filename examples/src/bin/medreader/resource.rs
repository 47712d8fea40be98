//! Prints what the vendor sent, as JSON or as text, with secrets masked.

use std::fmt;

use common_http::{DecodeError, Error, ErrorKind, RawJson};
use examples::failure::Failure;
use examples::output;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// Prints it: its own JSON on one line, or one line per member.
pub(crate) fn print(resource: &RawJson, json: bool) -> Result<(), Failure> {
    if json {
        return output::text(resource.compact());
    }
    let mut lines = Vec::new();
    describe(resource, 0, &mut lines).map_err(unreadable)?;
    output::text(lines.join("\n"))
}

/// The same JSON with `***` for the values of these members at any depth.
///
/// A null is kept: it says that nothing is set.
pub(crate) fn masked(resource: &RawJson, secrets: &[&str]) -> Result<RawJson, Failure> {
    let mut text = String::new();
    mask(resource, secrets, &mut text).map_err(unreadable)?;
    RawJson::from_text(text).map_err(unreadable)
}

fn unreadable(error: DecodeError) -> Failure {
    Failure::from(Error::new(ErrorKind::Decode).with_decode(error))
}

fn mask(value: &RawJson, secrets: &[&str], text: &mut String) -> Result<(), DecodeError> {
    match Shape::of(value)? {
        Shape::Object(members) => {
            text.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                if secrets.contains(&name.as_str()) && value.as_str() != "null" {
                    text.push_str("\"***\"");
                } else {
                    mask(value, secrets, text)?;
                }
            }
            text.push('}');
        }
        Shape::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                mask(item, secrets, text)?;
            }
            text.push(']');
        }
        Shape::Scalar => text.push_str(value.as_str()),
    }
    Ok(())
}

/// Adds `name: value` lines; nested values are indented under their name.
fn describe(value: &RawJson, depth: usize, lines: &mut Vec<String>) -> Result<(), DecodeError> {
    let indent = "  ".repeat(depth);
    match Shape::of(value)? {
        Shape::Object(members) => {
            for (name, value) in members {
                let name = printable(&name);
                match Shape::of(&value)? {
                    Shape::Scalar => lines.push(format!("{indent}{name}: {}", scalar(&value))),
                    _ => {
                        lines.push(format!("{indent}{name}:"));
                        describe(&value, depth + 1, lines)?;
                    }
                }
            }
        }
        Shape::Array(items) => {
            for item in items {
                match Shape::of(&item)? {
                    Shape::Scalar => lines.push(format!("{indent}- {}", scalar(&item))),
                    _ => {
                        lines.push(format!("{indent}-"));
                        describe(&item, depth + 1, lines)?;
                    }
                }
            }
        }
        Shape::Scalar => lines.push(format!("{indent}{}", scalar(value))),
    }
    Ok(())
}

fn scalar(value: &RawJson) -> String {
    match value.parse::<Value>() {
        Ok(Value::Null) => "-".to_owned(),
        Ok(Value::String(text)) => printable(&text),
        _ => value.as_str().to_owned(),
    }
}

/// Control characters are shown as escapes, because a terminal would obey them.
fn printable(text: &str) -> String {
    let shown = text.chars().map(|char| {
        if char.is_control() {
            char.escape_default().to_string()
        } else {
            char.to_string()
        }
    });
    shown.collect()
}

/// One level of a JSON value; members keep their order, and numbers their spelling.
enum Shape {
    Object(Vec<(String, RawJson)>),
    Array(Vec<RawJson>),
    Scalar,
}

impl Shape {
    fn of(value: &RawJson) -> Result<Self, DecodeError> {
        Ok(match value.as_str().as_bytes().first() {
            Some(b'{') => Self::Object(value.parse::<Members>()?.0),
            Some(b'[') => Self::Array(value.parse()?),
            _ => Self::Scalar,
        })
    }
}

struct Members(Vec<(String, RawJson)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn raw(text: &str) -> RawJson {
        RawJson::from_text(text).unwrap()
    }

    #[test]
    fn masks_the_named_members_and_nothing_else() {
        let text = r#"{ "z": 1.50, "secret": "a", "a": [{"secret": {"b": 1}}, null, "secret"],
            "s\u0065cret": "", "more": {"secret": null}, "x": 12345678901234567890123 }"#;
        let masked = masked(&raw(text), &["secret"]).unwrap();
        assert_eq!(
            masked.as_str(),
            concat!(
                r#"{"z":1.50,"secret":"***","a":[{"secret":"***"},null,"secret"],"#,
                r#""secret":"***","more":{"secret":null},"x":12345678901234567890123}"#
            )
        );
    }

    #[test]
    fn nested_values_are_indented() {
        let mut lines = Vec::new();
        let text = r#"{"name":"a\u001b[1m","score":9.50,"none":null,"list":[{"id":"x"},7]}"#;
        describe(&raw(text), 0, &mut lines).unwrap();
        let expected = [
            r"name: a\u{1b}[1m",
            "score: 9.50",
            "none: -",
            "list:",
            "  -",
            "    id: x",
            "  - 7",
        ];
        assert_eq!(lines, expected);
    }
}
