//! Of two runs with the same upload only one makes it, and its report matches the stored file.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use serde_json::json;

use crate::clinic::{Clinic, is};
use crate::run::{Desk, Run, command};
use crate::server::Answer;

const NAME: &str = "result.pdf";
const ONE: &[u8] = b"%PDF-1.7 content one";
const TWO: &[u8] = b"%PDF-1.7 content two";

fn upload(clinic: &Clinic, desk: &Desk, files: &[&Path]) -> Command {
    let mut command = command(clinic, "upload", &["--json", "--resume-dir"]);
    command.arg(desk.resume_dir()).args(files);
    command
}

/// Holds the first request of this step until the sender releases it. Others are answered normally.
fn hold_first(clinic: &Clinic, step: &'static str) -> (Receiver<()>, Sender<()>) {
    let (holding, held) = mpsc::channel();
    let (let_go, going) = mpsc::channel();
    let (is_held, going) = (AtomicBool::new(false), Mutex::new(going));
    clinic.set_rule(move |request| {
        if is(request, step) && !is_held.swap(true, Ordering::SeqCst) {
            holding.send(()).ok()?;
            going.lock().unwrap().recv().ok()?;
        }
        None
    });
    (held, let_go)
}

#[track_caller]
fn wait(held: &Receiver<()>) {
    held.recv_timeout(Duration::from_secs(60)).unwrap();
}

#[track_caller]
fn is_refused(run: Run) {
    let run = run.is(1);
    let expected = json!({"error": {"operation": null, "kind": "local_io", "status": null, "code": null,
                                    "attempts": 0, "delivery": "not_sent", "cause": null}});
    assert_eq!(run.json(), expected);
    let [line, advice] = run.stderr.lines().collect::<Vec<_>>()[..] else {
        unreachable!("{}", run.stderr)
    };
    assert!(line.contains("another run is at this upload"), "{line}");
    assert!(advice.contains("wait until it has ended"), "{advice}");
}

fn ended(run: Child) -> Run {
    Run::from(run.wait_with_output().unwrap())
}

#[test]
fn the_second_is_refused() {
    // Before there is a state, and when there is one.
    for step in ["initialize", "transfer", "finalize"] {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        let first_file = desk.file("1/result.pdf", ONE);
        let second_file = desk.file("2/result.pdf", TWO);
        let (held, let_go) = hold_first(&clinic, step);
        let first = upload(&clinic, &desk, &[&first_file]).spawn().unwrap();
        wait(&held);

        let before = clinic.server.requests();
        is_refused(Run::of(&mut upload(&clinic, &desk, &[&second_file])));
        assert_eq!(clinic.server.requests(), before);

        let_go.send(()).unwrap();
        assert_eq!(ended(first).is(0).file()["outcome"], "uploaded");
        clinic.has_only(NAME, ONE);
        assert!(desk.kept().is_empty(), "{:?}", desk.kept());
        // Now the name belongs to the first run's file.
        let second = Run::of(&mut upload(&clinic, &desk, &[&second_file])).is(1);
        second.failed("erp.files.initialize", "conflict", Some("file_exists"));
        clinic.has_only(NAME, ONE);
    }
}

/// A run that resumes an earlier upload holds it alone too.
#[test]
fn the_second_of_two_that_go_on_is_refused() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let (one, two) = (
        desk.file("1/result.pdf", ONE),
        desk.file("2/result.pdf", TWO),
    );
    clinic.set_rule(|request| is(request, "finalize").then(|| Answer::new(400, "text/plain", "")));
    Run::of(&mut upload(&clinic, &desk, &[&one])).is(1);
    let (held, let_go) = hold_first(&clinic, "transfer");
    let first = upload(&clinic, &desk, &[&two]).spawn().unwrap();
    wait(&held);
    is_refused(Run::of(&mut upload(&clinic, &desk, &[&one])));
    let_go.send(()).unwrap();
    ended(first).is(0);
    clinic.has_only(NAME, TWO);
    assert!(desk.kept().is_empty(), "{:?}", desk.kept());
}

/// However a run ends, the upload is free afterwards.
#[test]
fn after_a_kill_the_upload_is_free() {
    for step in ["initialize", "transfer"] {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        let file = desk.file(NAME, ONE);
        // The step is not carried out, and held until the client is gone.
        clinic.set_rule(move |request| {
            is(request, step).then(|| Answer::new(500, "text/plain", "").held())
        });
        let mut first = upload(&clinic, &desk, &[&file]).spawn().unwrap();
        clinic.server.wait_until_held();
        is_refused(Run::of(&mut upload(&clinic, &desk, &[&file])));
        first.kill().unwrap();
        first.wait().unwrap();
        clinic.go_on();
        let run = Run::of(&mut upload(&clinic, &desk, &[&file])).is(0);
        assert_eq!(run.file()["outcome"], "uploaded");
        clinic.has_only(NAME, ONE);
        assert!(desk.kept().is_empty(), "{:?}", desk.kept());
    }
}

/// Of several files, only the one that another run uploads is refused.
#[test]
fn other_uploads_go_on() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let (file, other) = (desk.file(NAME, ONE), desk.file("other.pdf", TWO));
    let (held, let_go) = hold_first(&clinic, "transfer");
    let first = upload(&clinic, &desk, &[&file]).spawn().unwrap();
    wait(&held);
    let second = Run::of(&mut upload(&clinic, &desk, &[&file, &other])).is(1);
    let document = second.json();
    assert_eq!(document["files"][0]["error"]["kind"], "local_io");
    assert_eq!(document["files"][1]["outcome"], "uploaded");
    let_go.send(()).unwrap();
    ended(first).is(0);
    assert_eq!(clinic.files().len(), 2);
    assert!(desk.kept().is_empty(), "{:?}", desk.kept());
}

/// A run that cannot take the lock does not begin.
#[test]
fn a_lock_that_cannot_be_taken() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file(NAME, ONE);
    clinic.set_rule(|request| is(request, "transfer").then(|| Answer::new(400, "text/plain", "")));
    Run::of(&mut upload(&clinic, &desk, &[&file])).is(1);
    let [state] = &desk.kept()[..] else {
        unreachable!("{:?}", desk.kept())
    };
    fs::create_dir(state.with_extension("lock")).unwrap();
    clinic.server.forget_requests();
    let run = Run::of(&mut upload(&clinic, &desk, &[&file])).is(1);
    assert_eq!(run.json()["error"]["kind"], "local_io");
    assert!(run.stderr.contains("--resume-dir"), "{}", run.stderr);
    assert!(clinic.server.requests().is_empty());
}
