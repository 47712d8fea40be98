//! Secrets and personal data do not appear on stdout and stderr at any log level, nor in wrong
//! files.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::centre::{Centre, error, id};
use crate::run::{Archive, Run};
use crate::server::Answer;

const MARKER: &str = "MARKER";
const KEY: &str = "MARKERKEY";

/// An exam where every text except the id is marked.
fn marked(number: u32, key: &str) -> String {
    let exam = json!({
        "examId": id(number),
        "examKey": key,
        "status": 6,
        "type": 1,
        "patientUserId": "MARKER-PATIENT",
        "issuedBy": {"name": "MARKER-ISSUER"},
        "patient": {"name": "MARKER-NAME", "email": "MARKER@example.invalid", "username": "l|BR_CPF|MARKER",
                    "phone": "MARKER", "birthDate": "MARKER"},
        "MARKERFIELD": "MARKER",
    });
    exam.to_string()
}

/// A centre where every header and text of login, list, reports and errors is marked.
fn marked_centre() -> Centre {
    let mut exams: Vec<_> = (1..=6)
        .map(|number| marked(number, &format!("{KEY}{number}")))
        .collect();
    exams.push(
        r#"{"examId":"MARKER","status":"MARKER","examKey":"MARKERREJECTED","MARKER":[1}"#
            .to_owned(),
    );
    exams.push(marked(7, "MARKER\u{1}KEY"));
    let centre = Centre::with(exams);
    let vendor_error =
        json!({"_class": "MARKER", "error": "MARKER", "message": "MARKER"}).to_string();
    let report =
        |status: u16, body: &str| Answer::json(status, body).header("x-request-id", "MARKER");
    centre.set_report("MARKERKEY1", report(400, &vendor_error));
    centre.set_report("MARKERKEY2", report(500, &vendor_error));
    centre.set_report("MARKERKEY3", report(200, "MARKER, and no PDF"));
    centre.set_report("MARKERKEY4", report(404, &vendor_error));
    let elsewhere = report(302, "").header("location", "https://MARKER.invalid/MARKER");
    centre.set_report("MARKERKEY5", elsewhere);
    let marked_pages = |request: &crate::server::Request| {
        (request.path == "/v2/sessions/open").then(|| {
            let body =
                json!({"sessionId": "MARKER", "userId": "MARKER-USER", "tokenStart": "MARKER"});
            Answer::json(200, body.to_string())
                .header("Bx-Session-Token", "MARKER-TOKEN")
                .header("set-cookie", "MARKER=MARKER")
        })
    };
    centre.set_rule(marked_pages);
    centre
}

#[track_caller]
fn nothing_seen(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(MARKER), "{text}");
        assert!(!text.contains("http://"), "{text}");
        // Log lines of other crates are left out at every level.
        assert!(!text.contains("hyper"), "{text}");
    }
}

/// Finds the files that contain this text.
fn holders(folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holders(&path, text, found);
        } else if String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(text) {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
}

#[test]
fn of_a_run_with_every_kind_of_failure() {
    let centre = marked_centre();
    // The fake centre requires the session that it did not issue, so the test answers the list
    // itself.
    let exams = centre.state().exams.join(",");
    let login = std::sync::Arc::clone(&centre.state().rule);
    centre.set_rule(move |request| {
        let list = || Answer::json(200, format!("[{exams}]")).header("X-Pagination-Total", 8);
        let is_list = request.path.starts_with("/v2/partners/");
        login(request).or_else(|| is_list.then(list))
    });
    for log in ["", "trace"] {
        for args in [&["--json"][..], &[]] {
            let archive = Archive::new();
            let mut command = archive.command(&centre, args);
            command
                .env("RUST_LOG", log)
                .env("BIOLOGIX_USERNAME", "c|MARKER|1")
                .env("BIOLOGIX_PASSWORD", "MARKER-PASSWORD")
                .env("BIOLOGIX_PARTNER_ID", "MARKER-PARTNER");
            let run = Run::of(&mut command).is(1);
            nothing_seen(&run);
            assert_eq!(run.stderr.contains("common_http"), log == "trace");
            assert_eq!(archive.ids("failed.jsonl"), [1, 2, 3, 5, 7].map(id).into());
            assert_eq!(archive.ids("missing.jsonl"), [id(4)].into());

            let mut found = Vec::new();
            holders(&archive.path(), "examKey", &mut found);
            // Records that could not be read are kept unchanged.
            assert_eq!(found, ["exams.jsonl", "rejected.jsonl"]);
            found.clear();
            holders(&archive.path(), KEY, &mut found);
            assert_eq!(found, ["0000006BB.pdf", "exams.jsonl"]);
        }
    }
}

#[test]
fn of_a_list_that_fails() {
    let answers = [
        error(403, MARKER),
        error(500, MARKER),
        Answer::json(200, "[\"MARKER"),
        Answer::json(200, "{\"MARKER\":\"MARKER\"}"),
        Answer::new(200, "text/html", "<html>MARKER</html>"),
        Answer::new(302, "text/html", MARKER).header("location", "https://MARKER.invalid"),
        error(429, MARKER).header("retry-after", 99_999),
    ];
    for answer in answers {
        let centre = marked_centre();
        let login = std::sync::Arc::clone(&centre.state().rule);
        centre.set_rule(move |request| login(request).or_else(|| Some(answer.clone())));
        for args in [&["--json"][..], &[]] {
            let archive = Archive::new();
            let mut command = archive.command(&centre, args);
            nothing_seen(&Run::of(command.env("RUST_LOG", "trace")).is(1));
        }
    }
}

#[test]
fn of_wrong_settings() {
    let centre = marked_centre();
    for (name, value) in [
        ("BIOLOGIX_BASE_URL", "http://MARKER.invalid/MARKER"),
        ("BIOLOGIX_BASE_URL", "https://MARKER:MARKER@host.invalid"),
        ("BIOLOGIX_PARTNER_ID", "MARKER\n"),
    ] {
        let archive = Archive::new();
        let mut command = archive.command(&centre, &["--json"]);
        nothing_seen(&Run::of(command.env(name, value)).is(2));
    }
}
