//! `upload`: three steps per file.

use std::process::Command;

use serde_json::json;

use crate::clinic::{Clinic, TOKEN};
use crate::run::{Desk, OF, PROGRAM, Run, clean, command, run, upload};
use crate::server::Answer;

const PDF: &[u8] = b"%PDF-1.7\nEXAMPLE\n%%EOF\n";

#[test]
fn a_file_in_three_steps() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("result.pdf", PDF);
    let run = upload(&clinic, &[], &[file]).is(0);
    let id = clinic.has_only("result.pdf", PDF);
    assert_eq!(
        run.json(),
        json!({"files": [{"name": "result.pdf", "bytes": PDF.len(), "outcome": "uploaded",
                          "file_id": id.to_string()}]})
    );
    assert_eq!(run.stderr, "");
    assert_eq!(
        clinic.steps(),
        ["initialize", "transfer", "finalize", "list"]
    );
}

/// No credentials or other data of ours are sent to a host that the vendor names.
#[test]
fn what_the_storage_sees() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    for (name, content, content_type) in [
        ("a.pdf", PDF, Some("application/pdf")),
        ("b.png", b"\x89PNG\r\n\x1a\nEXAMPLE", Some("image/png")),
        ("c.jpg", b"\xff\xd8\xff\xe0EXAMPLE", Some("image/jpeg")),
        ("d.pdf", b"EXAMPLE", None),
    ] {
        let file = desk.file(name, content);
        for (args, expected) in [
            (&[][..], None),
            (&["--content-type", "auto"], content_type),
            (&["--content-type", "text/plain"], Some("text/plain")),
        ] {
            let args = [args, &["--on-conflict", "replace"]].concat();
            upload(&clinic, &args, std::slice::from_ref(&file)).is(0);
            let transfer = clinic.state().transfers.pop().unwrap();
            let sent = transfer.headers.get("content-type").map(String::as_str);
            assert_eq!(sent, expected, "{args:?}");
        }
        clinic.state().files.clear();
        clinic.state().begun.clear();
        upload(&clinic, &[], &[file]).is(0);
        let transfer = clinic.state().transfers.pop().unwrap();
        assert_eq!(transfer.content, content);
        let headers = transfer.headers;
        assert_eq!(headers["content-length"], content.len().to_string());
        assert_eq!(headers["x-ms-blob-type"], "BlockBlob");
        let names: Vec<_> = headers.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["accept", "content-length", "host", "x-ms-blob-type"]
        );
    }
}

#[test]
fn any_name_is_kept() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let long = "d".repeat(251) + ".pdf";
    for name in [
        "знімок 1.jpg",
        "a #?%.pdf",
        "100%25.pdf",
        "-x.pdf",
        "'\"&+;=",
        &long,
    ] {
        let file = desk.file(name, PDF);
        let run = upload(
            &clinic,
            &["--resume-dir", desk.resume_dir().to_str().unwrap()],
            &[file],
        );
        assert_eq!(run.is(0).file()["name"], name);
        clinic.has_only(name, PDF);
        clinic.state().files.clear();
    }
    assert!(desk.kept().is_empty());
}

#[test]
fn each_of_several_is_tried() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.put("b.pdf", b"other");
    let files = [
        desk.file("a.pdf", PDF),
        desk.file("b.pdf", PDF),
        desk.file("absent", ""),
        desk.file("c.pdf", PDF),
    ];
    std::fs::remove_file(&files[2]).unwrap();
    let run = upload(&clinic, &[], &files).is(1);
    let document = run.json();
    let entries = document["files"].as_array().unwrap();
    let short: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry["name"].as_str().unwrap(),
                entry["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("a.pdf", "uploaded"),
        ("b.pdf", "failed"),
        ("absent", "failed"),
        ("c.pdf", "uploaded"),
    ];
    assert_eq!(short, expected);
    assert!(entries[0].get("error").is_none() && entries[0]["file_id"].is_string());
    let mut conflict = entries[1].clone();
    assert_eq!(conflict["error"]["attempts"].take(), 1);
    assert_eq!(
        conflict,
        json!({"name": "b.pdf", "bytes": PDF.len(), "outcome": "failed", "file_id": null, "error": {
            "operation": "erp.files.initialize", "kind": "conflict", "status": 409, "code": "file_exists",
            "attempts": null, "delivery": "answered", "cause": null}})
    );
    assert_eq!(entries[2]["error"]["kind"], "local_io");
    assert_eq!(entries[2]["bytes"], 0);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert!(
        lines[0].starts_with("error: file 2 of 4: erp.files.initialize: "),
        "{}",
        run.stderr
    );
    assert!(lines[1].contains("--on-conflict"), "{}", run.stderr);
    assert!(
        lines[2].starts_with("error: file 3 of 4: local file"),
        "{}",
        run.stderr
    );
    assert_eq!(clinic.files().len(), 3);
}

