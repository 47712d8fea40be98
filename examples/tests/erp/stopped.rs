//! Ctrl-C: what the program says, and how the upload goes on.

use crate::clinic::{Clinic, is};
use crate::interrupt::interrupted;
use crate::run::{Desk, Run, command, upload};

const NAME: &str = "MARKER.pdf";
const CONTENT: &[u8] = b"%PDF-1.7 EXAMPLE";

/// Interrupts the upload of a file while it is sent.
fn stopped(clinic: &Clinic, desk: &Desk, args: &[&str]) -> Run {
    clinic
        .server
        .hold_body(|request| is(request, "transfer").then_some(4));
    let mut command = command(clinic, "upload", args);
    command.arg("--json").arg(desk.file(NAME, CONTENT));
    let run = command.spawn().unwrap();
    clinic.server.wait_until_held();
    let run = Run::from(interrupted(run, "INT")).is(130);
    clinic.go_on();
    let error = &run.json()["error"];
    assert_eq!(
        (&error["kind"], &error["delivery"]),
        (&"interrupted".into(), &"unknown".into())
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(!run.stderr.contains("MARKER"), "{}", run.stderr);
    run
}

#[test]
fn with_a_folder_the_same_command_goes_on() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let folder = desk.resume_dir();
    let args = ["--resume-dir", folder.to_str().unwrap()];
    let run = stopped(&clinic, &desk, &args);
    assert_eq!(run.stderr, "stopped: run the same command again to go on\n");

    let file = desk.file(NAME, CONTENT);
    let run = upload(&clinic, &args, &[file]).is(0);
    let id = clinic.has_only(NAME, CONTENT);
    assert_eq!(run.file()["file_id"], id.to_string());
}

#[test]
fn without_a_folder_the_name_may_stay_taken() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let run = stopped(&clinic, &desk, &[]);
    assert!(run.stderr.contains("choose another name"), "{}", run.stderr);

    let file = desk.file(NAME, CONTENT);
    let run = upload(&clinic, &[], &[file]).is(1);
    run.failed(
        "erp.files.initialize",
        "conflict",
        Some("unfinished_upload"),
    );
}
