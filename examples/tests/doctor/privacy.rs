//! Nothing of a person and no secret appears on stdout or stderr, at any log level.

use serde_json::json;

use crate::program::Run;
use crate::run::doctor;
use crate::server::{Answer, Server};
use crate::unknown::{Fake, biologix, erp, medreader};

#[track_caller]
fn nothing_seen(fake: &Fake, code: Option<i32>) {
    for args in [&[][..], &["--json"]] {
        let mut command = doctor(&fake.settings());
        let run = Run::of(command.env("RUST_LOG", "trace").args(args));
        if let Some(code) = code {
            assert_eq!(run.code, Some(code), "{}", run.stdout);
        }
        assert!(run.stderr.contains("common_http"), "{}", run.stderr);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains("MARKER"), "{}: {text}", fake.vendor);
            assert!(!text.contains("http://"), "{}: {text}", fake.vendor);
            assert!(!text.contains("TUFSS0VS"), "Base64 of it: {text}");
        }
    }
}

#[test]
fn of_what_is_read() {
    let person = json!({"name": "MARKER", "email": "MARKER", "birthDate": "MARKER", "age": 1});
    let exam = json!({"examId": "MARKER", "examKey": "MARKER", "patientUserId": "MARKER",
                      "patient": person, "base": {"startTime": "MARKER", "symptoms": ["MARKER"]},
                      "MARKER 1": {"MARKER": "MARKER"}, "status": "MARKER"});
    nothing_seen(&biologix(json!([exam, "MARKER", {"MARKER": 1}])), Some(0));
    let configuration = json!({"webhook_user": "MARKER", "webhook_password": "MARKER",
                               "s3_secret_access_key": "MARKER", "MARKER 2": "MARKER",
                               "webhook_url": "https://MARKER.invalid:1/MARKER?MARKER=MARKER"});
    nothing_seen(&medreader(configuration), Some(0));
    let file = json!({"id": "MARKER", "fileName": "MARKER.pdf", "MARKER/3": 1, "url": "MARKER"});
    nothing_seen(&erp(json!([file, {"MARKER 4": []}])), Some(0));
}

#[test]
fn of_what_fails() {
    let body = r#"{"detail":"MARKER","code":"MARKER","error":"MARKER","MARKER":["MARKER"]}"#;
    let marked = |answer: Answer| {
        answer
            .header("date", "MARKER")
            .header("x-request-id", "MARKER")
            .header("location", "https://MARKER.invalid/MARKER")
    };
    for answer in [
        Answer::json(200, body),
        Answer::json(302, body),
        Answer::json(400, body),
        Answer::json(401, body),
        Answer::json(403, body),
        Answer::json(404, body),
        Answer::json(500, body),
        Answer::json(200, body).cut_after(5),
        Answer::new(200, "text/html", "<html>MARKER</html>"),
    ] {
        for vendor in ["biologix", "medreader", "gensoft", "erp"] {
            let answer = marked(answer.clone());
            let server = Server::start(move |_| answer.clone());
            nothing_seen(&Fake { server, vendor }, None);
        }
    }
}

#[test]
fn of_wrong_settings() {
    for (name, value) in [
        ("GENSOFT_BASE_URL", "http://MARKER.invalid/MARKER"),
        ("GENSOFT_BASE_URL", "https://MARKER:MARKER@host.invalid"),
        ("GENSOFT_API_KEY", "MARKER\n"),
        ("BIOLOGIX_PASSWORD", "MARKER"),
        ("TLS_EXTRA_ROOTS", "/MARKER/MARKER"),
    ] {
        let ours = [
            ("GENSOFT_BASE_URL", "https://host.invalid"),
            ("GENSOFT_API_KEY", "EXAMPLE"),
        ];
        let run = Run::of(doctor(&ours).env(name, value)).is(1);
        assert!(!run.stdout.contains("MARKER"), "{}", run.stdout);
        assert!(!run.stderr.contains("MARKER"), "{}", run.stderr);
    }
}
