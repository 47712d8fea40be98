//! Listing the files of an analysis.

use std::collections::BTreeMap;

use common_http::{Item, RawJson};
use erp_files_client::FileId;
use erp_files_client::files::FileEntry;
use examples::failure::Failure;
use examples::output;
use serde::Serialize;

/// Prints the list.
pub(crate) fn show(files: &[Item<FileEntry>], json: bool) -> Result<(), Failure> {
    let document = Document {
        files: files.iter().map(Entry::from).collect(),
    };
    let rejected = files.iter().filter(|file| file.value().is_none()).count();
    if rejected > 0 {
        output::note(format_args!(
            "items that are not readable as files are listed without their fields ({rejected})"
        ));
    }
    output::result(json, &document, table(files))
}

#[derive(Serialize)]
struct Document<'a> {
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    is_send: Option<bool>,
    /// The other fields, as the vendor sent them.
    #[serde(flatten)]
    others: BTreeMap<String, RawJson>,
}

impl<'a> From<&'a Item<FileEntry>> for Entry<'a> {
    fn from(item: &'a Item<FileEntry>) -> Self {
        let file = item.value();
        // A file was read from a JSON object. A rejected item has no fields.
        let mut others: BTreeMap<String, RawJson> = item.raw().parse().unwrap_or_default();
        others.retain(|name, _| {
            let is_ours = matches!(name.as_str(), "id" | "name" | "is_send");
            file.is_some_and(|file| file.extra.contains_key(name)) && !is_ours
        });
        Self {
            id: file.and_then(|file| file.id.as_ref().map(FileId::as_str)),
            name: file.and_then(|file| file.name.as_deref()),
            is_send: file.and_then(|file| file.is_send),
            others,
        }
    }
}

/// One line per file: id, whether it may be sent, name.
fn table(files: &[Item<FileEntry>]) -> String {
    if files.is_empty() {
        return "no files".to_owned();
    }
    let entries: Vec<_> = files.iter().map(Entry::from).collect();
    let id = |entry: &Entry<'_>| output::one_line(entry.id.unwrap_or("-"));
    let width = entries.iter().map(|entry| id(entry).chars().count()).max();
    let width = width.unwrap_or_default();
    let line = |entry: &Entry<'_>| {
        let send = match entry.is_send {
            Some(true) => "may be sent",
            Some(false) => "not to send",
            None => "-",
        };
        let name = output::one_line(entry.name.unwrap_or("-"));
        format!("{:<width$}  {send:<11}  {name}", id(entry))
    };
    let lines: Vec<_> = entries.iter().map(line).collect();
    lines.join("\n")
}
