//! Uploads whose name is taken.

use crate::clinic::{Clinic, step};
use crate::run::{Desk, upload};
use crate::server::Answer;

const NEW: &[u8] = b"%PDF-1.7 new";
const OLD: &[u8] = b"%PDF-1.7 old";

#[test]
fn is_an_error() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.put("a.pdf", OLD);
    let file = desk.file("a.pdf", NEW);
    for args in [&[][..], &["--on-conflict", "error"]] {
        let run = upload(&clinic, args, std::slice::from_ref(&file)).is(1);
        run.failed("erp.files.initialize", "conflict", Some("file_exists"));
        assert_eq!(run.json()["error"]["status"], 409);
        assert_eq!(run.json()["error"]["delivery"], "answered");
        assert!(run.stderr.contains("--on-conflict skip"), "{}", run.stderr);
    }
    clinic.has_only("a.pdf", OLD);
}

#[test]
fn is_skipped() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let id = clinic.put("a.pdf", OLD);
    let file = desk.file("a.pdf", NEW);
    let run = upload(&clinic, &["--on-conflict", "skip"], &[file]).is(0);
    assert_eq!(run.file()["outcome"], "skipped");
    assert_eq!(run.file()["file_id"], id.to_string());
    assert_eq!(run.file()["bytes"], NEW.len());
    clinic.has_only("a.pdf", OLD);
    assert_eq!(clinic.steps(), ["initialize", "list"]);
}

#[test]
fn is_replaced() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let old = clinic.put("a.pdf", OLD);
    let other = clinic.put("b.pdf", OLD);
    let file = desk.file("a.pdf", NEW);
    let run = upload(&clinic, &["--on-conflict", "replace"], &[file]).is(0);
    assert_eq!(run.file()["outcome"], "replaced");
    let files = clinic.files();
    assert_eq!((files[0].id, files[0].name.as_str()), (other, "b.pdf"));
    assert_eq!(files[1].name, "a.pdf");
    assert!(files[1].content == NEW && files[1].id != old);
    assert_eq!(run.file()["file_id"], files[1].id.to_string());
    assert_eq!(files.len(), 2);
}

/// If a taken name is not listed, someone began an upload and did not finish it.
#[test]
fn is_an_unfinished_upload() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a.pdf", NEW);
    clinic
        .set_rule(|request| (request.method == "PUT").then(|| Answer::new(403, "text/plain", "")));
    upload(&clinic, &[], std::slice::from_ref(&file)).is(1);
    clinic.go_on();
    for conflict in ["error", "skip", "replace"] {
        let run = upload(
            &clinic,
            &["--on-conflict", conflict],
            std::slice::from_ref(&file),
        )
        .is(1);
        run.failed(
            "erp.files.initialize",
            "conflict",
            Some("unfinished_upload"),
        );
        assert!(run.stderr.contains("--resume-dir"), "{}", run.stderr);
    }
    assert!(clinic.files().is_empty());
    assert!(!clinic.steps().contains(&"delete"));
}

/// The file of the name may be the item that is not readable.
#[test]
fn is_not_known_if_the_list_is_readable_in_part_only() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a.pdf", NEW);
    clinic.set_rule(|request| match step(&request.method, &request.path) {
        "initialize" => Some(Answer::new(409, "text/plain", "")),
        "list" => Some(Answer::json(200, r#"[{"Id":1,"FileName":"a.pdf","x":[1}]"#)),
        _ => None,
    });
    let run = upload(&clinic, &[], &[file]).is(1);
    let code = Some("unfinished_upload");
    run.failed("erp.files.initialize", "conflict", code);
    let why = "the list has items without a readable name";
    assert!(run.stderr.contains(why), "{}", run.stderr);
}

/// What the program advises is never what was just refused.
#[test]
fn is_advised_on_by_what_can_help() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a.pdf", NEW);
    let twice = r#"[{"Id":1,"FileName":"a.pdf"},{"Id":2,"FileName":"a.pdf"}]"#;
    for (list, conflict) in [
        (r#"[{"Id":1,"FileName":"A.PDF"}]"#, "error"),
        (r#"[{"Id":1,"FileName":"A.PDF"}]"#, "skip"),
        (r#"[{"Id":1,"FileName":"A.PDF"}]"#, "replace"),
        (twice, "replace"),
    ] {
        clinic.set_rule(move |request| match step(&request.method, &request.path) {
            "initialize" => Some(Answer::new(409, "text/plain", "")),
            "list" => Some(Answer::json(200, list)),
            _ => None,
        });
        let args = ["--on-conflict", conflict];
        let run = upload(&clinic, &args, std::slice::from_ref(&file)).is(1);
        run.failed("erp.files.initialize", "conflict", Some("file_exists"));
        let advice = run.stderr.lines().last().unwrap();
        assert!(advice.contains("another name"), "{advice}");
        let names_the_others = advice.contains("--on-conflict");
        assert_eq!(names_the_others, conflict == "error", "{advice}");
    }
}
