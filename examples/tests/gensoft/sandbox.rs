//! Without settings, the program uses the project's sandbox.

use std::process::Command;

use crate::laboratory::{Laboratory, PDF, PROGRAM, clean};
use crate::program::Run;
use crate::server::Answer;

#[test]
fn says_so_and_answers() {
    // Needed only for its files.
    let laboratory = Laboratory::answering(Answer::json(200, "{}"));
    let attendance = laboratory.file("attendance.json", r#"{"campo": "valor ficticio"}"#);
    let report = laboratory.file("laudo.pdf", PDF);
    for args in [
        &["attendance", attendance.to_str().unwrap()][..],
        &["report", "--execution", "10", report.to_str().unwrap()],
        &[
            "report",
            "--execution",
            "10",
            "--slash",
            report.to_str().unwrap(),
        ],
        &[
            "report",
            "--execution",
            "10",
            "--multipart",
            "laudo",
            report.to_str().unwrap(),
        ],
    ] {
        let mut command = clean(Command::new(PROGRAM));
        let run = Run::of(command.arg("--json").args(args)).is(0);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(run.stderr.contains("sandbox"), "{}", run.stderr);
        let status = run.json()["status"].as_u64().unwrap();
        assert!((200..300).contains(&status));
        assert!(run.json().as_object().unwrap().contains_key("body"));
    }
    assert!(laboratory.server.requests().is_empty());
}
