//! `report`: uploads a report, in each of our readings.

use std::process::Command;

use serde_json::json;

use crate::laboratory::{KEY, Laboratory, PDF, PROGRAM, clean};
use crate::program::Run;
use crate::server::Answer;

fn taken() -> Laboratory {
    Laboratory::answering(Answer::json(200, r#"{"versao": 2}"#))
}

#[test]
fn is_the_body_itself() {
    let laboratory = taken();
    let run = laboratory.report(&["--json"], PDF).is(0);
    assert_eq!(run.json(), json!({"status": 200, "body": {"versao": 2}}));
    assert_eq!(run.stderr, "");
    let received = laboratory.received();
    let one = &received[0];
    let path = "/api/v1/results/upload/execution/10";
    assert_eq!((one.method.as_str(), one.path.as_str()), ("PUT", path));
    assert_eq!(one.body, PDF);
    assert_eq!(one.header("content-type"), "application/pdf");
    assert_eq!(one.header("content-length"), PDF.len().to_string());
    assert!(
        one.header("content-disposition")
            .starts_with("attachment; filename=")
    );
    assert_eq!(one.header("authorization"), KEY);
}

#[test]
fn is_in_a_field_of_a_form() {
    let laboratory = taken();
    laboratory.report(&["--multipart", "arquivo"], PDF).is(0);
    let received = laboratory.received();
    let one = &received[0];
    let boundary = one
        .header("content-type")
        .strip_prefix("multipart/form-data; boundary=");
    let boundary = boundary.unwrap().trim_matches('"');
    let body = String::from_utf8(one.body.clone()).unwrap();
    assert!(body.starts_with(&format!("--{boundary}\r\n")), "{body}");
    assert!(body.ends_with(&format!("\r\n--{boundary}--\r\n")), "{body}");
    assert!(body.contains("name=\"arquivo\""), "{body}");
    assert!(body.contains(std::str::from_utf8(PDF).unwrap()), "{body}");
    assert_eq!(one.header("content-length"), body.len().to_string());
}

#[test]
fn ends_in_a_slash_when_told() {
    let laboratory = taken();
    laboratory.report(&["--slash"], PDF).is(0);
    laboratory
        .report(&["--slash", "--multipart", "arquivo"], PDF)
        .is(0);
    for one in laboratory.received().iter() {
        assert_eq!(one.path, "/api/v1/results/upload/execution/10/");
    }
}

#[test]
fn a_file_that_is_empty_or_not_a_pdf_is_refused() {
    let laboratory = taken();
    let late = [vec![b' '; 1024], PDF.to_vec()].concat();
    for (content, why) in [
        (&b""[..], "the file is empty"),
        (b"{}", "the file is not a PDF"),
        (b"%PDF", "the file is not a PDF"),
        (&late, "the file is not a PDF"),
    ] {
        for args in [
            &["--json"][..],
            &["--json", "--multipart", "arquivo", "--slash"],
        ] {
            let run = laboratory.report(args, content).is(2);
            let error = &run.json()["error"];
            assert_eq!(error["operation"], "gensoft.reports.upload");
            assert_eq!(error["kind"], "invalid_input");
            assert_eq!(error["delivery"], "not_sent");
            assert!(run.stderr.contains(why), "{}", run.stderr);
        }
    }
    assert!(laboratory.server.requests().is_empty());
}

#[test]
fn files_that_cannot_be_read() {
    let laboratory = taken();
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("absent.pdf"), folder.path().to_owned()] {
        for subcommand in [&["attendance"][..], &["report", "--execution", "10"]] {
            let mut command = laboratory.command();
            command.arg("--json").args(subcommand).arg(&path);
            let run = Run::of(&mut command).is(1);
            let error = &run.json()["error"];
            assert_eq!(error["kind"], "local_io");
            assert_eq!(error["delivery"], "not_sent");
            assert!(run.stderr.contains("advice: "), "{}", run.stderr);
        }
    }
    assert!(laboratory.server.requests().is_empty());
}

#[test]
fn arguments_that_are_refused() {
    let laboratory = taken();
    let file = laboratory.file("laudo.pdf", PDF);
    let file = file.to_str().unwrap();
    for args in [
        &[][..],
        &["unknown"],
        &["attendance"],
        &["report", file],
        &["report", "--execution", "10"],
        &["report", "--execution", "10", "--multipart", "", file],
        &["report", "--execution", "10", file, file],
    ] {
        let run = Run::of(laboratory.command().args(args)).is(2);
        assert_eq!(run.stdout, "", "{args:?}");
    }
    assert!(laboratory.server.requests().is_empty());
}

#[test]
fn help_names_arguments_and_environment() {
    let help = |args: &[&str]| {
        Run::of(clean(Command::new(PROGRAM)).args(args))
            .is(0)
            .stdout
    };
    let text = help(&["--help"]) + &help(&["report", "--help"]) + &help(&["attendance", "--help"]);
    for word in [
        "--json",
        "--execution",
        "--multipart",
        "--slash",
        "FILE.json",
        "FILE.pdf",
        "GENSOFT_BASE_URL",
        "GENSOFT_API_KEY",
        "GENSOFT_AUTH_PREFIX",
        "ACCEPT_HTML",
        "ALLOW_PLAIN_HTTP",
        "ANSWER_TIMEOUT_SECS",
        "TLS_EXTRA_ROOTS",
        "RUST_LOG",
    ] {
        assert!(text.contains(word), "{word}");
    }
}
