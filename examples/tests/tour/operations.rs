//! The tour must show every operation of the clients.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::program::Run;
use crate::tour;

/// The ids of all operations of the four clients.
fn operations() -> Vec<&'static str> {
    let all = [
        biologix_client::OPERATIONS,
        medreader_client::OPERATIONS,
        erp_files_client::OPERATIONS,
        gensoft_client::OPERATIONS,
    ];
    all.concat()
        .iter()
        .map(|operation| operation.id())
        .collect()
}

#[test]
fn each_is_asked_for_and_counted() {
    let run = Run::of(&mut tour(&["--json"])).is(0);
    assert_eq!(run.stderr, "");
    let document = run.json();
    let mut asked = Vec::new();
    let mut vendors = BTreeMap::<_, u64>::new();
    for entry in document["operations"].as_array().unwrap() {
        let operation = entry["operation"].as_str().unwrap();
        let requests = entry["requests"].as_u64().unwrap();
        assert!(requests > 0, "{operation} is left out");
        let vendor = operation.split('.').next().unwrap();
        *vendors.entry(vendor.to_owned()).or_default() += requests;
        asked.push(operation);
    }
    assert_eq!(asked, operations());
    assert_eq!(document["requests"], serde_json::to_value(vendors).unwrap());
}

#[test]
fn each_is_in_the_story_and_in_the_summary() {
    let run = Run::of(&mut tour(&[])).is(0);
    assert_eq!(run.stderr, "");
    let (story, summary) = run.stdout.split_once("\nSummary\n").unwrap();
    for operation in operations() {
        let told = |text: &str| {
            let mut lines = text.lines().map(str::split_whitespace);
            lines.any(|mut words| words.next() == Some(operation))
        };
        assert!(told(story), "{operation} is not in the story:\n{story}");
        assert!(
            told(summary),
            "{operation} is not in the summary:\n{summary}"
        );
    }
    assert!(story.contains("(webhook)"), "{story}");
    let last = summary.lines().last().unwrap();
    let count = operations().len();
    assert!(
        last.starts_with(&format!("  done: {count} operations, ")),
        "{last}"
    );
}

#[cfg(unix)]
#[test]
fn the_folder_of_its_report_is_gone_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tour(&["--json"]);
    command
        .env("TMPDIR", folder.path())
        .current_dir(folder.path());
    let document: Value = Run::of(&mut command).is(0).json();
    assert!(document["operations"].is_array());
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
