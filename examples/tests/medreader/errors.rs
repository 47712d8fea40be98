//! Failures: the JSON document, the exit status, the error line and its advice.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::run::{Prescription, Run, configured};
use crate::server::Answer;
use crate::vendor::{FOLDER, UPLOAD, Vendor, error};

#[track_caller]
fn fails(run: Run, code: i32, document: &Value) {
    let run = run.is(code);
    assert_eq!(run.json(), *document, "{run:?}");
    let lines: Vec<_> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("error: "), "{run:?}");
    assert!(lines[1].starts_with("advice: "), "{run:?}");
    assert_eq!(lines.len(), 2, "{run:?}");
    assert!(!run.stderr.contains("MARKER"), "{run:?}");
}

#[test]
fn what_the_vendor_refuses() {
    for (args, operation, status, code, kind) in [
        (
            &["folder-create", "a"][..],
            "medreader.folders.create",
            409,
            "folder_name_duplicate",
            "conflict",
        ),
        (
            &["folder-create", "a", "--parent", FOLDER],
            "medreader.folders.create",
            409,
            "parent_folder_not_found",
            "not_found",
        ),
        (
            &["folder-show", FOLDER],
            "medreader.folders.get",
            404,
            "folder_not_found",
            "not_found",
        ),
        (
            &["result", UPLOAD],
            "medreader.prescriptions.result",
            404,
            "prescription_file_not_found",
            "not_found",
        ),
        (
            &["config-get"],
            "medreader.configuration.get",
            401,
            "unauthorized",
            "permission_denied",
        ),
        (
            &["config-set", "--s3-region", "x"],
            "medreader.configuration.update",
            404,
            "tenant_configuration_not_found",
            "not_found",
        ),
    ] {
        let vendor = Vendor::start(move |_| error(status, code));
        let mut command = configured(&vendor.server.url, args);
        let run = Run::of(command.arg("--json"));
        let document = json!({"error": {"operation": operation, "kind": kind, "status": status, "code": code,
                                        "attempts": 1, "delivery": "answered", "cause": null}});
        fails(run, 1, &document);
    }
}

/// What a vendor may answer where the name of a folder is given for its id.
#[test]
fn a_folders_name_is_not_its_id() {
    let file = Prescription::pdf();
    for (status, code) in [
        (400, "bad_request"),
        (404, "folder_not_found"),
        (404, "MARKER"),
        (409, "parent_folder_not_found"),
        (422, "MARKER"),
    ] {
        let vendor = Vendor::start(move |_| error(status, code));
        for args in [
            &["folder-show", "cardiologia"][..],
            &["folder-create", "a", "--parent", "cardiologia"],
            &["results", "--folder", "cardiologia"],
            &["upload", "--folder", "cardiologia", file.as_str()],
            &["process", "--folder", "cardiologia", file.as_str()],
        ] {
            let run = Run::of(&mut configured(&vendor.server.url, args)).is(1);
            let advice = run.stderr.lines().last().unwrap();
            assert!(advice.starts_with("advice: "), "{run:?}");
            assert!(advice.contains("not its name"), "{run:?}");
            assert!(!run.stderr.contains("MARKER"), "{run:?}");
        }
    }
}

/// Documented: the name is missing.
#[test]
fn a_new_folder_at_the_root_is_refused_for_its_name() {
    let vendor = Vendor::start(|_| error(400, "validation_error"));
    let run = Run::of(&mut configured(&vendor.server.url, &["folder-create", "a"])).is(1);
    let advice = run.stderr.lines().last().unwrap();
    assert!(advice.starts_with("advice: does NAME have"), "{run:?}");
}

#[test]
fn a_login_that_is_refused() {
    let vendor = Vendor::start(|_| error(500, "never_asked"));
    let file = Prescription::pdf();
    for (name, code) in [
        ("MEDREADER_PASSWORD", "invalid_credentials"),
        ("MEDREADER_TENANT_ID", "tenant_invalid"),
    ] {
        for args in [
            &["folder-show", FOLDER, "--json"][..],
            &["process", "--folder", FOLDER, file.as_str(), "--json"],
        ] {
            let mut command = configured(&vendor.server.url, args);
            let run = Run::of(command.env(name, "MARKER"));
            let error = run.json()["error"].clone();
            assert_eq!(error["operation"], "medreader.sessions.open", "{run:?}");
            assert_eq!(error["kind"], "credentials");
            assert_eq!(error["status"], 401);
            assert_eq!(error["code"], code);
            assert_eq!(error["attempts"], 1);
            assert!(run.stderr.contains(name), "{run:?}");
            assert!(!run.stderr.contains("MARKER"), "{run:?}");
            run.is(1);
        }
    }
    assert!(vendor.asked().is_empty());
}

