//! Without settings, the program uses the project's sandbox, which knows every patient and
//! analysis.

use std::process::Command;

use serde_json::json;

use crate::run::{Desk, OF, PROGRAM, Run, clean};

fn says_so(run: &Run) {
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("sandbox"), "{}", run.stderr);
}

#[test]
fn says_so_and_answers() {
    let desk = Desk::new();
    let files = [desk.file("a.pdf", "%PDF-1.7"), desk.file("знімок.jpg", "")];
    let run = Run::of(
        clean(Command::new(PROGRAM))
            .args(["upload", "--json"])
            .args(OF)
            .args(&files),
    )
    .is(0);
    says_so(&run);
    for file in run.json()["files"].as_array().unwrap() {
        assert_eq!(file["outcome"], "uploaded");
        assert!(file["file_id"].is_string());
    }
    let run = Run::of(
        clean(Command::new(PROGRAM))
            .args(["list", "--json"])
            .args(OF),
    )
    .is(0);
    says_so(&run);
    assert_eq!(run.json(), json!({"files": []}));
    let absent = ["delete", "--json", "--file", "99999"];
    let run = Run::of(clean(Command::new(PROGRAM)).args(absent).args(OF)).is(1);
    assert_eq!(run.json()["error"]["kind"], "not_found");
}
