//! A file as the list has it.

use std::collections::BTreeMap;

use common_http::{DecodeError, Extra, RawJson, TextOrNumber, Timestamp, safe_debug};
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::ids::FileId;

/// A file of an analysis.
///
/// The vendor's document leaves its example blank, so the fields are found by name without regard to case among those that
/// are likely (inferred from the vendor's other interfaces, which write `PascalCase`); whatever else there is, is in `extra`.
/// `Debug` shows the id and the send flag: a file's name can name a patient.
///
/// An entry always has the JSON text that it came as, see [`raw`](Self::raw); so it is read with `serde_json` only. Two are
/// equal when their fields and `extra` are; their texts are not compared.
///
/// ```
/// use erp_files_client::files::FileEntry;
///
/// // What a test of your program needs.
/// let entry: FileEntry = serde_json::from_str(r#"{"Id": 12, "FileName": "result.pdf", "Size": 1024}"#)?;
/// assert_eq!(entry.name.as_deref(), Some("result.pdf"));
/// assert!(entry.extra.contains_key("Size"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FileEntry {
    /// The id, as text or number: `Id` or `FileId`.
    pub id: Option<TextOrNumber>,
    /// The name: `FileName` or `Name`.
    pub name: Option<String>,
    /// Whether it may be sent by e-mail or Viber: `IsSend`; false for a new file (documented).
    pub is_send: Option<bool>,
    /// All other fields, and those that could not be read as one of these three.
    pub extra: Extra,
    source: Source,
}

safe_debug!(FileEntry { id, is_send });

/// The text an entry came as. Always equal: it is no part of what the entry says.
#[derive(Clone)]
struct Source(RawJson);

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<'de> Deserialize<'de> for FileEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_raw(RawJson::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The fields under names by which they are read again, and all else as it came.
impl Serialize for FileEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let free = |name: &'static str, other| match find(&self.extra, name) {
            // Taken by what is another thing, or cannot be read.
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

impl FileEntry {
    /// The id to call the file by, if there is one: a text as it came, a whole number also where it is written with a fraction
    /// of zero. A number of which digits are lost is none; [`raw`](Self::raw) has it.
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
        self.id.as_ref().and_then(FileId::of)
    }

    /// When it was created, if the entry says so: `DateCr`, `CreatedAt` or `DateCreated` (inferred, like all names).
    ///
    /// ```
    /// # fn example(entry: erp_files_client::files::FileEntry) {
    /// if let Some(created) = entry.created() {
    ///     println!("{}", created.as_str());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        ["dateCr", "createdAt", "dateCreated"]
            .iter()
            .find_map(|name| {
                let date = self.extra.get(&find(&self.extra, name)?)?;
                serde_json::from_value(date.clone()).ok()
            })
    }

    /// The vendor's own JSON text of this entry, whatever has been done to the fields since.
    ///
    /// ```
    /// # fn example(entry: erp_files_client::files::FileEntry) {
    /// // For an archive: each number and word as the vendor wrote it.
    /// let line = entry.raw().compact();
    /// # let _ = line;
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        &self.source.0
    }

    /// An entry of a list; of one that is no object there is its text alone.
    fn from_entry(raw: RawJson) -> Self {
        Self::from_raw(raw.clone()).unwrap_or_else(|_| Self {
            id: None,
            name: None,
            is_send: None,
            extra: Extra::new(),
            source: Source(raw),
        })
    }

    /// Takes from an entry what can be read; nothing in it makes the list fail.
    pub(super) fn from_raw(raw: RawJson) -> Result<Self, DecodeError> {
        let mut fields: Extra = raw.parse()?;
        Ok(Self {
            id: take(&mut fields, &["id", "fileId"], |id| {
                serde_json::from_value(id.clone()).ok()
            }),
            name: take(&mut fields, &["fileName", "name"], |name| {
                Some(name.as_str()?.to_owned())
            }),
            is_send: take(&mut fields, &["isSend"], flag),
            extra: fields,
            source: Source(raw),
        })
    }
}

/// The key that is this name, in any case.
fn find(fields: &Extra, name: &str) -> Option<String> {
    let mut keys = fields.keys();
    keys.find(|key| key.eq_ignore_ascii_case(name)).cloned()
}