/// A second try could make a second upload or folder. A web page proves nothing: anybody may have
/// written it.
#[test]
fn what_may_have_been_done_is_not_simply_tried_again() {
    let file = Prescription::pdf();
    for lost in [
        error(500, "MARKER"),
        Answer::json(408, ""),
        Answer::json(201, r#"{"id":"1"}"#).cut_after(3),
        Answer::new(200, "text/html", "<html>MARKER</html>"),
    ] {
        let vendor = Vendor::start(move |request| match request.method.as_str() {
            "POST" => lost.clone(),
            _ => Answer::json(200, r#"{"results":[]}"#),
        });
        for (args, advice) in [
            (&["folder-create", "a"][..], "may have been created"),
            (
                &["upload", "--folder", FOLDER, file.as_str()],
                "check `results --folder ID`",
            ),
            (
                &["process", "--folder", FOLDER, file.as_str()],
                "check `results --folder ID`",
            ),
        ] {
            let run = Run::of(configured(&vendor.server.url, args).arg("--json")).is(1);
            assert_eq!(run.json()["error"]["delivery"], "unknown", "{run:?}");
            let last = run.stderr.lines().last().unwrap();
            assert!(
                last.starts_with("advice: ") && last.contains(advice),
                "{run:?}"
            );
            assert!(
                !last.contains("try again") && !last.contains("succeeded"),
                "{run:?}"
            );
        }
    }
}

/// The status says success, and only the vendor's answer is of no use.
#[test]
fn what_was_done_is_not_to_be_done_again() {
    let file = Prescription::pdf();
    let too_large = "[".repeat(64 * 1024 * 1024 + 1);
    for (answer, kind) in [
        (Answer::json(201, r#"["MARKER"]"#), "decode"),
        (Answer::json(204, ""), "decode"),
        (Answer::json(201, too_large), "too_large"),
    ] {
        let vendor = Vendor::start(move |_| answer.clone());
        for (args, advice) in [
            (&["folder-create", "a"][..], "was created"),
            (
                &["upload", "--folder", FOLDER, file.as_str()],
                "do not upload it again",
            ),
            (&["config-set", "--s3-region", "x"], "settings were changed"),
        ] {
            let run = Run::of(configured(&vendor.server.url, args).arg("--json")).is(1);
            let error = &run.json()["error"];
            assert_eq!(
                (&error["kind"], &error["delivery"]),
                (&json!(kind), &json!("answered"))
            );
            let last = run.stderr.lines().last().unwrap();
            assert!(
                last.starts_with("advice: ") && last.contains(advice),
                "{run:?}"
            );
        }
    }
}

#[test]
fn nobody_listens() {
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let run = Run::of(&mut configured(&url, &["folder-show", FOLDER, "--json"])).is(1);
    assert_eq!(run.json()["error"]["kind"], "connect");
    assert_eq!(run.json()["error"]["delivery"], "not_sent");
    assert!(run.stderr.contains("MEDREADER_BASE_URL"), "{run:?}");
    assert!(!run.stderr.contains("HTTPS_PROXY"), "{run:?}");
}

/// It may be the proxy that refuses the connection, or whose address is wrong.
#[test]
fn the_advice_thinks_of_the_proxy() {
    let args = ["folder-show", FOLDER, "--json"];
    let mut command = configured("https://vendor.invalid", &args);
    let run = Run::of(command.env("HTTPS_PROXY", "http://127.0.0.1:9")).is(1);
    assert!(run.stderr.contains("check HTTPS_PROXY"), "{run:?}");
    let mut command = configured("https://vendor.invalid", &args);
    let run = Run::of(command.env("HTTPS_PROXY", "socks5://127.0.0.1:9")).is(2);
    assert!(run.stderr.contains(", HTTPS_PROXY"), "{run:?}");
}

/// TLS to a port that does not speak it: the address is right, so other advice is due.
#[test]
fn the_advice_fits_why_there_is_no_connection() {
    let vendor = Vendor::start(|_| error(500, "never_asked"));
    let url = vendor.server.url.replace("http://", "https://");
    let run = Run::of(&mut configured(&url, &["folder-show", FOLDER, "--json"])).is(1);
    assert_eq!(run.json()["error"]["kind"], "connect", "{run:?}");
    let cause = run.json()["error"]["cause"].as_str().unwrap().to_owned();
    assert!(cause.starts_with("tls_"), "{run:?}");
    assert!(run.stderr.contains("TLS"), "{run:?}");
    assert!(!run.stderr.contains("MEDREADER_BASE_URL"), "{run:?}");
}

#[test]
fn files_that_are_not_sent() {
    let vendor = Vendor::start(|_| error(500, "never_asked"));
    let upload = |path: &str| {
        let args = ["upload", "--json", "--folder", FOLDER, path];
        Run::of(&mut configured(&vendor.server.url, &args))
    };
    let document = |kind: &str, code: Option<&str>| {
        json!({"error": {"operation": "medreader.prescriptions.upload", "kind": kind, "status": null, "code": code,
                         "attempts": 0, "delivery": "not_sent", "cause": null}})
    };
    let there = Prescription::pdf();
    let missing = there.path.with_file_name("MARKER-MISSING.pdf");
    fails(
        upload(missing.to_str().unwrap()),
        1,
        &document("local_io", None),
    );
    for content in [&b""[..], b"MARKER, and no PDF"] {
        let file = Prescription::new(content);
        fails(
            upload(file.as_str()),
            2,
            &document("invalid_input", Some("bad_request")),
        );
    }
    assert!(vendor.server.requests().is_empty());
}

#[test]
fn arguments_that_the_client_refuses() {
    let vendor = Vendor::start(|_| error(500, "never_asked"));
    for args in [
        &["folder-show", ".."][..],
        &["folder-show", "a/b"],
        &["folder-create", "a", "--parent", "a/b"],
        &["result", "..\\a"],
        &["results", "--folder", "pacientes/cardiologia"],
        &["folder-create", "..."],
        &["result", "a\nb"],
        &["results", "--folder", ""],
        &["config-set"],
    ] {
        let mut command = configured(&vendor.server.url, args);
        let run = Run::of(command.arg("--json")).is(2);
        assert_eq!(run.json()["error"]["kind"], "invalid_input", "{args:?}");
        assert_eq!(run.json()["error"]["delivery"], "not_sent", "{args:?}");
        assert!(run.stderr.contains("advice: "), "{run:?}");
    }
    assert!(vendor.asked().is_empty());
}
