//! Markdown that reads the same on crates.io, in a repository viewer and on docs.rs.
//!
//! rustdoc resolves ``[`Item`]`` by itself and hides lines that start with `# `; the others show both
//! as they are, and guess the language of a code block that does not name one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{read, root};

#[test]
fn every_bracket_has_a_target() {
    for (page, text) in pages() {
        let page = page.display();
        let prose = without_code_blocks(&text);
        let brackets = brackets(&prose);
        let defined: BTreeSet<_> = brackets.iter().filter(|b| b.is_definition()).collect();
        let mut used = BTreeSet::new();
        for bracket in brackets.iter().filter(|b| !b.is_definition()) {
            if !bracket.after.starts_with(['(', '[']) {
                let known = defined.iter().any(|other| other.label == bracket.label);
                assert!(known, "{page}: [{}] has no target", bracket.label);
                used.insert(bracket.label);
            }
        }
        for definition in defined {
            let label = definition.label;
            assert!(used.contains(label), "{page}: [{label}] is not used");
        }
    }
}

#[test]
fn every_target_exists() {
    let mut ours = 0;
    for (page, text) in pages() {
        let prose = without_code_blocks(&text);
        for target in brackets(&prose).iter().filter_map(Bracket::target) {
            let path = target.split('#').next().unwrap();
            if let Some(item) = target.strip_prefix("https://docs.rs/") {
                if CRATES.contains(&item.split('/').next().unwrap()) {
                    ours += 1;
                    assert!(is_public(item), "{}: {target}", page.display());
                }
            } else if !path.is_empty() && !path.contains("://") {
                let there = root().join(page.parent().unwrap()).join(path);
                assert!(there.exists(), "{}: {target}", page.display());
            }
        }
    }
    assert!(ours > 20, "{ours} links to docs.rs");
}

#[test]
fn code_blocks_name_their_language_and_hide_nothing() {
    for (page, text) in pages() {
        let page = page.display();
        let mut language: Option<&str> = None;
        for line in text.lines() {
            if let Some(tag) = line.trim_start().strip_prefix("```") {
                if language.is_some() {
                    language = None;
                } else {
                    assert!(!tag.is_empty(), "{page}: a code block without language");
                    language = tag.split(',').next();
                }
            } else if language == Some("rust") {
                let hidden = line == "#" || line.trim_start().starts_with("# ");
                assert!(!hidden, "{page}: only rustdoc hides this line: {line}");
            }
        }
        assert_eq!(language, None, "{page}: a code block that does not end");
    }
}

/// `[label]`, and the text behind it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bracket<'a> {
    label: &'a str,
    after: &'a str,
    starts_line: bool,
}

impl<'a> Bracket<'a> {
    /// Whether this is a line `[label]: target`.
    fn is_definition(&self) -> bool {
        self.starts_line && self.after.starts_with(": ")
    }

    fn target(&self) -> Option<&'a str> {
        if self.is_definition() {
            self.after[2..].lines().next()
        } else {
            self.after.strip_prefix('(')?.split(')').next()
        }
    }
}

/// The pairs of brackets outside of code spans.
fn brackets(prose: &str) -> Vec<Bracket<'_>> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(step) = prose[at..].find(['`', '\\', '[', ']']) {
        at += step;
        match prose.as_bytes()[at] {
            b'`' => {
                let ticks = prose[at..].chars().take_while(|c| *c == '`').count();
                let mark = &prose[at..at + ticks];
                let start = at + ticks;
                at = prose[start..]
                    .find(mark)
                    .map_or(start, |end| start + end + ticks);
                continue;
            }
            // What follows is text.
            b'\\' => at += 1,
            b'[' => open.push(at),
            _ => {
                if let Some(start) = open.pop() {
                    found.push(Bracket {
                        label: &prose[start + 1..at],
                        after: &prose[at + 1..],
                        starts_line: start == 0 || prose[..start].ends_with('\n'),
                    });
                }
            }
        }
        at += 1;
    }
    found
}

#[test]
fn brackets_are_found() {
    let prose = "[a](b) and `[c]`, [`d[0]`][e] \\[f\\]\n[e]: g\n[h]";
    let found = brackets(prose);
    let labels: Vec<_> = found.iter().map(|bracket| bracket.label).collect();
    assert_eq!(labels, ["a", "`d[0]`", "e", "e", "h"]);
    let targets: Vec<_> = found.iter().filter_map(Bracket::target).collect();
    assert_eq!(targets, ["b", "g"]);
}

fn without_code_blocks(text: &str) -> String {
    let mut inside = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

const CRATES: [&str; 5] = [
    "biologix-client",
    "common-http",
    "erp-files-client",
    "gensoft-client",
    "medreader-client",
];

/// Whether `api/` lists the item of a link `https://docs.rs/<item>`, such as
/// `gensoft-client/latest/gensoft_client/struct.UploadReport.html#method.multipart`.
fn is_public(item: &str) -> bool {
    let (package, path) = item.split_once("/latest/").unwrap();
    let (path, member) = path.split_once('#').unwrap_or((path, ""));
    let (modules, page) = path.rsplit_once('/').unwrap();
    let module = modules.replace('/', "::");
    if module.ends_with("::sandbox") {
        // Exempt from semver, so it is not in the lists.
        return root()
            .join(format!("crates/{package}/src/sandbox.rs"))
            .exists();
    }
    let list = read(&format!("api/{package}.txt"));
    let (kind, name) = page.split_once('.').unwrap_or_default();
    let name = name.trim_end_matches(".html");
    let item = match kind {
        "" => format!("pub mod {module}"),
        "macro" => format!("pub macro {module}::{name}!"),
        kind => format!("pub {kind} {module}::{name}"),
    };
    let member = member.split_once('.').map(|(_, name)| name);
    let member = member.map_or(item.clone(), |member| {
        format!(" {module}::{name}::{member}")
    });
    [item, member].iter().all(|text| has_word(&list, text))
}

/// Whether the text has this, and no longer name that starts with it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let rest = &text[at + word.len()..];
        !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
            && !rest.starts_with("::")
    })
}

/// Every Markdown file of the project.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    find(Path::new(""), &mut pages);
    assert!(pages.len() > 10, "{}", pages.len());
    pages
}

fn find(folder: &Path, pages: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        let name = entry.file_name().into_string().unwrap_or_default();
        // Hidden, or built.
        if name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            find(&path, pages);
        } else if name.ends_with(".md") {
            let text = read(path.to_str().unwrap());
            pages.push((path, text));
        }
    }
}