/// The second would conflict with the first, or replace it.
#[test]
fn two_files_of_one_name_are_refused() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let files = [
        desk.file("1/a.pdf", PDF),
        desk.file("b.pdf", PDF),
        desk.file("2/a.pdf", PDF),
    ];
    let refused = json!({"error": {"operation": null, "kind": "invalid_input", "status": null, "code": null,
                                   "attempts": 0, "delivery": "not_sent", "cause": null}});
    let run = upload(&clinic, &["--on-conflict", "replace"], &files).is(2);
    assert_eq!(run.json(), refused);
    assert!(run.stderr.contains("same name"), "{}", run.stderr);
    let run = upload(&clinic, &[], &[files[0].clone(), files[0].clone()]).is(2);
    assert_eq!(run.json(), refused);
    // The same letter in decomposed form, as on a Mac, and in composed form.
    let twins = [
        desk.file("1/\u{439}.pdf", PDF),
        desk.file("2/\u{438}\u{306}.pdf", PDF),
    ];
    let run = upload(&clinic, &["--on-conflict", "replace"], &twins).is(2);
    assert_eq!(run.json(), refused);
    // Even if no clinic is set.
    let mut nowhere = clean(Command::new(PROGRAM));
    let run = Run::of(nowhere.arg("upload").args(OF).args(&files)).is(2);
    assert_eq!(run.stdout, "");
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn files_without_a_name() {
    let clinic = Clinic::new();
    for path in ["..", "/"] {
        let run = upload(&clinic, &[], &[path.into()]).is(2);
        assert_eq!(run.json()["error"]["kind"], "invalid_input");
    }
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn a_file_that_cannot_be_read() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a.pdf", PDF);
    let folder = file.parent().unwrap().to_owned();
    for path in [file.with_file_name("absent.pdf"), folder] {
        let run = upload(&clinic, &[], &[path]).is(1);
        let error = &run.json()["error"];
        assert_eq!(error["kind"], "local_io");
        assert_eq!(error["delivery"], "not_sent");
        assert!(run.stderr.contains("advice: "), "{}", run.stderr);
    }
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn text_for_people() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a\u{1b}[1m.pdf", PDF);
    let other = desk.file("b.pdf", PDF);
    let mut command = command(&clinic, "upload", &[]);
    let run = Run::of(command.args([&file, &other])).is(1);
    // A control character cannot be in an address.
    assert_eq!(
        run.stdout,
        "failed    a\u{fffd}[1m.pdf (23 B)\nuploaded  b.pdf (23 B, id 102)\n"
    );
    assert!(
        run.stderr.starts_with("error: file 1 of 2: "),
        "{}",
        run.stderr
    );
}

#[test]
fn arguments_that_are_refused() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a.pdf", PDF);
    let file = file.to_str().unwrap();
    for args in [
        &[][..],
        &["unknown"],
        &["upload", "--patient", "7", file],
        &["upload", "--analysis", "12", file],
        &["upload", "--patient", "7", "--analysis", "12"],
        &[
            "upload",
            "--patient",
            "7",
            "--analysis",
            "12",
            "--on-conflict",
            "ignore",
            file,
        ],
        &["list", "--patient", "7"],
        &["list", "--patient", "7", "--analysis", "12", "more"],
        &["send", "--patient", "7", "--analysis", "12"],
        &["delete", "--patient", "7", "--analysis", "12"],
    ] {
        let mut command = crate::run::configured(Command::new(PROGRAM), &clinic);
        let run = Run::of(command.args(args)).is(2);
        assert_eq!(run.stdout, "", "{args:?}");
    }
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn invalid_ids_are_refused() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("a.pdf", PDF);
    for id in ["", ".", "..", "a\nb", "8/analysis/1", "..\\8"] {
        for of in [
            ["--patient", id, "--analysis", "12"],
            ["--patient", "7", "--analysis", id],
        ] {
            let mut command = crate::run::configured(Command::new(PROGRAM), &clinic);
            command
                .env("ERP_ACCESS_TOKEN", TOKEN)
                .args(["upload", "--json"])
                .args(of);
            let run = Run::of(command.arg(&file)).is(2);
            run.failed("erp.files.initialize", "invalid_input", None);
        }
    }
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn help_names_arguments_and_environment() {
    let mut text = String::new();
    for args in [&["--help"][..], &["upload", "--help"], &["send", "--help"]] {
        text += &Run::of(clean(Command::new(PROGRAM)).args(args))
            .is(0)
            .stdout;
    }
    for word in [
        "--json",
        "--patient",
        "--analysis",
        "--on-conflict",
        "error",
        "skip",
        "replace",
        "--resume-dir",
        "--content-type",
        "unconfirmed",
        "--file",
        "ERP_BASE_URL",
        "ERP_ACCESS_TOKEN",
        "ERP_TOKEN_URL",
        "ERP_CLIENT_ID",
        "ERP_CLIENT_SECRET",
        "ERP_SCOPE",
        "ERP_ALLOW_PRIVATE_STORAGE",
        "ALLOW_PLAIN_HTTP",
        "RUST_LOG",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(
        run(&Clinic::new(), "list", &["--help"])
            .is(0)
            .stderr
            .is_empty()
    );
}

/// The ERP said yes, and its list has no such file.
#[test]
fn an_upload_that_is_not_listed_is_unconfirmed() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.set_rule(|request| (request.method == "GET").then(|| Answer::json(200, "[]")));
    let file = desk.file("result.pdf", PDF);
    let run = upload(&clinic, &[], std::slice::from_ref(&file)).is(1);
    assert_eq!(
        run.json(),
        json!({"files": [{"name": "result.pdf", "bytes": PDF.len(), "outcome": "unconfirmed",
                          "file_id": null}]})
    );
    let lines: Vec<_> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("error: erp.files.list: "), "{lines:?}");
    assert!(lines[1].starts_with("advice: "), "{lines:?}");
    let looked = ["list"; 3];
    assert_eq!(
        clinic.steps(),
        [&["initialize", "transfer", "finalize"], &looked[..]].concat()
    );
}

#[test]
fn a_content_type_that_cannot_be_sent_is_refused() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let file = desk.file("result.pdf", PDF);
    upload(&clinic, &["--content-type", "a\nb"], &[file]).is(2);
    assert!(clinic.server.requests().is_empty());
}
