//! Without settings, the program uses the project's sandbox.

use std::process::Command;

use serde_json::Value;

use crate::run::{Archive, PROGRAM, Run, clean};

#[test]
fn says_so_and_archives_it() {
    let archive = Archive::new();
    let run = |args: &[&str]| {
        let mut command = clean(Command::new(PROGRAM));
        Run::of(command.args(args).arg("--out").arg(archive.path()))
    };
    let first = run(&["--json"]).is(0);
    assert_eq!(first.stderr.lines().count(), 1, "{}", first.stderr);
    assert!(first.stderr.contains("sandbox"), "{}", first.stderr);
    let summary = first.json();
    let exams = archive.lines("exams.jsonl");
    assert_eq!(summary["exams"], exams.len());
    assert!(!exams.is_empty());
    for exam in &exams {
        assert!(serde_json::from_str::<Value>(exam).unwrap().is_object());
    }
    assert_eq!(summary["reports"]["saved"], archive.reports().len());
    assert!(!archive.reports().is_empty());

    let second = run(&["--json"]).is(0).json();
    assert_eq!(second["reports"]["present"], summary["reports"]["saved"]);
    assert_eq!(second["reports"]["saved"], 0);
    assert_eq!(archive.lines("exams.jsonl"), exams);
}
