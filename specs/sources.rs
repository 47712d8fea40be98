//! The project's own Rust sources, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// The project's root.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust sources in these folders of each crate; `tests` includes the end-to-end tests.
pub(crate) fn rust_sources(folders: &[&str]) -> Vec<String> {
    let mut texts = Vec::new();
    for package in fs::read_dir(project().join("crates")).unwrap() {
        let package = package.unwrap().path();
        folders
            .iter()
            .for_each(|folder| read(&package.join(folder), &mut texts));
    }
    if folders.contains(&"tests") {
        read(&project().join("tests"), &mut texts);
    }
    texts
}

/// The Rust sources in a folder of one crate.
pub(crate) fn sources_of(package: &str, folder: &str) -> Vec<String> {
    let mut texts = Vec::new();
    read(
        &project().join("crates").join(package).join(folder),
        &mut texts,
    );
    texts
}

fn read(folder: &Path, texts: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// The names of the functions that are marked as tests.
pub(crate) fn functions_marked_as_tests(text: &str) -> Vec<String> {
    let mut marked = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let declared = line
            .strip_prefix("async ")
            .unwrap_or(line)
            .strip_prefix("fn ");
        if let Some(rest) = declared {
            if marked {
                names.extend(rest.split(['(', '<']).next().map(str::to_owned));
            }
            marked = false;
        }
    }
    names
}
