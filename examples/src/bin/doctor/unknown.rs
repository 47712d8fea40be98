//! What a vendor sends and the models do not know: names of fields only, never values.

use std::collections::BTreeSet;

use common_http::{Extra, Rejected};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The longest name that is printed.
const LONGEST: usize = 40;
/// The most digits in one. With more it may be somebody's number.
const DIGITS: usize = 3;

/// The paths of what is not known.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Unknown(BTreeSet<String>);

impl Unknown {
    /// Adds what these models kept in their `extra`, either because it does not know the field, or because
    /// it does not know the type in which it came.
    pub(crate) fn fields<'a, T: DeserializeOwned + 'a>(
        &mut self,
        path: &str,
        models: impl IntoIterator<Item = &'a T>,
        extra_of: fn(&T) -> &Extra,
    ) {
        for (name, value) in models.into_iter().flat_map(extra_of) {
            // A model takes null for every field that it knows and does not need.
            let mut null = json!({"examId": "EXAMPLE", "userId": "EXAMPLE", "id": "EXAMPLE"});
            null[name] = Value::Null;
            let read = serde_json::from_value::<T>(null);
            let is_known = read.is_ok_and(|model| !extra_of(&model).contains_key(name));
            self.field(path, name, value, is_known);
        }
    }

    /// Adds a field; of one that is known, the type in which it came.
    pub(crate) fn field(&mut self, path: &str, name: &str, value: &Value, is_known: bool) {
        let name = printable(name);
        self.0.insert(if is_known {
            format!("{path}.{name} ({})", type_of(value))
        } else {
            format!("{path}.{name}")
        });
    }

    /// Adds a code that is not known.
    pub(crate) fn code(&mut self, path: &str, is_unknown: bool) {
        if is_unknown {
            self.0.insert(format!("{path} (code)"));
        }
    }

    /// Adds an item of a list that could not be read.
    pub(crate) fn item(&mut self, path: &str, rejected: &Rejected) {
        let why = rejected.error.reason().as_str();
        self.0.insert(format!("{path} ({why})"));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A name that looks like one. Others could be ids or names of persons.
fn printable(name: &str) -> &str {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = name.len() <= LONGEST
        && name.bytes().all(is_part)
        && name.bytes().filter(u8::is_ascii_digit).count() <= DIGITS
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_name && !name.is_empty() {
        name
    } else {
        "?"
    }
}

/// The JSON type of a value.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use biologix_client::exams::Exam;

    use super::*;

    #[test]
    fn fields_are_told_from_types() {
        let exam = json!({"examId": "1", "status": "MARKER", "new": 1, "null": null,
                          "Maria Example": 1, "0000001AA": 1, "id0001": 1,
                          "spo2Below90": 1, "type": 1});
        let exam: Exam = serde_json::from_value(exam).unwrap();
        let mut unknown = Unknown::default();
        unknown.fields("exams[]", [&exam], |exam| &exam.extra);
        let found: Vec<_> = unknown.iter().collect();
        assert_eq!(
            found,
            [
                "exams[].?",
                "exams[].new",
                "exams[].null",
                "exams[].spo2Below90",
                "exams[].status (text)"
            ]
        );
    }
}
