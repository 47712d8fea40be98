//! The operation `erp.files.list`.

use std::collections::BTreeMap;

use common_http::{Answer, Call, Item, Operation, RawJson, Result, lenient};
use serde::Deserialize;

use crate::files::entry::FileEntry;
use crate::files::{Files, reads};

/// `GET .../files`: all files of the analysis.
pub(crate) static LIST: Operation = Operation::get(
    "erp.files.list",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files",
);

impl Files {
    /// Lists the files.
    ///
    /// The list is the answer itself (a JSON array), or a JSON object's `items`, `files`, `data`,
    /// `value`, `results` or `result`, in any case (our reading: the vendor's example is blank). An
    /// empty body and null are an empty list. An item that cannot be read as a JSON object is
    /// [`Item::Rejected`].
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// # sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 ...");
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// for item in files.list().await? {
    ///     match item.into_result() {
    ///         Ok(file) => println!("{:?} may be sent: {:?}", file.id, file.is_send),
    ///         Err(rejected) => println!("{}", rejected.error),
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `not_found`: no such patient or analysis (inferred)
    /// - `decode`: the answer is not a list of files
    /// - `credentials` and the others of [`Sessions::open`](crate::Sessions::open);
    ///   `unauthenticated`
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub fn list(&self) -> Call<Vec<Item<FileEntry>>> {
        reads(self.request(&LIST), read)
    }
}

fn read(answer: Answer) -> Result<Vec<Item<FileEntry>>> {
    let items = match answer.items() {
        Ok(items) => items_of(items),
        Err(_) => wrapped(&answer.json()?),
    };
    items.ok_or_else(|| {
        let error = answer.unreadable();
        error.with_detail("the answer is not a list of files")
    })
}

/// The members that may hold the list, in any case.
const WRAPPERS: [&str; 6] = ["items", "files", "data", "value", "results", "result"];

/// The items of an object that has a list, in which null is an empty list.
fn wrapped(answer: &RawJson) -> Option<Vec<Item<FileEntry>>> {
    #[derive(Deserialize)]
    struct List(#[serde(deserialize_with = "lenient::items")] Vec<Item<FileEntry>>);

    let fields: BTreeMap<String, RawJson> = answer.parse().ok()?;
    let lists = WRAPPERS.iter().flat_map(|name| {
        let fields = fields.iter();
        fields.filter(|(key, _)| key.eq_ignore_ascii_case(name))
    });
    let lists: Vec<_> = lists.map(|(_, list)| list).collect();
    let full = lists.iter().filter(|list| !is_null(list));
    let mut full = full.filter_map(|list| list.parse().ok());
    let items = full.find_map(|List(items)| items_of(items));
    items.or_else(|| lists.iter().any(|list| is_null(list)).then(Vec::new))
}

/// The items of a list. Null is not an item. If no item is an object, it is a list of other things.
fn items_of(mut items: Vec<Item<FileEntry>>) -> Option<Vec<Item<FileEntry>>> {
    items.retain(|item| !is_null(item.raw()));
    let is_object = |item: &Item<FileEntry>| item.raw().as_str().starts_with('{');
    (items.is_empty() || items.iter().any(is_object)).then_some(items)
}

fn is_null(value: &RawJson) -> bool {
    value.as_str() == "null"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<Item<FileEntry>>> {
        super::read(http::Response::new(text.to_owned().into()).into()).ok()
    }

    #[test]
    fn a_list_is_bare_or_wrapped() {
        for name in WRAPPERS {
            for name in [name.to_owned(), name.to_uppercase()] {
                let text = format!(r#"{{"total":1,"{name}":[{{"id":1}}]}}"#);
                assert_eq!(read(&text).unwrap().len(), 1, "{text}");
            }
        }
        assert!(read("[]").unwrap().is_empty());
        for text in [
            "{}",
            r#"{"lista":[]}"#,
            "\"x\"",
            r#"{"items":{}}"#,
            "[1]",
            r#"["a.pdf", null]"#,
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_object_with_unexpected_fields_is_still_listed() {
        let items = read(r#"[{},{"id":null,"name":5,"isSend":"TRUE"}]"#).unwrap();
        let files: Vec<_> = items.iter().filter_map(Item::value).collect();
        assert_eq!((&files[0].id, &files[1].id), (&None, &None));
        assert_eq!(
            (files[1].name.as_deref(), files[1].is_send),
            (None, Some(true))
        );
    }

    #[test]
    fn an_item_that_is_not_an_object_does_not_hide_the_others() {
        let items = read(r#"[null,{"id":1}, "x", 5]"#).unwrap();
        let ids: Vec<_> = items
            .iter()
            .map(|item| item.value().and_then(|file| file.id.clone()))
            .collect();
        assert_eq!(ids, [Some(1.into()), None, None]);
        let texts: Vec<_> = items.iter().map(|item| item.raw().as_str()).collect();
        assert_eq!(texts, [r#"{"id":1}"#, "\"x\"", "5"]);
        let place = items[1].rejected().unwrap().error.path();
        assert_eq!(place, "[2]", "null counts in the place");
        for none in ["[null]", r#"{"Items":null}"#, r#"{"items":[],"data":null}"#] {
            assert!(read(none).unwrap().is_empty(), "{none}");
        }
        assert_eq!(read(r#"{"items":null,"data":[{}]}"#).unwrap().len(), 1);
    }
}
