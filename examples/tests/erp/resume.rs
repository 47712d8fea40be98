//! `--resume-dir`: which state is saved there, and when it is used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::clinic::{Clinic, is};
use crate::run::{Desk, PROGRAM, Run, configured, upload};
use crate::server::{Answer, Request};

const ONE: &[u8] = b"%PDF-1.7 content one";

fn resumed(clinic: &Clinic, desk: &Desk, args: &[&str], file: &Path) -> Run {
    let folder = desk.resume_dir();
    let args = [&["--resume-dir", folder.to_str().unwrap()], args].concat();
    upload(clinic, &args, &[file.to_owned()])
}

/// Answers this step with this status instead of carrying it out.
fn refuse(step: &'static str, status: u16) -> impl Fn(&Request) -> Option<Answer> {
    move |request| is(request, step).then(|| Answer::new(status, "text/plain", ""))
}

/// Begins an upload that is not finished, and returns its file.
fn begun(clinic: &Clinic, desk: &Desk, failing: &'static str) -> PathBuf {
    let file = desk.file("result.pdf", ONE);
    clinic.set_rule(refuse(failing, 400));
    resumed(clinic, desk, &[], &file).is(1);
    clinic.go_on();
    clinic.server.forget_requests();
    file
}

#[test]
fn nothing_is_left_of_a_finished_upload() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("result.pdf", ONE);
    resumed(&clinic, &desk, &[], &file).is(0);
    clinic.has_only("result.pdf", ONE);
    assert!(desk.resume_dir().is_dir());
    assert!(desk.kept().is_empty());
}

#[test]
fn an_unfinished_one_goes_on() {
    for (failing, steps) in [
        ("transfer", &["list", "transfer", "finalize", "list"][..]),
        ("finalize", &["list", "finalize", "list"]),
    ] {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        let file = begun(&clinic, &desk, failing);
        assert_eq!(desk.kept().len(), 1);
        let run = resumed(&clinic, &desk, &[], &file).is(0);
        assert_eq!(run.file()["outcome"], "uploaded");
        clinic.has_only("result.pdf", ONE);
        assert_eq!(clinic.steps(), steps);
        assert!(desk.kept().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (clinic, desk) = (Clinic::new(), Desk::new());
    begun(&clinic, &desk, "transfer");
    assert_eq!(mode(&desk.resume_dir()), 0o700);
    let [state] = &desk.kept()[..] else {
        unreachable!("{:?}", desk.kept())
    };
    assert_eq!(mode(state), 0o600);
    // Its name reveals neither the patient nor the file.
    let name = state.file_name().unwrap().to_str().unwrap();
    assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let text = fs::read_to_string(state).unwrap();
    let (_, state) = text.split_once('\n').unwrap();
    let state: Value = serde_json::from_str(state).unwrap();
    assert!(state["address"].as_str().unwrap().contains("/storage/"));
}

/// A state belongs to one upload, identified by clinic, patient, analysis and name.
#[test]
fn another_upload_has_another_state() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = begun(&clinic, &desk, "transfer");
    clinic.state().begun.clear();
    let run_of = |of: [&str; 4], url: &str, file: &Path| {
        let mut command = configured(Command::new(PROGRAM), &clinic);
        command
            .env("ERP_BASE_URL", url)
            .args(["upload", "--json", "--resume-dir"]);
        Run::of(command.arg(desk.resume_dir()).args(of).arg(file))
    };
    let url = clinic.server.url.clone();
    let of = ["--patient", "7", "--analysis", "12"];
    // The fake clinic has only one analysis. What matters is that none of these uploads begins with
    // the transfer.
    for (of, url, name) in [
        (
            ["--patient", "8", "--analysis", "12"],
            url.clone(),
            "result.pdf",
        ),
        (
            ["--patient", "7", "--analysis", "13"],
            url.clone(),
            "result.pdf",
        ),
        (of, url.replace("127.0.0.1", "localhost"), "result.pdf"),
        (of, url.clone(), "other.pdf"),
    ] {
        clinic.server.forget_requests();
        let other = desk.file(&format!("other/{name}"), ONE);
        run_of(of, &url, &other);
        assert_eq!(clinic.steps()[0], "initialize", "{of:?} {url} {name}");
        assert_eq!(desk.kept().len(), 1);
        clinic.state().begun.clear();
    }
    // The files that they finished would be conflicts.
    clinic.state().files.clear();
    clinic.server.forget_requests();
    run_of(of, &url, &file);
    assert_eq!(clinic.steps()[..2], ["list", "transfer"]);
}

/// A file that was rewritten with the same bytes is the same file.
#[test]
fn a_file_that_was_only_touched_is_the_same() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = begun(&clinic, &desk, "finalize");
    fs::remove_file(&file).unwrap();
    fs::write(&file, ONE).unwrap();
    resumed(&clinic, &desk, &[], &file).is(0);
    assert_eq!(clinic.steps(), ["list", "finalize", "list"]);
}