/// Takes the first field out that has one of these names and can be read.
fn take<T>(fields: &mut Extra, names: &[&str], read: fn(&Value) -> Option<T>) -> Option<T> {
    names.iter().find_map(|name| {
        let key = find(fields, name)?;
        let taken = read(fields.get(&key)?)?;
        fields.remove(&key);
        Some(taken)
    })
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64()? != 0.0),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// The names that a list goes by where it is not the answer itself.
const WRAPPERS: [&str; 6] = ["items", "files", "data", "value", "results", "result"];

/// The entries of a list's answer: a bare array, or an object with one of the [`WRAPPERS`], which may be null for none.
pub(super) fn entries(answer: &RawJson) -> Option<Vec<FileEntry>> {
    if let Some(entries) = files(answer) {
        return Some(entries);
    }
    let fields: BTreeMap<String, RawJson> = answer.parse().ok()?;
    let wrapped: Vec<_> = WRAPPERS
        .iter()
        .filter_map(|name| {
            let mut fields = fields.iter();
            let (_, list) = fields.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some(list)
        })
        .collect();
    let list = wrapped.iter().find_map(|list| files(list));
    list.or_else(|| wrapped.iter().any(|list| is_null(list)).then(Vec::new))
}

/// A list of files: null is no entry, and an odd one does not hide the others. Where all are odd it is a list of something else.
fn files(list: &RawJson) -> Option<Vec<FileEntry>> {
    let mut entries: Vec<RawJson> = list.parse().ok()?;
    entries.retain(|entry| !is_null(entry));
    let is_object = |entry: &RawJson| entry.as_str().starts_with('{');
    if !entries.is_empty() && !entries.iter().any(is_object) {
        return None;
    }
    Some(entries.into_iter().map(FileEntry::from_entry).collect())
}

fn is_null(value: &RawJson) -> bool {
    value.as_str() == "null"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<FileEntry>> {
        entries(&RawJson::from_text(text).unwrap())
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
            files[0].created().unwrap().as_str(),
            "2030-01-02T03:04:05.678Z"
        );
        assert!(files[0].extra.contains_key("Novo") && files[0].extra.contains_key("DateCr"));
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
            r#"["a.pdf", null]"#,
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

    #[test]
    fn an_entry_that_is_no_object_does_not_hide_the_others() {
        let files = read(r#"[null,{"id":1}, "x", 5]"#).unwrap();
        let ids: Vec<_> = files.iter().map(FileEntry::file_id).collect();
        assert_eq!(ids, [Some(FileId::from(1)), None, None]);
        let texts: Vec<_> = files.iter().map(|file| file.raw().as_str()).collect();
        assert_eq!(texts, [r#"{"id":1}"#, "\"x\"", "5"]);
        for none in ["[null]", r#"{"Items":null}"#, r#"{"items":[],"data":null}"#] {
            assert_eq!(read(none).unwrap(), [], "{none}");
        }
        assert_eq!(read(r#"{"items":null,"data":[{}]}"#).unwrap().len(), 1);
    }

    /// What would name another file, or none, is no id.
    #[test]
    fn ids_as_numbers_of_any_spelling() {
        for (written, id) in [
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
            let files = read(&format!(r#"[{{"Id":{written}}}]"#)).unwrap();
            let found = files[0].file_id();
            assert_eq!(found.as_ref().map(FileId::as_str), id, "{written}");
            assert!(files[0].raw().as_str().contains(written));
        }
    }

    #[test]
    fn what_came_is_kept() {
        let text = r#"{"Id":{"a":1},"FileId":7,"FileName":[2],"IsSend":"maybe","Size":12.50}"#;
        let files = read(&format!("[{text}]")).unwrap();
        let file = &files[0];
        assert_eq!(file.file_id(), Some(FileId::from(7)));
        assert_eq!((&file.name, file.is_send), (&None, None));
        let kept: Vec<_> = file.extra.keys().map(String::as_str).collect();
        assert_eq!(kept, ["FileName", "Id", "IsSend", "Size"]);
        assert_eq!(file.raw().as_str(), text);
    }

    #[test]
    fn reads_what_it_wrote() {
        let text = r#"{"FileId":7,"FileName":"a.pdf","ISSEND":0,"DateCr":"2030-01-02"}"#;
        let file: FileEntry = serde_json::from_str(text).unwrap();
        let written = serde_json::to_string(&file).unwrap();
        assert_eq!(
            written,
            r#"{"id":7,"name":"a.pdf","isSend":false,"DateCr":"2030-01-02"}"#
        );
        assert!(serde_json::from_str::<FileEntry>(&written).unwrap() == file);
    }
}
