//! A file as the list has it.

use common_http::{Extra, Timestamp, safe_debug};
use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::ids::FileId;

/// A file of an analysis.
///
/// The vendor's document leaves its example blank. So fields are found by likely names, in any case
/// (inferred from the vendor's other interfaces, which write `PascalCase`). All others are kept.
/// `Debug` shows the id and the send flag only: a file's name can name a patient.
///
/// ```
/// use erp_files_client::files::FileEntry;
///
/// // For a test of your program.
/// let text = r#"{"Id": 12, "FileName": "result.pdf", "Size": 1024}"#;
/// let file: FileEntry = serde_json::from_str(text)?;
/// assert_eq!(file.name.as_deref(), Some("result.pdf"));
/// assert!(file.extra.contains_key("Size"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Deserialize)]
#[serde(from = "Extra")]
#[non_exhaustive]
pub struct FileEntry {
    /// The id, a text or a whole number: `Id` or `FileId`.
    ///
    /// A number of another kind, or one with too many digits to be kept exactly, stays in `extra`.
    pub id: Option<FileId>,
    /// The name: `FileName` or `Name`.
    pub name: Option<String>,
    /// Whether it may be sent by e-mail or Viber: `IsSend`. False for a new file (documented).
    pub is_send: Option<bool>,
    /// All other fields, and those of these names that could not be read.
    pub extra: Extra,
}

safe_debug!(FileEntry { id, is_send });

impl FileEntry {
    /// When it was created: `DateCr`, `CreatedAt` or `DateCreated` in `extra` (inferred).
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        ["dateCr", "createdAt", "dateCreated"]
            .iter()
            .find_map(|name| read(self.extra.get(&key(&self.extra, name)?)?))
    }
}

impl From<Extra> for FileEntry {
    fn from(mut fields: Extra) -> Self {
        Self {
            id: take(&mut fields, &["id", "fileId"], read),
            name: take(&mut fields, &["fileName", "name"], read),
            is_send: take(&mut fields, &["isSend"], flag),
            extra: fields,
        }
    }
}

/// Writes the fields under names by which they are read again, and all others as they came.
impl Serialize for FileEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A name may be taken by a field that could not be read.
        let free = |name: &'static str, other| match key(&self.extra, name) {
            Some(_) => other,
            None => name,
        };
        let mut entry = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            entry.serialize_entry(free("id", "fileId"), id)?;
        }
        if let Some(name) = &self.name {
            entry.serialize_entry(free("name", "fileName"), name)?;
        }
        if let Some(is_send) = self.is_send {
            entry.serialize_entry("isSend", &is_send)?;
        }
        for (name, value) in &self.extra {
            entry.serialize_entry(name, value)?;
        }
        entry.end()
    }
}

/// The key that is this name, in any case.
fn key(fields: &Extra, name: &str) -> Option<String> {
    let mut keys = fields.keys();
    keys.find(|key| key.eq_ignore_ascii_case(name)).cloned()
}

/// Takes the first field out that has one of these names and can be read.
fn take<T>(fields: &mut Extra, names: &[&str], read: fn(&Value) -> Option<T>) -> Option<T> {
    let (key, taken) = names.iter().find_map(|name| {
        let mut fields = fields.iter();
        fields.find_map(|(key, value)| {
            let is_it = key.eq_ignore_ascii_case(name);
            Some((key.clone(), is_it.then(|| read(value))??))
        })
    })?;
    fields.remove(&key);
    Some(taken)
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64()? != 0.0),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> FileEntry {
        serde_json::from_str(text).unwrap()
    }

    fn id(file: &FileEntry) -> Option<&str> {
        file.id.as_ref().map(FileId::as_str)
    }

    #[test]
    fn names_are_read_in_either_case_and_ids_of_either_type() {
        let first = file(
            r#"{"Id":1,"FileName":"result 1.pdf","IsSend":false,
                "DateCr":"2030-01-02T03:04:05.678Z","Novo":[1]}"#,
        );
        assert_eq!(id(&first), Some("1"));
        assert_eq!(first.name.as_deref(), Some("result 1.pdf"));
        assert_eq!(first.is_send, Some(false));
        assert_eq!(
            first.created().unwrap().as_str(),
            "2030-01-02T03:04:05.678Z"
        );
        assert!(first.extra.contains_key("Novo") && first.extra.contains_key("DateCr"));
        let second = file(r#"{"id":"a-1","fileName":"знімок.jpg","isSend":true,"size":5}"#);
        assert_eq!((id(&second), second.is_send), (Some("a-1"), Some(true)));
        assert!(second.extra.contains_key("size"));
    }

    #[test]
    fn what_would_be_the_id_of_another_file_is_not_an_id() {
        for (written, expected) in [
            ("12", Some("12")),
            ("12.0", Some("12")),
            ("1.2e1", Some("12")),
            ("18446744073709551615", Some("18446744073709551615")),
            (r#""1.0""#, Some("1.0")),
            (r#""0012""#, Some("0012")),
            ("-3", Some("-3")),
            ("1.5", None),
            ("12345678901234567890123", None),
            ("1e300", None),
        ] {
            let file = file(&format!(r#"{{"Id":{written}}}"#));
            assert_eq!(id(&file), expected, "{written}");
            assert_eq!(file.extra.contains_key("Id"), expected.is_none());
        }
    }

    #[test]
    fn a_field_that_cannot_be_read_is_kept() {
        let file =
            file(r#"{"Id":{"a":1},"FileId":7,"FileName":[2],"IsSend":"maybe","Size":12.50}"#);
        assert_eq!(id(&file), Some("7"));
        assert_eq!((&file.name, file.is_send), (&None, None));
        let kept: Vec<_> = file.extra.keys().map(String::as_str).collect();
        assert_eq!(kept, ["FileName", "Id", "IsSend", "Size"]);
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let file = file(r#"{"FileId":7,"FileName":"a.pdf","ISSEND":0,"DateCr":"2030-01-02"}"#);
        let written = serde_json::to_string(&file).unwrap();
        assert_eq!(
            written,
            r#"{"id":"7","name":"a.pdf","isSend":false,"DateCr":"2030-01-02"}"#
        );
        assert!(serde_json::from_str::<FileEntry>(&written).unwrap() == file);
    }
}
