//! The lists beside this file are the public API of the published crates, and name only types of
//! crates that ARCHITECTURE.md allows in signatures.
//!
//! A list has every public item with all features but `sandbox` (exempt from semver), but no auto
//! traits (`Send`, ...) and no blanket implementations. The TLS features add no items, so none is
//! built.
//!
//! rustdoc's JSON is unstable, hence `RUSTC_BOOTSTRAP`. It is built in a target folder of its own,
//! because cargo would build everything again for the variable.

#[path = "listing/foreign.rs"]
mod foreign;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The version of rustdoc's JSON that the crate `public-api` in `Cargo.toml` reads.
const FORMAT: &str = "57";
/// A Rust version that writes it.
const RUST: &str = "1.95";
/// The features that add items and follow semver.
///
/// Bare names: cargo would take `medreader-client/axum` for a feature of the dev-dependency that
/// medreader-client has on itself.
const FEATURES: &str = "axum,jiff,chrono,time,redis";
/// Items that are there only with these features.
const OF_FEATURES: [&str; 5] = [
    "pub fn medreader_client::webhook::router(",
    "for jiff::timestamp::Timestamp",
    "for chrono::datetime::DateTime<",
    "for time::offset_date_time::OffsetDateTime",
    "pub struct common_http::RedisStore",
];
/// `docsrs` as docs.rs sets it, so that a mistake behind that `cfg` shows here.
const RUSTDOC: &str = "-Zunstable-options --output-format=json --cfg=docsrs";
const RENEW: &str = "UPDATE_API=1 cargo test -p api";

#[test]
fn the_lists_are_current() {
    let Some(lists) = lists() else { return };
    let renew = std::env::var_os("UPDATE_API").is_some_and(|value| value == "1");
    let mut stale = String::new();
    for list in lists {
        let file = folder().join(format!("{}.txt", list.package));
        if renew {
            fs::write(&file, &list.text).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        stale += &difference(&list.package, &kept, &list.text);
    }
    assert!(
        stale.is_empty(),
        "the public API has changed:\n{stale}\n\
         If this is intended, renew the lists with\n\n    {RENEW}\n\n\
         and tell users in CHANGELOG.md. A removed line (-) breaks programs."
    );
}

#[test]
fn each_list_belongs_to_a_crate() {
    let lists = entries(folder()).into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        name.strip_suffix(".txt").map(str::to_owned)
    });
    assert_eq!(lists.collect::<Vec<_>>(), packages());
}

#[test]
fn signatures_name_only_the_promised_crates() {
    let Some(lists) = lists() else { return };
    let mut met = Vec::new();
    for list in lists {
        let own = list.package.replace('-', "_");
        met.extend(foreign::unpromised(&own, &list.text));
    }
    assert!(
        met.is_empty(),
        "public items name crates that ARCHITECTURE.md does not allow in signatures:\n{}",
        met.join("\n")
    );
}

struct List {
    package: String,
    text: String,
}

/// The lists of the code as it is; `None` if this Rust writes a JSON format that we cannot read.
fn lists() -> Option<&'static [List]> {
    static LISTS: OnceLock<Option<Vec<List>>> = OnceLock::new();
    LISTS.get_or_init(read_lists).as_deref()
}

fn read_lists() -> Option<Vec<List>> {
    let documents = document();
    let mut lists = Vec::new();
    for package in packages() {
        let json = documents.join(format!("{}.json", package.replace('-', "_")));
        let format = format_version(&json);
        if format != FORMAT {
            skip(&format);
            return None;
        }
        let api = public_api::Builder::from_rustdoc_json(&json)
            .omit_auto_trait_impls(true)
            .omit_blanket_impls(true)
            .build()
            .unwrap();
        let text = api.to_string();
        assert!(text.lines().count() > 20, "{package}: an empty list");
        lists.push(List { package, text });
    }
    for item in OF_FEATURES {
        let built = lists.iter().any(|list| list.text.contains(item));
        assert!(built, "{FEATURES} was not built: no `{item}`");
    }
    Some(lists)
}

/// Reports that nothing was compared: fails in CI, and elsewhere writes past libtest's capture.
fn skip(format: &str) {
    let text = format!(
        "api/*.txt NOT COMPARED: this rustdoc writes JSON version {format}, but public-api (see \
         api/Cargo.toml) reads {FORMAT}. Use Rust {RUST}, or change that dependency together with \
         FORMAT and RUST in api/listing.rs."
    );
    assert!(std::env::var_os("CI").is_none(), "{text}");
    let text = format!("\n{text}\n\n");
    io::stderr().write_all(text.as_bytes()).unwrap();
}

/// Runs rustdoc on the published crates; returns the folder of the JSON files.
fn document() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    cargo
        .args(["doc", "--offline", "--locked", "--quiet", "--no-deps"])
        .args(["--lib", "--no-default-features", "--features", FEATURES]);
    for package in packages() {
        cargo.args(["--package", &package]);
    }
    let output = cargo
        .arg("--target-dir")
        .arg(&target)
        .current_dir(folder())
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("CARGO_ENCODED_RUSTDOCFLAGS")
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", RUSTDOC)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo doc failed:\n{errors}");
    target.join("doc")
}

/// The format version of a rustdoc JSON file. Its place differs: at the start, or at the end.
fn format_version(json: &Path) -> String {
    let text = fs::read_to_string(json).unwrap();
    let (_, rest) = text.split_once("\"format_version\":").unwrap();
    rest.trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect()
}

/// The published crates (the folders in `crates/`), sorted.
fn packages() -> Vec<String> {
    entries(&folder().join("../crates"))
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The removed and the added lines; empty if the texts are equal.
fn difference(package: &str, kept: &str, now: &str) -> String {
    let removed = kept.lines().filter(|line| !has(now, line));
    let added = now.lines().filter(|line| !has(kept, line));
    let changes: String = removed
        .map(|line| format!("- {line}\n"))
        .chain(added.map(|line| format!("+ {line}\n")))
        .collect();
    if kept == now {
        String::new()
    } else if changes.is_empty() {
        format!("{package}: other order\n")
    } else {
        format!("{package}:\n{changes}")
    }
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|other| other == line)
}

#[test]
fn a_difference_lists_removed_and_added_lines() {
    assert_eq!(difference("a", "x\ny\n", "x\ny\n"), "");
    assert_eq!(difference("a", "x\ny\n", "y\nz\n"), "a:\n- x\n+ z\n");
    assert_eq!(difference("a", "x\ny\n", "y\nx\n"), "a: other order\n");
}
