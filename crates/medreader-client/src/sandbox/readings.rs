//! How the sandbox plays what the document leaves open, and how its answers may drift.

use std::time::SystemTime;

use common_http::sandbox::{add_unknown_fields, rfc3339};
use serde_json::{Map, Value, json};

/// The form of an error's body.
///
/// The document lists status, word and description of each error, but no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ErrorShape {
    /// `{"error":"folder_name_duplicate","message":"..."}`: the most likely one (inferred from the
    /// columns of the document's tables).
    #[default]
    Word,
    /// `{"error":{"code":"folder_name_duplicate","message":"..."}}`.
    Nested,
    /// `{"code":"folder_name_duplicate","description":"..."}`.
    CodeAndDescription,
    /// No body at all.
    Empty,
    /// The description alone, as `text/plain`.
    PlainText,
}

/// Whether a result or a webhook has the id of its upload.
///
/// The document shows both, and promises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum IdReading {
    /// It has the upload's id.
    #[default]
    Same,
    /// It has an id of its own, and the upload's id is unknown there.
    Different,
    /// It has an id of its own, which is a JSON number. In a path it is written in digits.
    Number,
}

impl IdReading {
    /// The id of a result or a webhook as JSON.
    pub(super) fn write(self, id: &str) -> Value {
        match (self, id.parse::<u64>()) {
            (Self::Number, Ok(number)) => json!(number),
            _ => json!(id),
        }
    }
}

/// The form of `folder_fullpath`, of which the document has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PathForm {
    /// As each answer's example has it: normalised in a single result, display names in a folder's
    /// results.
    #[default]
    AsDocumented,
    /// `pacientes/pacientes-cardiologia` in both.
    Normalised,
    /// `/Pacientes/Pacientes Cardiologia` in both.
    DisplayNames,
}

/// What the results of an unknown folder are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnknownFolder {
    /// 404 `folder_not_found`, like the folder itself.
    #[default]
    NotFound,
    /// 200 with no results and a null `folder_fullpath`: the document lists no 404 here.
    NoResults,
}

/// What the results of a folder without any are.
///
/// The document has no sample of an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmptyFolder {
    /// 200 with no results.
    #[default]
    NoResults,
    /// 404 `folder_not_found` until there is one.
    NotFound,
    /// 200, and null for the list. With [`Settings::nulls`](crate::sandbox::Settings::nulls) off,
    /// the answer has no list.
    NullResults,
    /// 200, and `null` for the whole answer.
    Null,
    /// 200 without a body.
    NoBody,
    /// 204.
    NoContent,
}

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeStyle {
    /// `2030-01-02T03:04:05Z`, as in all examples of the document.
    #[default]
    Seconds,
    /// `2030-01-02T03:04:05.123456Z`.
    Fraction,
    /// `2030-01-02T03:04:05+00:00`.
    Offset,
}

impl TimeStyle {
    pub(super) fn write(self, time: SystemTime) -> String {
        match self {
            Self::Seconds => rfc3339(time, 0),
            Self::Fraction => rfc3339(time, 6),
            Self::Offset => rfc3339(time, 0).replace('Z', "+00:00"),
        }
    }
}

/// Removes the members that are null from every object.
pub(super) fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(leave_out_nulls);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Members that no client should need. Each is in the answers of few operations.
const NEEDLESS: [&str; 9] = [
    "user",
    "updated_at",
    "child_folders",
    "file_path",
    "processed",
    "message",
    "prescription_confidence_notes",
    "folder_fullpath",
    "s3_region",
];

/// Changes an answer as the vendor may without notice.
///
/// Every object gets undocumented fields, statuses are unknown, integers are floats, and what is
/// not needed is null. Ids, tokens and error words stay.
pub(super) fn drift(body: &mut Value) {
    if let Value::Object(members) = body {
        for name in NEEDLESS {
            if let Some(member) = members.get_mut(name) {
                *member = Value::Null;
            }
        }
        drift_values(members);
        let results = members.get_mut("results").and_then(Value::as_array_mut);
        for result in results.into_iter().flatten() {
            if let Value::Object(result) = result {
                drift_values(result);
            }
        }
    }
    add_unknown_fields(body);
}

fn drift_values(members: &mut Map<String, Value>) {
    for (name, value) in members {
        match name.as_str() {
            "status" => *value = json!("sandbox_unknown_status"),
            "expires_in"
            | "prescription_files_count"
            | "file_size"
            | "prescription_confidence_score" => {
                if let Some(number) = value.as_f64() {
                    *value = json!(number);
                }
            }
            _ => {}
        }
    }
}
