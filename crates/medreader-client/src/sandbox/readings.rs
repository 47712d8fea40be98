//! How the sandbox plays the holes of the vendor's document.

use std::time::SystemTime;

use common_http::sandbox::rfc3339;
use serde_json::Value;

/// The form of an error's body. The document lists code, word and description of each error, but no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ErrorShape {
    /// `{"error":"folder_name_duplicate","message":"..."}`: the most likely one (inferred from the table's columns).
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

/// Whether another resource's id is the upload's id. The document shows both, and promises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum IdReading {
    /// It is the upload's id.
    #[default]
    Same,
    /// It is an id of its own, and the upload's id is unknown there.
    Different,
}

/// The form of `folder_fullpath`, of which the document has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PathForm {
    /// Each answer as its own example has it: normalised in a single result, display names in a folder's results.
    #[default]
    AsDocumented,
    /// `pacientes/pacientes-cardiologia` in both.
    Normalised,
    /// `/Pacientes/Pacientes Cardiologia` in both.
    DisplayNames,
}

/// What the results of a folder that does not exist are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnknownFolder {
    /// 404 `folder_not_found`, as the folder itself.
    #[default]
    NotFound,
    /// 200 with no results and a `folder_fullpath` that is null: the document lists no 404 here.
    NoResults,
}

/// What the results of a folder that has none are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmptyFolder {
    /// 200 with no results.
    #[default]
    NoResults,
    /// 404 `folder_not_found`, until there is one: the document has no sample of an empty list.
    NotFound,
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

/// Takes the members that are null out of every object.
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
