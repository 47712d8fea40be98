//! Checks that README and the pages in `docs/` name exactly the kinds, codes and operations of the
//! code.

#[path = "guide/pages.rs"]
mod pages;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CLIENTS: [&str; 4] = ["biologix", "medreader", "gensoft", "erp-files"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text between `open` and `close`.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = text.split(open).skip(1);
    parts.map(move |rest| rest.split(close).next().unwrap_or_default())
}

/// Every word in backticks in the first column of the tables.
fn first_column(text: &str) -> BTreeSet<&str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn the_page_for_trouble_has_every_kind_and_code() {
    let kinds = read("crates/common-http/src/error/kind.rs");
    let words = between(&kinds, "words!(ErrorKind {", "\n}").next();
    let mut known: BTreeSet<String> = between(words.unwrap(), "= \"", "\"")
        .map(str::to_owned)
        .collect();
    assert_eq!(known.len(), 16, "the words of `ErrorKind`");
    for client in CLIENTS {
        known.extend(codes(client));
    }

    let page = read("docs/troubleshooting.md");
    let told: BTreeSet<_> = first_column(&page).into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = known.difference(&told).collect();
    let invented: Vec<_> = told.difference(&known).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "missing: {missing:?}, not in the code: {invented:?}"
    );
}

/// The codes of a client's `ErrorCode`, and the ones that its profile adds.
fn codes(client: &str) -> BTreeSet<String> {
    let folder = format!("crates/{client}-client/src");
    let text = read(&format!("{folder}/errors.rs"));
    let named = between(&text, "pub enum ErrorCode: String {", "\n    }")
        .flat_map(|variants| between(variants, " = \"", "\""));
    let added =
        between(&text, "codes(&[", "]").flat_map(|codes| codes.split('"').skip(1).step_by(2));
    named.chain(added).map(str::to_owned).collect()
}

/// README's table of operations, generated from the documents in `specs/`.
fn table() -> String {
    let mut table = "| operation | request |\n| --- | --- |\n".to_owned();
    for client in CLIENTS {
        let document: serde_json::Value =
            serde_yaml_ng::from_str(&read(&format!("specs/{client}.yaml"))).unwrap();
        let before = table.len();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if let Some(id) = operation["operationId"].as_str() {
                    let method = method.to_uppercase();
                    table.push_str(&format!("| `{id}` | `{method} {path}` |\n"));
                }
            }
        }
        assert!(table.len() > before, "specs/{client}.yaml has no operation");
    }
    table
}

/// `UPDATE_README=1` updates it.
#[test]
fn readme_has_every_operation_with_its_request() {
    let readme = read("README.md");
    let start = readme.find("| operation | request |").unwrap();
    let length = readme[start..].find("\n\n").unwrap() + 1;
    let (told, known) = (&readme[start..start + length], table());
    if std::env::var_os("UPDATE_README").is_some() {
        let renewed = readme.replacen(told, &known, 1);
        fs::write(root().join("README.md"), renewed).unwrap();
    } else {
        assert_eq!(
            told, known,
            "UPDATE_README=1 cargo test -p e2e --test guide updates it"
        );
    }
}
