//! A file as the list has it.

use common_http::{Extra, RawJson, TextOrNumber, Timestamp, safe_debug};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::FileId;

/// A file of an analysis.
///
/// The vendor's document leaves its example blank, so the fields are found by name without regard to case among those that
/// are likely (inferred from the vendor's other interfaces, which write `PascalCase`); whatever else there is, is in `extra`.
/// `Debug` shows the id and the send flag: a file's name can name a patient.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileEntry {
    /// The id, as text or number: `Id` or `FileId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<TextOrNumber>,
    /// The name: `FileName` or `Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it may be sent by e-mail or Viber: `IsSend`; false for a new file (documented).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_send: Option<bool>,
    /// When it was created: `DateCr`, `CreatedAt` or `DateCreated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Fields that none of these names.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(FileEntry { id, is_send });

impl FileEntry {
    /// The id to call the file by, if there is one.
    ///
    /// ```
    /// # fn example(entry: erp_files_client::files::FileEntry, files: erp_files_client::files::Files) {
    /// if let Some(id) = entry.file_id() {
    ///     let delete = files.delete(&id);
    /// #   let _ = delete;
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn file_id(&self) -> Option<FileId> {
        self.id.as_ref().map(FileId::from)
    }

    /// Takes from an entry what can be read; nothing in it makes the list fail.
    pub(super) fn from_fields(mut fields: Extra) -> Self {
        let mut take = |names: &[&str]| {
            let key = names.iter().find_map(|name| {
                let mut keys = fields.keys();
                keys.find(|key| key.eq_ignore_ascii_case(name)).cloned()
            })?;
            fields.remove(&key).filter(|value| !value.is_null())
        };
        let id = take(&["id", "fileId"]);
        let name = take(&["fileName", "name"]);
        let is_send = take(&["isSend"]);
        let created = take(&["dateCr", "createdAt", "dateCreated"]);
        Self {
            id: id.and_then(|id| serde_json::from_value(id).ok()),
            name: name.and_then(|name| Some(name.as_str()?.to_owned())),
            is_send: is_send.and_then(|flag| match flag {
                Value::Bool(flag) => Some(flag),
                Value::Number(number) => Some(number.as_f64()? != 0.0),
                Value::String(text) => text.to_ascii_lowercase().parse().ok(),
                _ => None,
            }),
            created: created.and_then(|date| serde_json::from_value(date).ok()),
            extra: fields,
        }
    }
}

/// The names that a list goes by where it is not the answer itself.
const WRAPPERS: [&str; 6] = ["items", "files", "data", "value", "results", "result"];

/// The entries of a list's answer: a bare array, or an object with one of the [`WRAPPERS`].
pub(super) fn entries(answer: &RawJson) -> Option<Vec<Extra>> {
    if let Ok(entries) = answer.parse() {
        return Some(entries);
    }
    let fields: Extra = answer.parse().ok()?;
    let list = WRAPPERS.iter().find_map(|name| {
        let (_, value) = fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.is_array().then(|| value.clone())
    })?;
    serde_json::from_value(list).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<FileEntry>> {
        let entries = entries(&RawJson::from_text(text).unwrap())?;
        Some(entries.into_iter().map(FileEntry::from_fields).collect())
    }

    #[test]
    fn either_casing_and_either_kind_of_id() {
        let files = read(
            r#"[{"Id":1,"FileName":"result 1.pdf","IsSend":false,"DateCr":"2030-01-02T03:04:05.678Z","Novo":[1]},
                {"id":"a-1","fileName":"знімок.jpg","isSend":true,"size":5}]"#,
        )
        .unwrap();
        assert_eq!(files[0].file_id(), Some(FileId::from(1)));
        assert_eq!(files[0].name.as_deref(), Some("result 1.pdf"));
        assert_eq!(files[0].is_send, Some(false));
        assert_eq!(
            files[0].created.as_ref().unwrap().as_str(),
            "2030-01-02T03:04:05.678Z"
        );
        assert!(files[0].extra.contains_key("Novo"));
        assert_eq!(files[1].file_id(), Some(FileId::from("a-1")));
        assert_eq!(files[1].is_send, Some(true));
        assert!(files[1].extra.contains_key("size"));
    }

    #[test]
    fn bare_or_wrapped() {
        for name in WRAPPERS {
            for name in [name.to_owned(), name.to_uppercase()] {
                let text = format!(r#"{{"total":1,"{name}":[{{"id":1}}]}}"#);
                assert_eq!(read(&text).unwrap().len(), 1, "{text}");
            }
        }
        assert_eq!(read("[]").unwrap(), []);
        for text in [
            "{}",
            r#"{"lista":[]}"#,
            "null",
            "\"x\"",
            r#"{"items":{}}"#,
            "[1]",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_odd_entry_is_still_listed() {
        let files = read(r#"[{},{"id":null,"name":5,"isSend":"TRUE"}]"#).unwrap();
        assert_eq!((files[0].file_id(), files[1].file_id()), (None, None));
        assert_eq!(
            (files[1].name.as_deref(), files[1].is_send),
            (None, Some(true))
        );
    }
}
