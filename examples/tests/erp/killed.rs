//! A run that is killed at any point and repeated gives one finished file, never two.
//!
//! No file is reported as uploaded that does not exist.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::clinic::{Clinic, is};
use crate::run::{Desk, PROGRAM, Run, command, configured};
use crate::server::{Answer, Request};

const NAME: &str = "result.pdf";
const OLD: &[u8] = b"%PDF-1.7 old";

/// The point where a run is killed: its request is held before or after it is carried out.
#[derive(Clone, Copy, Debug)]
enum Point {
    Before(&'static str),
    After(&'static str),
    /// After this many bytes of the file were sent.
    Within(usize),
}

const POINTS: [Point; 10] = [
    Point::Before("token"),
    Point::Before("initialize"),
    Point::After("initialize"),
    Point::Before("transfer"),
    Point::Within(1),
    Point::Within(500_000),
    Point::After("transfer"),
    Point::Before("finalize"),
    Point::After("finalize"),
    // The list is requested for the file's id.
    Point::Before("list"),
];

/// A megabyte, more than is read from a file at once.
fn content() -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((0..250_000u32).flat_map(u32::to_le_bytes));
    content
}

fn upload(clinic: &Clinic, desk: &Desk, args: &[&str], file: &Path) -> Command {
    let mut command = command(clinic, "upload", args);
    command
        .arg("--json")
        .arg("--resume-dir")
        .arg(desk.resume_dir())
        .arg(file);
    command
}

impl Point {
    fn set(self, clinic: &Clinic) {
        match self {
            Self::Before(step) => clinic.set_rule(move |request: &Request| {
                is(request, step).then(|| Answer::new(500, "text/plain", "").held())
            }),
            Self::After(step) => clinic.hold_after(move |request| is(request, step)),
            Self::Within(bytes) => clinic
                .server
                .hold_body(move |request| is(request, "transfer").then_some(bytes)),
        }
    }

