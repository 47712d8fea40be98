//! The lists beside this file say what each published crate shows to its users, and every type in them comes from a crate
//! that a user may meet.
//!
//! What they hold: everything public without the feature `sandbox` (exempt from semver) and with `axum`; no automatic
//! traits (`Send`, ...), no blanket implementations. The TLS features show nothing of their own, so none is built.
//!
//! rustdoc writes its JSON for nightly only, hence `RUSTC_BOOTSTRAP`, and in a folder of its own, so that the variable
//! does not make cargo build everything else again.

#[path = "listing/foreign.rs"]
mod foreign;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The version of rustdoc's JSON that the crate `public-api` in `Cargo.toml` reads.
const FORMAT: &str = "57";
/// The features that show something and are held to semver. By their bare names: to cargo, `medreader-client/axum` is a
/// feature of the dependency that medreader-client's tests have on medreader-client.
const FEATURES: &str = "axum";
/// What shows that they were built.
const OF_FEATURES: &str = "pub fn medreader_client::webhook::router(";
/// `docsrs` as on docs.rs, which has a nightly too: a mistake in what stands behind it shows here.
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
        "what the crates show has changed:\n{stale}\n\
         If that is meant, renew the lists by\n\n    {RENEW}\n\n\
         and say in CHANGELOG.md what a user has to know. Lines that went (-) break users' programs."
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
fn users_meet_no_crate_but_the_promised_ones() {
    let Some(lists) = lists() else { return };
    let mut met = Vec::new();
    for list in lists {
        let own = list.package.replace('-', "_");
        met.extend(foreign::unpromised(&own, &list.text));
    }
    assert!(
        met.is_empty(),
        "public items name crates that the rule in ARCHITECTURE.md does not promise:\n{}",
        met.join("\n")
    );
}

struct List {
    package: String,
    text: String,
}

/// What each crate shows now; none where this Rust's rustdoc writes what we cannot read. Never so in CI.
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
        assert!(text.lines().count() > 20, "{package} shows nothing");
        lists.push(List { package, text });
    }
    let built = |list: &List| list.text.contains(OF_FEATURES);
    assert!(lists.iter().any(built), "{FEATURES} was not built");
    Some(lists)
}

/// Says that nothing was looked at, past libtest, which hides what a test prints. In CI that is a failure.
fn skip(format: &str) {
    let rust = env!("CARGO_PKG_RUST_VERSION");
    let text = format!(
        "api/*.txt NOT COMPARED: this rustdoc writes JSON of version {format}, the crate public-api in api/Cargo.toml \
         reads {FORMAT}. Use Rust {rust}, or change that crate's version and FORMAT in api/listing.rs."
    );
    assert!(std::env::var_os("CI").is_none(), "{text}");
    let text = format!("\n{text}\n\n");
    io::stderr().write_all(text.as_bytes()).unwrap();
}

/// Has rustdoc write all crates as JSON; returns the folder of it.
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

/// The version of a JSON document of rustdoc's, which stands at its end or its beginning, by version.
fn format_version(json: &Path) -> String {
    let text = fs::read_to_string(json).unwrap();
    let (_, rest) = text.split_once("\"format_version\":").unwrap();
    rest.trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect()
}

/// The published crates, sorted: the folders of `crates/`.
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

/// The lines that went and those that came; empty where the texts are equal.
fn difference(package: &str, kept: &str, now: &str) -> String {
    let gone = kept.lines().filter(|line| !has(now, line));
    let come = now.lines().filter(|line| !has(kept, line));
    let changes: String = gone
        .map(|line| format!("- {line}\n"))
        .chain(come.map(|line| format!("+ {line}\n")))
        .collect();
    match (changes.is_empty(), kept == now) {
        (true, true) => String::new(),
        (true, false) => format!("{package}: other order\n"),
        (false, _) => format!("{package}:\n{changes}"),
    }
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|other| other == line)
}

#[test]
fn a_difference_says_what_went_and_what_came() {
    assert_eq!(difference("a", "x\ny\n", "x\ny\n"), "");
    assert_eq!(difference("a", "x\ny\n", "y\nz\n"), "a:\n- x\n+ z\n");
    assert_eq!(difference("a", "x\ny\n", "y\nx\n"), "a: other order\n");
}
