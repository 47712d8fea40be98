//! Secrets and personal data do not appear on stdout and stderr, at any log level.

use crate::laboratory::Laboratory;
use crate::program::Run;
use crate::server::Answer;

const MARKER: &str = "MARKER";
const PDF: &str = "%PDF-1.7 MARKER";
const ATTENDANCE: &str = r#"{"MARKER": "MARKER"}"#;

#[track_caller]
fn nothing_seen(text: &str) {
    assert!(!text.contains(MARKER), "{text}");
    assert!(!text.contains("http://"), "{text}");
    // Log lines of other crates are left out at every level.
    assert!(!text.contains("hyper"), "{text}");
}

/// Runs both commands, with every name and value from outside marked.
fn runs(laboratory: &Laboratory, args: &[&str], log: &str) -> [Run; 2] {
    let attendance = laboratory.file("MARKER.json", ATTENDANCE);
    let report = laboratory.file("MARKER.pdf", PDF);
    let command = || {
        let mut command = laboratory.command();
        command
            .env("GENSOFT_API_KEY", "MARKER-KEY")
            .env("GENSOFT_AUTH_PREFIX", "MARKER-PREFIX")
            .env("RUST_LOG", log)
            .args(args);
        command
    };
    [
        Run::of(command().arg("attendance").arg(attendance)),
        Run::of(
            command()
                .args(["report", "--execution", "MARKER", "--multipart", "MARKER"])
                .arg(report),
        ),
    ]
}

#[test]
fn of_failures() {
    let body = r#"{"detail":"MARKER","MARKER":["MARKER"],"code":"MARKER","error":"MARKER"}"#;
    let marked = |answer: Answer| {
        answer
            .header("x-request-id", "MARKER")
            .header("set-cookie", "MARKER=MARKER")
            .header("location", "https://MARKER.invalid/MARKER")
    };
    for answer in [
        Answer::json(302, body),
        Answer::json(400, body),
        Answer::json(401, body),
        Answer::json(404, body),
        Answer::json(500, body),
        Answer::json(200, body).cut_after(5),
        Answer::new(200, "text/html", "<html>MARKER</html>"),
        Answer::json(429, body).header("retry-after", 99_999),
    ] {
        let laboratory = Laboratory::answering(marked(answer));
        for log in ["", "trace"] {
            for args in [&["--json"][..], &[]] {
                for run in runs(&laboratory, args, log) {
                    let run = run.is(1);
                    nothing_seen(&run.stdout);
                    nothing_seen(&run.stderr);
                    assert_eq!(run.stderr.contains("common_http"), log == "trace");
                }
            }
        }
    }
}

/// stdout has the vendor's answer, stderr nothing of it.
#[test]
fn of_success() {
    let laboratory = Laboratory::answering(Answer::json(200, r#"{"id": "EXAMPLE"}"#));
    for args in [&["--json"][..], &[]] {
        for run in runs(&laboratory, args, "trace") {
            let run = run.is(0);
            nothing_seen(&run.stdout);
            nothing_seen(&run.stderr);
            assert!(run.stdout.contains("EXAMPLE") && !run.stderr.contains("EXAMPLE"));
        }
    }
}

#[test]
fn of_refused_files_and_settings() {
    let laboratory = Laboratory::answering(Answer::json(200, "{}"));
    for (name, content, arguments) in [
        ("MARKER.json", "MARKER", &["attendance"][..]),
        ("MARKER.json", "{\"MARKER\": MARKER}", &["attendance"]),
        ("MARKER.pdf", "MARKER", &["report", "--execution", "10"]),
        ("MARKER.pdf", PDF, &["report", "--execution", "MARKER\n"]),
    ] {
        let file = laboratory.file(name, content);
        let mut command = laboratory.command();
        let run = Run::of(command.env("RUST_LOG", "trace").args(arguments).arg(file)).is(2);
        nothing_seen(&run.stderr);
    }
    let absent = laboratory
        .file("MARKER.json", "{}")
        .with_file_name("MARKER-ABSENT");
    nothing_seen(
        &Run::of(laboratory.command().arg("attendance").arg(absent))
            .is(1)
            .stderr,
    );

    let file = laboratory.file("MARKER.json", "{}");
    for (name, value) in [
        ("GENSOFT_BASE_URL", "http://MARKER.invalid/MARKER"),
        ("GENSOFT_BASE_URL", "https://MARKER:MARKER@host.invalid"),
        ("GENSOFT_API_KEY", "MARKER\n"),
    ] {
        let mut command = laboratory.command();
        let run = Run::of(command.env(name, value).arg("attendance").arg(&file)).is(2);
        nothing_seen(&run.stderr);
    }
    assert!(laboratory.server.requests().is_empty());
}
