//! Listing the files of an analysis.

use std::collections::BTreeMap;

use common_http::RawJson;
use erp_files_client::FileId;
use erp_files_client::files::FileEntry;
use examples::failure::Failure;
use examples::output;
use serde::Serialize;

/// Prints the list.
pub(crate) fn show(files: &[FileEntry], json: bool) -> Result<(), Failure> {
    let document = Document {
        files: files.iter().map(Entry::from).collect(),
    };
    output::result(json, &document, table(files))
}

#[derive(Serialize)]
struct Document<'a> {
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: Option<String>,
    name: Option<&'a str>,
    is_send: Option<bool>,
    /// The other fields, as the vendor sent them.
    #[serde(flatten)]
    others: BTreeMap<String, RawJson>,
}

impl<'a> From<&'a FileEntry> for Entry<'a> {
    fn from(file: &'a FileEntry) -> Self {
        // An entry was read from a JSON object, so this does not fail.
        let mut others: BTreeMap<String, RawJson> = file.raw().parse().unwrap_or_default();
        others.retain(|name, _| {
            let is_ours = matches!(name.as_str(), "id" | "name" | "is_send");
            file.extra.contains_key(name) && !is_ours
        });
        Self {
            id: file.file_id().map(|id| id.as_str().to_owned()),
            name: file.name.as_deref(),
            is_send: file.is_send,
            others,
        }
    }
}

/// One line per file: id, whether it may be sent, name.
fn table(files: &[FileEntry]) -> String {
    if files.is_empty() {
        return "no files".to_owned();
    }
    let id = |file: &FileEntry| {
        let id = file.file_id();
        output::one_line(id.as_ref().map_or("-", FileId::as_str))
    };
    let width = files.iter().map(|file| id(file).chars().count()).max();
    let width = width.unwrap_or_default();
    let line = |file: &FileEntry| {
        let send = match file.is_send {
            Some(true) => "may be sent",
            Some(false) => "not to send",
            None => "-",
        };
        let name = output::one_line(file.name.as_deref().unwrap_or("-"));
        format!("{:<width$}  {send:<11}  {name}", id(file))
    };
    let lines: Vec<_> = files.iter().map(line).collect();
    lines.join("\n")
}
