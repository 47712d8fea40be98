//! The manifests of the published crates have what crates.io and docs.rs show.

use std::process::Command;

use serde_json::{Value, json};

#[test]
fn every_manifest_has_what_its_pages_show() {
    for package in published() {
        let name = package["name"].as_str().unwrap();
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();

        assert!(text("description").len() > 40, "{name}: description");
        assert!(text("description").ends_with('.'), "{name}: description");
        assert_eq!(text("license"), "MIT OR Apache-2.0", "{name}");
        assert_eq!(text("readme"), "README.md", "{name}");
        assert_eq!(text("documentation"), format!("https://docs.rs/{name}"));
        assert_eq!(text("rust_version"), env!("CARGO_PKG_RUST_VERSION"));
        assert_eq!(text("version"), env!("CARGO_PKG_VERSION"), "{name}");
        // crates.io accepts at most five.
        let keywords = package["keywords"].as_array().unwrap().len();
        assert!((1..=5).contains(&keywords), "{name}: keywords");
        assert_ne!(package["categories"], json!([]), "{name}: categories");
        assert_eq!(
            package["metadata"]["docs"]["rs"],
            json!({ "all-features": true, "rustdoc-args": ["--cfg", "docsrs"] }),
            "{name}"
        );
    }
}

#[test]
fn every_crate_has_the_same_features() {
    let common = [
        "default",
        "native-tls",
        "rustls",
        "rustls-no-provider",
        "sandbox",
    ];
    let times = ["chrono", "jiff", "time"];
    for package in published() {
        let name = package["name"].as_str().unwrap();
        let features = package["features"].as_object().unwrap();
        let own = match name {
            "common-http" => &["__tls", "redis"][..],
            "medreader-client" => &["axum"],
            _ => &[],
        };
        let mut expected: Vec<_> = common.iter().chain(own).copied().collect();
        // Gensoft gives no time.
        if name != "gensoft-client" {
            expected.extend(times);
        }
        expected.sort_unstable();
        assert!(features.keys().eq(expected), "{name}: {features:?}");
        assert_eq!(features["default"], json!(["rustls"]), "{name}");
    }
}

/// The packages that `cargo publish` would publish.
fn published() -> Vec<Value> {
    let output = Command::new(std::env::var_os("CARGO").unwrap())
        .args(["metadata", "--offline", "--locked", "--no-deps"])
        .args(["--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let published: Vec<_> = packages
        .filter(|package| package["publish"].is_null())
        .cloned()
        .collect();
    assert_eq!(published.len(), 5);
    published
}