#[test]
fn an_expired_address_is_asked_for_again() {
    let expired = "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code>\
                   <Message>Signature not valid in the specified time frame</Message></Error>";
    for reserves in [false, true] {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        clinic.state().reserves = reserves;
        let file = begun(&clinic, &desk, "transfer");
        let address = clinic.state().begun.keys().next().unwrap().to_string();
        clinic.set_rule(move |request| {
            let is_old = request.path.ends_with(&address) && request.method == "PUT";
            is_old.then(|| Answer::new(403, "application/xml", expired))
        });
        let run = resumed(&clinic, &desk, &[], &file);
        if reserves {
            // A vendor that reserves names gives no second address.
            let run = run.is(1);
            let code = Some("unfinished_upload");
            run.failed("erp.files.initialize", "conflict", code);
            // The folder was used already, so the program must not suggest it again.
            assert!(run.stderr.contains("no longer valid"), "{}", run.stderr);
            assert!(!run.stderr.contains("only the --resume-dir"));
            assert!(clinic.files().is_empty());
        } else {
            run.is(0);
            clinic.has_only("result.pdf", ONE);
            assert!(desk.kept().is_empty());
        }
    }
}

#[test]
fn a_state_that_cannot_be_read_is_not_used() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.state().reserves = false;
    let file = begun(&clinic, &desk, "transfer");
    let state = desk.kept().remove(0);
    let stored = |text: &str| format!("common-http 1 {} \n{text}", text.len());
    // What is not a value of the store counts as absent.
    let mut texts = vec![(String::new(), 0), ("{}".to_owned(), 0)];
    texts.push((stored("{}").replacen("{}", "{", 1), 0));
    texts.extend(["", "{", "{}", "null", "{\"version\":9}"].map(|text| (stored(text), 1)));
    for (text, notes) in texts {
        fs::write(&state, text).unwrap();
        clinic.server.forget_requests();
        let run = resumed(&clinic, &desk, &["--on-conflict", "replace"], &file).is(0);
        assert_eq!(run.stderr.lines().count(), notes, "{}", run.stderr);
        assert_eq!(clinic.steps()[0], "initialize");
        clinic.has_only("result.pdf", ONE);
        assert!(desk.kept().is_empty());
    }
    // A state that is not a file is not used either, and no upload is begun that could not be
    // resumed.
    clinic.server.forget_requests();
    fs::create_dir(&state).unwrap();
    let run = resumed(&clinic, &desk, &[], &file).is(1);
    assert_eq!(run.json()["error"]["kind"], "local_io");
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn a_folder_that_cannot_be_used() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("result.pdf", ONE);
    fs::write(desk.resume_dir(), "in the way").unwrap();
    let run = resumed(&clinic, &desk, &[], &file).is(1);
    assert_eq!(run.json()["error"]["kind"], "local_io");
    assert!(run.stderr.contains("--resume-dir"), "{}", run.stderr);
    assert!(clinic.server.requests().is_empty());
}

/// Each of several files has its own state.
#[test]
fn several_files_have_a_state_each() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let files: Vec<_> = ["a.pdf", "b.pdf", "c.pdf"]
        .iter()
        .map(|name| desk.file(name, ONE))
        .collect();
    let folder = desk.resume_dir();
    let args = ["--resume-dir", folder.to_str().unwrap()];
    clinic.set_rule(refuse("finalize", 400));
    upload(&clinic, &args, &files).is(1);
    assert_eq!(desk.kept().len(), 3);
    clinic.go_on();
    upload(&clinic, &args, &files).is(0);
    assert_eq!(clinic.files().len(), 3);
    assert!(desk.kept().is_empty());
}

/// Who can change a state can have the file sent elsewhere.
#[cfg(unix)]
#[test]
fn what_others_may_write_is_refused() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = begun(&clinic, &desk, "transfer");
    let state = desk.kept().remove(0);
    let refused = |what: &str| {
        let run = resumed(&clinic, &desk, &[], &file).is(1);
        assert_eq!(run.json()["error"]["kind"], "local_io", "{what}");
        assert!(run.stderr.contains("others may write"), "{}", run.stderr);
        assert!(run.stderr.contains("advice: "), "{}", run.stderr);
        assert!(clinic.server.requests().is_empty());
    };
    let set = |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode));
    for (path, usual) in [(desk.resume_dir(), 0o700), (state, 0o600)] {
        for open in [0o777, 0o1777, 0o770, 0o702] {
            set(&path, open).unwrap();
            refused(&format!("{open:o}"));
        }
        set(&path, usual).unwrap();
        // Only root can give a file away.
        if chown(&path, Some(4_321), None).is_ok() {
            refused("another owner");
            chown(&path, Some(0), None).unwrap();
        }
    }
    resumed(&clinic, &desk, &[], &file).is(0);
    assert!(desk.kept().is_empty());
}
