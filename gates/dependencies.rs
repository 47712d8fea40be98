//! What the published crates add to a program: no sister client, no server, and as many crates as
//! README.md says.
//!
//! `cargo tree` is asked about one platform, so that the numbers are the same everywhere.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const PLATFORM: &str = "x86_64-unknown-linux-gnu";
const SECTION: &str = "## Dependencies";
/// In the order of the table.
const CRATES: [&str; 5] = [
    "biologix-client",
    "medreader-client",
    "gensoft-client",
    "erp-files-client",
    "common-http",
];

#[test]
fn readme_counts_what_each_crate_brings() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once(SECTION).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<_> = section
        .lines()
        .filter(|line| line.starts_with("| [`"))
        .collect();
    let expected = CRATES.map(|name| {
        let with_rustls = dependencies(name, &[]).len();
        let without_tls = dependencies(name, &["--no-default-features"]).len();
        format!("| [`{name}`](crates/{name}) | {with_rustls} | {without_tls} |")
    });
    assert_eq!(
        rows,
        expected,
        "the table of README.md's section \"{SECTION}\" should be\n{}",
        expected.join("\n")
    );
}

#[test]
fn a_client_alone_brings_no_other_client() {
    for name in CRATES {
        let all = dependencies(name, &["--all-features"]);
        let sisters: Vec<_> = all
            .iter()
            .filter(|other| CRATES.contains(&other.as_str()))
            .collect();
        let expected: &[&str] = match name {
            "common-http" => &[],
            _ => &["common-http"],
        };
        assert_eq!(sisters, expected, "{name}");
        assert!(
            ![
                "examples", "e2e", "fuzz", "benches", "specs", "testing", "api", "gates"
            ]
            .iter()
            .any(|own| all.contains(*own)),
            "{name} brings a package that is not published"
        );
    }
}

#[test]
fn crates_that_must_fit_together_come_once() {
    for name in CRATES {
        // A second version of a crate is listed with its number, as `http 0.2.12`.
        let all = dependencies(name, &["--all-features"]);
        for once in ["http ", "hyper ", "rustls ", "tokio "] {
            let second = all.iter().find(|other| other.starts_with(once));
            assert_eq!(second, None, "{name} brings two versions of it");
        }
    }
}

#[test]
fn a_feature_alone_brings_its_dependencies() {
    let of_features = [
        ("rustls", ["rustls", "aws-lc-rs"].as_slice()),
        ("native-tls", &["native-tls", "openssl"]),
        ("axum", &["axum"]),
        ("chrono", &["chrono"]),
        ("time", &["time"]),
    ];
    let alone = dependencies("medreader-client", &["--no-default-features"]);
    for (feature, crates) in of_features {
        let arguments = ["--no-default-features", "--features", feature];
        let with = dependencies("medreader-client", &arguments);
        for name in crates {
            assert!(with.contains(*name), "{feature} without {name}");
            assert!(!alone.contains(*name), "{name} without {feature}");
        }
    }
    // A program that installs its own provider does not build ours.
    let arguments = ["--no-default-features", "--features", "rustls-no-provider"];
    let own_provider = dependencies("medreader-client", &arguments);
    assert!(own_provider.contains("rustls"));
    assert!(!own_provider.contains("aws-lc-rs") && !own_provider.contains("ring"));
}

/// The crates that are linked into a program with this crate, one entry for each version.
///
/// Leaves out the crate itself and what only build scripts and tests need.
fn dependencies(name: &str, features: &[&str]) -> BTreeSet<String> {
    // Not `--offline`: crates behind features that no test builds may not be downloaded yet.
    let output = Command::new(std::env::var_os("CARGO").unwrap())
        .args(["tree", "--locked", "--package", name])
        .args(["--edges", "normal", "--target", PLATFORM])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}"])
        .args(features)
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut versions = BTreeSet::new();
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(dependency), Some(version)) = (words.next(), words.next()) else {
            continue;
        };
        if dependency == name || !versions.insert((dependency, version)) {
            continue;
        }
        // A second version counts too.
        if !names.insert(dependency.to_owned()) {
            names.insert(format!("{dependency} {version}"));
        }
    }
    assert!(names.len() > 50, "{name}: {text}");
    names
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