    /// Runs the command and kills it at this point.
    fn kill(self, clinic: &Clinic, mut command: Command) {
        self.set(clinic);
        let mut run = command.spawn().unwrap();
        clinic.server.wait_until_held();
        run.kill().unwrap();
        assert_eq!(run.wait().unwrap().code(), None);
        clinic.go_on();
    }
}

/// Checks that only this user can read what a killed run left.
#[track_caller]
fn is_private(desk: &Desk) {
    for path in desk.kept() {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[track_caller]
fn is_done(run: &Run, clinic: &Clinic, desk: &Desk, content: &[u8], outcomes: &[&str]) {
    let id = clinic.has_only(NAME, content);
    let file = run.file();
    assert!(
        outcomes.contains(&file["outcome"].as_str().unwrap()),
        "{file}"
    );
    assert_eq!(file["file_id"], id.to_string());
    assert!(desk.kept().is_empty(), "{:?}", desk.kept());
}

/// Only the lost answer had the address, and an ERP that reserves names gives no other.
fn is_lost(point: Point, reserves: bool) -> bool {
    reserves && matches!(point, Point::After("initialize"))
}

fn ends_with_one_file(reserves: bool) {
    let content = content();
    for point in POINTS {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        clinic.state().reserves = reserves;
        let file = desk.file(NAME, &content);
        point.kill(&clinic, upload(&clinic, &desk, &[], &file));
        is_private(&desk);
        let run = Run::of(&mut upload(&clinic, &desk, &[], &file));
        if is_lost(point, reserves) {
            let code = Some("unfinished_upload");
            run.is(1).failed("erp.files.initialize", "conflict", code);
            assert!(clinic.files().is_empty());
        } else {
            is_done(&run.is(0), &clinic, &desk, &content, &["uploaded"])
        }
    }
}

#[test]
fn where_names_are_reserved() {
    ends_with_one_file(true);
}

#[test]
fn where_names_can_be_initialized_again() {
    ends_with_one_file(false);
}

/// Killed at one point after another, the upload is still finished in the end.
#[test]
fn killed_again_and_again() {
    let content = content();
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file(NAME, &content);
    let points = [
        Point::Before("token"),
        Point::Before("initialize"),
        Point::Before("transfer"),
        Point::Within(900_000),
        Point::After("transfer"),
        Point::Within(1),
        Point::Before("finalize"),
        Point::Before("finalize"),
        Point::After("finalize"),
        Point::Before("list"),
    ];
    for point in points {
        point.kill(&clinic, upload(&clinic, &desk, &[], &file));
        is_private(&desk);
        assert!(clinic.files().len() <= 1);
    }
    let run = Run::of(&mut upload(&clinic, &desk, &[], &file)).is(0);
    is_done(&run, &clinic, &desk, &content, &["uploaded"]);
}

/// The replaced file may be missing in between, but in the end the new one exists.
#[test]
fn while_it_replaces() {
    let content = content();
    let more = [Point::Before("delete"), Point::After("delete")];
    for point in POINTS.into_iter().chain(more) {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        clinic.put(NAME, OLD);
        let file = desk.file(NAME, &content);
        let replace = ["--on-conflict", "replace"];
        point.kill(&clinic, upload(&clinic, &desk, &replace, &file));
        is_private(&desk);
        let run = Run::of(&mut upload(&clinic, &desk, &replace, &file)).is(0);
        is_done(&run, &clinic, &desk, &content, &["replaced", "uploaded"]);
    }
}

/// Killed between the files of one command, the finished ones are then a conflict or skipped.
#[test]
fn among_several_files() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let files: Vec<_> = ["a.pdf", "b.pdf", "c.pdf"]
        .iter()
        .map(|name| desk.file(name, OLD))
        .collect();
    let all = || {
        let mut command = upload(&clinic, &desk, &["--on-conflict", "skip"], &files[0]);
        command.args(&files[1..]);
        command
    };
    clinic.hold_after(|request| is(request, "finalize") && request.path.ends_with("b.pdf"));
    let mut run = all().spawn().unwrap();
    clinic.server.wait_until_held();
    run.kill().unwrap();
    run.wait().unwrap();
    clinic.go_on();
    let run = Run::of(&mut all()).is(0);
    let document = run.json();
    let outcomes: Vec<_> = document["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["outcome"])
        .collect();
    assert_eq!(outcomes, ["skipped", "uploaded", "uploaded"]);
    let mut names: Vec<_> = clinic.files().into_iter().map(|file| file.name).collect();
    names.sort();
    assert_eq!(names, ["a.pdf", "b.pdf", "c.pdf"]);
    assert!(desk.kept().is_empty());
}

/// The system ends the program at the first byte that it writes to a file. That is before anything
/// is sent.
#[test]
fn while_it_keeps_the_state() {
    let content = content();
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.state().reserves = false;
    let file = desk.file(NAME, &content);
    let script = "ulimit -c 0; ulimit -f 0; exec \"$0\" \"$@\"";
    let mut command = configured(Command::new("sh"), &clinic);
    command
        .args(["-c", script, PROGRAM, "upload"])
        .args(crate::run::OF);
    command
        .arg("--resume-dir")
        .arg(desk.resume_dir())
        .arg(&file);
    assert_eq!(command.status().unwrap().code(), None);
    assert_eq!(clinic.server.requests(), [""; 0]);
    assert!(desk.kept().is_empty());
    // A partial state, such as one that another run left, is not used and is removed.
    fs::write(desk.resume_dir().join(".new"), "{").unwrap();
    let run = Run::of(&mut upload(&clinic, &desk, &[], &file)).is(0);
    is_done(&run, &clinic, &desk, &content, &["uploaded"]);
}

/// As on a full disk: an upload that could not be resumed is not started.
#[test]
fn no_room_for_the_state() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file(NAME, OLD);
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let mut command = configured(Command::new("sh"), &clinic);
    command
        .args(["-c", script, PROGRAM, "upload", "--json"])
        .args(crate::run::OF);
    command
        .arg("--resume-dir")
        .arg(desk.resume_dir())
        .arg(&file);
    let run = Run::of(&mut command).is(1);
    assert_eq!(run.json()["error"]["kind"], "local_io");
    assert_eq!(clinic.server.requests(), [""; 0]);
    assert!(desk.kept().is_empty());
}

/// Without `--resume-dir` no state is saved, and an unfinished upload is not reported as done.
#[test]
fn without_a_folder() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file(NAME, OLD);
    let plain = || {
        let mut plain = command(&clinic, "upload", &["--json"]);
        plain.arg(&file);
        plain
    };
    Point::After("transfer").kill(&clinic, plain());
    let run = Run::of(&mut plain()).is(1);
    run.failed(
        "erp.files.initialize",
        "conflict",
        Some("unfinished_upload"),
    );
    assert!(clinic.files().is_empty());
}
