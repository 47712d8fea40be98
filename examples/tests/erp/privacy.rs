//! Secrets and personal data do not appear on stderr at any log level, nor needlessly in saved
//! files.

use std::fs;
use std::process::Command;

use crate::clinic::{Clinic, step};
use crate::run::{Desk, PROGRAM, Run, configured};
use crate::server::Answer;

const MARKER: &str = "MARKER";

#[track_caller]
fn nothing_seen(text: &str) {
    assert!(!text.contains(MARKER), "{text}");
    assert!(
        !text.contains("http://") && !text.contains("sig="),
        "{text}"
    );
    // Log lines of other crates are left out at every level.
    assert!(!text.contains("hyper"), "{text}");
}

/// A command where every name and value from outside is marked.
fn command(clinic: &Clinic, args: &[&str]) -> Command {
    let mut command = configured(Command::new(PROGRAM), clinic);
    command
        .env("RUST_LOG", "trace")
        .env("ERP_ACCESS_TOKEN", "MARKER-TOKEN")
        .args(args)
        .args(["--patient", "MARKER-P", "--analysis", "MARKER-A"]);
    command
}

fn marked(answer: Answer) -> Answer {
    answer
        .header("x-request-id", "MARKER")
        .header("x-ms-error-code", "MARKER")
        .header("set-cookie", "MARKER=MARKER")
        .header("location", "https://MARKER.invalid/MARKER")
        .header("www-authenticate", "Bearer error=\"MARKER\"")
}

/// Each step fails in each way, after the steps before it succeeded.
#[test]
fn of_failures() {
    let body = r#"{"title":"MARKER","detail":"MARKER","code":"MARKER","error":"MARKER","MARKER":["MARKER"]}"#;
    let xml = "<Error><Code>MARKER</Code><Message>MARKER</Message></Error>";
    for failing in [
        "initialize",
        "transfer",
        "finalize",
        "list",
        "delete",
        "send",
    ] {
        for answer in [
            Answer::json(400, body),
            Answer::json(302, body),
            Answer::new(403, "application/xml", xml),
            Answer::json(200, body).cut_after(4),
            Answer::json(429, body).header("retry-after", 99_999),
        ] {
            let (clinic, desk) = (Clinic::new(), Desk::new());
            let url = clinic.server.url.clone();
            clinic.set_rule(move |request| {
                let step = step(&request.method, &request.path);
                Some(marked(match step {
                    step if step == failing => answer.clone(),
                    "initialize" => {
                        Answer::json(200, format!("\"{url}/storage/MARKER?sv=1&sig=MARKER\""))
                    }
                    "list" => Answer::json(200, r#"[{"Id":"7","FileName":"MARKER"}]"#),
                    _ => Answer::new(200, "text/plain", "MARKER"),
                }))
            });
            let file = desk.file("MARKER.pdf", "%PDF-1.7 MARKER");
            let mut commands = vec![
                command(&clinic, &["list"]),
                command(&clinic, &["send", "--file", "7"]),
                command(&clinic, &["delete", "--file", "7"]),
            ];
            for args in [
                &["upload"][..],
                &[
                    "upload",
                    "--resume-dir",
                    desk.resume_dir().to_str().unwrap(),
                ],
            ] {
                let mut upload = command(&clinic, args);
                upload.arg(&file);
                commands.push(upload);
            }
            let mut failed = 0;
            for mut command in commands {
                let run = Run::of(&mut command);
                nothing_seen(&run.stderr);
                assert!(run.stderr.contains("common_http"), "{}", run.stderr);
                failed += u32::from(run.code == Some(1));
            }
            assert!(failed > 0, "{failing}");
        }
    }
}

#[test]
fn of_tokens() {
    for answer in [
        Answer::json(400, r#"{"error":"MARKER","error_description":"MARKER"}"#),
        Answer::json(200, r#"{"access_token":"MARKER\u0001"}"#),
        Answer::json(200, r#"{"access_token":["MARKER"]}"#),
        Answer::json(200, r#"{"access_token":"MARKER-GOOD"}"#),
    ] {
        let clinic = Clinic::new();
        clinic.set_rule(move |request| {
            let is_token = request.path == "/connect/token";
            is_token.then(|| marked(answer.clone()))
        });
        let mut list = command(&clinic, &["list", "--json"]);
        list.env_remove("ERP_ACCESS_TOKEN")
            .env("ERP_CLIENT_ID", "MARKER-ID")
            .env("ERP_CLIENT_SECRET", "MARKER-SECRET")
            .env("ERP_SCOPE", "MARKER-SCOPE");
        let run = Run::of(&mut list).is(1);
        nothing_seen(&run.stdout);
        nothing_seen(&run.stderr);
    }
}

#[test]
fn of_wrong_arguments_and_settings() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let files = [
        desk.file("1/MARKER.pdf", "%PDF-"),
        desk.file("2/MARKER.pdf", "%PDF-"),
    ];
    let mut twice = command(&clinic, &["upload"]);
    nothing_seen(&Run::of(twice.args(&files)).is(2).stderr);
    let mut absent = command(&clinic, &["upload"]);
    nothing_seen(
        &Run::of(absent.arg(files[0].with_file_name("MARKER-ABSENT")))
            .is(1)
            .stderr,
    );
    let in_the_way = format!("--resume-dir={}", files[0].display());
    let mut folder = command(&clinic, &["upload", &in_the_way]);
    folder.arg(&files[1]);
    nothing_seen(&Run::of(&mut folder).is(1).stderr);
    for (name, value) in [
        ("ERP_BASE_URL", "http://MARKER.invalid/MARKER"),
        ("ERP_BASE_URL", "https://MARKER:MARKER@host.invalid"),
        ("ERP_ACCESS_TOKEN", "MARKER\n"),
    ] {
        let run = Run::of(command(&clinic, &["list"]).env(name, value)).is(2);
        nothing_seen(&run.stderr);
    }
    let mut token_url = command(&clinic, &["list"]);
    token_url
        .env_remove("ERP_ACCESS_TOKEN")
        .env("ERP_TOKEN_URL", "http://MARKER.invalid/MARKER");
    nothing_seen(&Run::of(&mut token_url).is(2).stderr);
    assert!(clinic.server.requests().is_empty());
}

/// The saved state has the address, patient and name, which are needed, but no token and no
/// content.
#[test]
fn of_what_is_kept() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.set_rule(|request| {
        (request.method == "PUT").then(|| Answer::new(400, "text/plain", "MARKER-ANSWER"))
    });
    let file = desk.file("result.pdf", "%PDF-1.7 MARKER-CONTENT");
    let mut upload = crate::run::command(&clinic, "upload", &["--resume-dir"]);
    Run::of(upload.arg(desk.resume_dir()).arg(file)).is(1);
    let text = fs::read_to_string(&desk.kept()[0]).unwrap();
    assert!(
        !text.contains(MARKER)
            && !text.contains("EXAMPLE-TOKEN")
            && !text.contains("EXAMPLE-SECRET"),
        "{text}"
    );
}
