//! Secrets and personal data do not appear in the output, at any log level.

use serde_json::json;

use crate::run::{Prescription, Run, configured};
use crate::server::Answer;
use crate::vendor::{FOLDER, UPLOAD, Vendor, error};

const COMMANDS: [&[&str]; 6] = [
    &["result", UPLOAD],
    &["folder-create", "MARKER"],
    &["folder-show", FOLDER],
    &["results", "--folder", FOLDER],
    &["config-get"],
    &["config-set", "--webhook-url", "https://MARKER.example"],
];

/// Runs each command with all logging on.
fn logged(vendor: &Vendor) -> Vec<Run> {
    let file = Prescription::pdf();
    let upload = ["upload", "--folder", FOLDER, file.as_str()];
    let process = [
        "process",
        "--timeout",
        "1",
        "--folder",
        FOLDER,
        file.as_str(),
    ];
    let commands = COMMANDS.into_iter().chain([&upload[..], &process]);
    commands
        .map(|args| {
            let mut command = configured(&vendor.server.url, args);
            command
                .env("RUST_LOG", "trace")
                .env("MEDREADER_SET_WEBHOOK_PASSWORD", "MARKER-SECRET");
            Run::of(&mut command)
        })
        .collect()
}

#[track_caller]
fn nothing_seen(text: &str) {
    assert!(!text.contains("MARKER"), "{text}");
    assert!(!text.contains("http://"), "{text}");
    assert!(!text.contains("EXAMPLE-TOKEN"), "{text}");
    assert!(!text.contains("EXAMPLE-PASSWORD"), "{text}");
}

#[test]
fn in_the_log_of_calls_that_succeed() {
    let body = json!({"id": "EXAMPLE-ID", "status": "completed", "folder_name": "MARKER", "folder_fullpath": "MARKER",
                      "prescription_confidence_notes": "MARKER", "original_filename": "MARKER", "webhook_password": "MARKER",
                      "results": [], "MARKER": "MARKER"});
    let vendor = Vendor::start(move |_| Answer::json(200, body.to_string()));
    for run in logged(&vendor) {
        nothing_seen(&run.stderr);
        assert!(run.stderr.contains("common_http"), "{run:?}");
        run.is(0);
    }
}

#[test]
fn on_either_output_of_calls_that_fail() {
    for answer in [
        error(400, "MARKER"),
        error(404, "MARKER").header("x-request-id", "MARKER"),
        Answer::json(200, "[\"MARKER"),
        Answer::new(200, "text/html", "<html>MARKER</html>"),
        Answer::new(302, "text/html", "MARKER").header("location", "https://MARKER.invalid"),
    ] {
        let vendor = Vendor::start(move |_| answer.clone());
        for run in logged(&vendor) {
            nothing_seen(&run.stderr);
            nothing_seen(&run.stdout);
            run.is(1);
        }
    }
}
