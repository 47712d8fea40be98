//! The workspace builds with the Rust that `rust-version` in `Cargo.toml` promises.
//!
//! Only a toolchain of that version proves it; `.ci/run` uses one where it is installed. What can
//! be checked without it is here and in clippy's `incompatible_msrv`, which knows since when each
//! item of the standard library exists.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const PROMISED: &str = env!("CARGO_PKG_RUST_VERSION");

#[test]
fn no_locked_dependency_needs_a_newer_rust() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    // The whole of Cargo.lock: every feature and every platform.
    assert!(packages.len() > 300, "{} packages", packages.len());
    let newer: Vec<_> = packages
        .iter()
        .filter_map(|package| {
            let needed = package["rust_version"].as_str()?;
            let is_newer = version(needed) > version(PROMISED);
            let name = package["name"].as_str()?;
            is_newer.then(|| {
                format!(
                    "{name} {} needs {needed}",
                    package["version"].as_str().unwrap_or_default()
                )
            })
        })
        .collect();
    assert!(
        newer.is_empty(),
        "Rust {PROMISED} is promised, but Cargo.lock has\n{}\n\
         Lock an older version (cargo update --precise), or raise rust-version as README.md's\n\
         section \"Versions\" says.",
        newer.join("\n")
    );
}

#[test]
fn clippy_checks_it_everywhere() {
    // Split, so that this file does not find itself.
    let lint = ["incompatible", "msrv"].join("_");
    let expected = [
        root().join("Cargo.toml"),
        root().join("clippy.toml"),
        root().join("gates").join("rust_version.rs"),
    ];
    let found: Vec<_> = files(&root())
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rs" || extension == "toml")
        })
        .filter(|path| !expected.contains(path))
        .filter(|path| fs::read_to_string(path).unwrap().contains(&lint))
        .collect();
    assert!(found.is_empty(), "these change the lint: {found:?}");

    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("\n{lint} = \"deny\"\n")));
    for package in metadata()["packages"].as_array().unwrap() {
        // What comes from a registry has a source.
        if package["source"].is_null() {
            assert_eq!(package["rust_version"], PROMISED, "{}", package["name"]);
        }
    }
}

#[test]
fn readme_names_the_version() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let named: Vec<_> = readme
        .split("Rust ")
        .skip(1)
        .filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            rest[..end.unwrap_or(rest.len())].trim_end_matches('.')
        })
        .collect();
    assert!(!named.is_empty());
    assert!(
        named.iter().all(|version| *version == PROMISED),
        "{named:?}"
    );
}

/// `1.88` as `[1, 88, 0]`.
fn version(text: &str) -> [u32; 3] {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[test]
fn versions_compare_as_numbers() {
    assert_eq!(version("1.88"), version("1.88.0"));
    assert!(version("1.100") > version("1.88"));
    assert!(version("1.88.1") > version("1.88"));
}

fn metadata() -> Value {
    // Not `--offline`: what other platforms need may not be downloaded yet.
    let output = Command::new(std::env::var_os("CARGO").unwrap())
        .args(["metadata", "--locked", "--all-features"])
        .args(["--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The workspace's files; not hidden ones, not what is built.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
