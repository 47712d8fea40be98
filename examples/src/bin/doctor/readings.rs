//! The forms of values whose form no document says.

use serde_json::Value;

use crate::unknown::type_of;

/// How a time is written, for example `seconds-z`; `None` for null and what is absent.
pub(crate) fn time(value: Option<&Value>) -> Option<&'static str> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(time_in(text)),
        other => Some(type_of(other)),
    }
}

fn time_in(text: &str) -> &'static str {
    let shape: String = text.chars().map(digit_as_zero).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00") else {
        return if text.is_empty() { "empty" } else { "other" };
    };
    let Some(rest) = rest.strip_prefix(['T', ' ']) else {
        return if rest.is_empty() { "date" } else { "other" };
    };
    let Some(rest) = rest.strip_prefix("00:00:00") else {
        return "other";
    };
    let zone = rest.trim_start_matches(['.', '0']);
    match (rest.starts_with('.'), zone) {
        (false, "Z") => "seconds-z",
        (false, "+00:00" | "-00:00" | "+0000" | "-0000") => "seconds-offset",
        (false, "") => "seconds",
        (true, "Z") => "fraction-z",
        (true, "+00:00" | "-00:00" | "+0000" | "-0000") => "fraction-offset",
        (true, "") => "fraction",
        _ => "other",
    }
}

fn digit_as_zero(c: char) -> char {
    if c.is_ascii_digit() { '0' } else { c }
}

/// `number`, `text` or another JSON type; `None` for null and what is absent.
pub(crate) fn kind(value: Option<&Value>) -> Option<&'static str> {
    value.filter(|value| !value.is_null()).map(type_of)
}

/// How a value is left out; `None` for one that is there.
pub(crate) fn missing(value: Option<&Value>) -> Option<&'static str> {
    match value {
        None => Some("absent"),
        Some(Value::Null) => Some("null"),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_forms() {
        for (text, form) in [
            ("", "empty"),
            ("1990-01-02", "date"),
            ("2030-01-02T03:04:05Z", "seconds-z"),
            ("2030-01-02 03:04:05", "seconds"),
            ("2030-01-02T03:04:05-03:00", "seconds-offset"),
            ("2030-01-02T03:04:05.123Z", "fraction-z"),
            ("2030-01-02T03:04:05.1234567", "fraction"),
            ("2030-01-02T03:04:05.100+00:00", "fraction-offset"),
            ("02/01/2030", "other"),
            ("MARKER", "other"),
        ] {
            assert_eq!(time(Some(&Value::from(text))), Some(form), "{text}");
        }
        assert_eq!(time(Some(&Value::from(1))), Some("number"));
        assert_eq!(time(Some(&Value::Null)), None);
    }
}
