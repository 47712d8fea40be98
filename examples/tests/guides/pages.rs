//! The pages show the programs and tests that run here.

use std::fs;

/// The most lines that a user has to write for one of them.
const MOST_LINES: usize = 40;

/// `UPDATE_GUIDES=1` writes the programs and tests into the pages.
#[test]
fn the_pages_show_what_runs_here() {
    for name in ["nightly_sync", "intake", "orders", "folder"] {
        let page = root(&format!("../docs/{}.md", name.replace('_', "-")));
        let mut text = read(&page);
        let program = read(&root(&format!("tests/guides/programs/{name}.rs")));
        // It is public here for the test that runs it.
        let program = program.replace("pub async fn main", "async fn main");
        let test = read(&root(&format!("tests/guides/{name}.rs")));
        let (test, _) = test.split_once("\nmod when_something_breaks").unwrap();
        for (opening, code) in [("```rust,no_run\n", &*program), ("```rust,ignore\n", test)] {
            let shown = block(&text, opening).to_owned();
            if std::env::var_os("UPDATE_GUIDES").is_some() {
                text = text.replacen(&format!("{opening}{shown}"), &format!("{opening}{code}"), 1);
                fs::write(&page, &text).unwrap();
            } else {
                assert_eq!(
                    shown, code,
                    "UPDATE_GUIDES=1 cargo test -p examples --test guides updates {page}"
                );
            }
            let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
            assert!(lines <= MOST_LINES, "{page}: {lines} lines of code");
        }
    }
}

/// The only block of code that opens like this.
fn block<'a>(page: &'a str, opening: &str) -> &'a str {
    let blocks: Vec<_> = page.split(opening).collect();
    assert_eq!(blocks.len(), 2, "one block {opening}");
    let end = blocks[1].find("```").unwrap();
    &blocks[1][..end]
}

fn root(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
