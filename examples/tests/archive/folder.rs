//! Access to the folder, and folders that cannot be used.

use std::fs;

use crate::centre::{Centre, key, pdf};
use crate::run::{Archive, Run};
use crate::server::Answer;

#[track_caller]
fn is_local_io(run: &Run) {
    let error = &run.json()["error"];
    assert_eq!(error["kind"], "local_io");
    assert_eq!(error["delivery"], "not_sent");
    assert_eq!(error["operation"], serde_json::Value::Null);
}

#[test]
fn a_file_in_place_of_a_folder() {
    let centre = Centre::with_done([1]);
    let archive = Archive::new();
    fs::write(archive.path(), "in the way").unwrap();
    let run = archive.run(&centre, &["--json"]).is(1);
    is_local_io(&run);
    assert!(run.stderr.contains("advice: "), "{}", run.stderr);
    assert!(centre.server.requests().is_empty());

    let archive = Archive::new();
    fs::create_dir(archive.path()).unwrap();
    fs::write(archive.file("reports"), "in the way").unwrap();
    is_local_io(&archive.run(&centre, &["--json"]).is(1));
    assert!(centre.server.requests().is_empty());
}

#[test]
fn a_folder_in_place_of_a_file() {
    let centre = Centre::with_done([1]);
    for name in ["exams.jsonl", "rejected.jsonl", "failed.jsonl"] {
        let archive = Archive::new();
        fs::create_dir_all(archive.file(name)).unwrap();
        let run = archive.run(&centre, &["--json"]).is(1);
        is_local_io(&run);
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    assert!(centre.server.requests().is_empty());
}

#[test]
fn one_run_at_a_time() {
    let centre = Centre::with_done(1..=2);
    let whole = Answer::new(200, "application/pdf", pdf(&key(1)));
    centre.set_report(&key(1), whole.clone().held_after(1500));
    let archive = Archive::new();
    let mut first = archive.command(&centre, &[]).spawn().unwrap();
    centre.server.wait_until_held();
    // The first run creates its file some time after the server has sent the first bytes.
    while archive.strays().is_empty() {
        std::thread::yield_now();
    }

    let second = archive.run(&centre, &["--json"]).is(1);
    is_local_io(&second);
    assert!(
        second.stderr.contains("another run is at work"),
        "{}",
        second.stderr
    );
    // It removed nothing from the active run.
    assert!(!archive.strays().is_empty());

    first.kill().unwrap();
    first.wait().unwrap();
    centre.set_report(&key(1), whole);
    archive.run(&centre, &[]).is(0);
    archive.has_reports(1..=2);
}

/// Health data must be readable only by the user who runs the program.
#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let centre = Centre::with(["[]".to_owned(), crate::centre::done(1)]);
    let archive = Archive::new();
    archive.run(&centre, &[]).is(0);
    let report = archive.file("reports").join("0000001BB.pdf");
    for path in [
        archive.file("exams.jsonl"),
        archive.file("rejected.jsonl"),
        report,
    ] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    for path in [archive.path(), archive.file("reports")] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", path.display());
    }
}
