//! Failures that end the program early.

use crate::program::Run;
use crate::tour;

#[test]
fn arguments_are_refused() {
    let run = Run::of(&mut tour(&["EXAMPLE"])).is(2);
    assert_eq!(run.stdout, "");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_made_is_a_files_failure() {
    let absent = tempfile::tempdir().unwrap().path().join("absent");
    let run = Run::of(tour(&["--json"]).env("TMPDIR", &absent)).is(1);
    let error = &run.json()["error"];
    assert_eq!(error["kind"], "local_io");
    assert_eq!(error["operation"], serde_json::Value::Null);
    assert!(
        run.stderr.starts_with("error: a folder for the report"),
        "{}",
        run.stderr
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_written_is_a_files_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let run = Run::of(tour(&[]).stdout(full.unwrap())).is(1);
    assert!(
        run.stderr.starts_with("error: stdout cannot be written"),
        "{}",
        run.stderr
    );
}
