//! The output has only invented data and no credentials.

use std::process::Command;

use biologix_client::sandbox::{Sandbox, Settings};
use serde_json::Value;

use crate::program::Run;
use crate::tour;

/// Passwords, keys and tokens of the sandboxes and of the tour, and parts of addresses.
const NEVER: [&str; 10] = [
    "EXAMPLE-PASSWORD",
    "EXAMPLE-WEBHOOK-PASSWORD",
    "EXAMPLE-SECRET",
    "EXAMPLE-API-KEY",
    "EXAMPLE.TOKEN",
    "Bearer",
    "http://",
    "https://",
    "127.0.0.1",
    "sig=",
];

#[track_caller]
fn shows_nothing(text: &str) {
    for secret in NEVER {
        assert!(!text.contains(secret), "{secret} is in:\n{text}");
    }
}

fn run(command: &mut Command) -> Run {
    Run::of(command).is(0)
}

#[test]
fn neither_a_secret_nor_an_address_is_printed() {
    for args in [&[][..], &["--json"]] {
        let run = run(&mut tour(args));
        shows_nothing(&run.stdout);
        shows_nothing(&run.stderr);
    }
}

#[tokio::test]
async fn the_key_of_a_report_is_not_printed() {
    // The seed makes them the same exams as in the tour.
    let sandbox = Sandbox::with(Settings {
        exams: 9,
        ..Settings::default()
    })
    .await
    .unwrap();
    let told = run(&mut tour(&[])).stdout;
    for id in sandbox.exam_ids() {
        assert!(told.contains(&id), "{told}");
        let exam: Value = serde_json::from_str(&sandbox.exam_json(&id).unwrap()).unwrap();
        if let Some(key) = exam["examKey"].as_str() {
            assert!(!told.contains(key), "{told}");
        }
    }
}

#[test]
fn log_lines_go_to_stderr_and_tell_no_more() {
    let run = run(tour(&["--json"]).env("RUST_LOG", "trace"));
    run.json();
    assert!(
        run.stderr.contains("biologix.sessions.open"),
        "{}",
        run.stderr
    );
    for secret in NEVER {
        // Logs name the host.
        if secret != "127.0.0.1" {
            assert!(!run.stderr.contains(secret), "{secret} is logged");
        }
    }
}

#[test]
fn a_pipe_gets_plain_text() {
    let run = run(&mut tour(&[]));
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!run.stdout.contains(control), "{:?}", run.stdout);
}
