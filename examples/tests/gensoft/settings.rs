//! Settings.

use std::process::Command;

use serde_json::{Value, json};

use crate::laboratory::{KEY, Laboratory, PROGRAM, clean};
use crate::program::Run;
use crate::server::Answer;

fn wrong_settings() -> Value {
    json!({"error": {"operation": null, "kind": "config", "status": null, "code": null,
                     "attempts": 0, "delivery": "not_sent", "cause": null}})
}

fn laboratory() -> Laboratory {
    Laboratory::answering(Answer::json(200, "{}"))
}

#[test]
fn a_setting_that_is_missing_or_wrong_is_named() {
    let laboratory = laboratory();
    let file = laboratory.file("attendance.json", "{}");
    for (name, value) in [
        ("GENSOFT_API_KEY", None),
        ("GENSOFT_API_KEY", Some("")),
        ("GENSOFT_API_KEY", Some("EXAMPLE\n")),
        ("GENSOFT_AUTH_PREFIX", Some("")),
        ("GENSOFT_AUTH_PREFIX", Some("Api\r\nKey")),
        ("GENSOFT_BASE_URL", Some("")),
    ] {
        let mut command = laboratory.command();
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        let run = Run::of(command.args(["attendance", "--json"]).arg(&file)).is(2);
        assert_eq!(run.json(), wrong_settings());
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    assert!(laboratory.server.requests().is_empty());
}

#[test]
fn a_word_before_the_key() {
    let laboratory = laboratory();
    let file = laboratory.file("attendance.json", "{}");
    let mut command = laboratory.command();
    command
        .env("GENSOFT_AUTH_PREFIX", "ApiKey")
        .arg("attendance")
        .arg(file);
    Run::of(&mut command).is(0);
    assert_eq!(
        laboratory.received()[0].header("authorization"),
        format!("ApiKey {KEY}")
    );
}

/// An address of this machine that is not a loopback address is refused, or used if allowed.
#[test]
fn plain_http_to_others_only_when_allowed() {
    let laboratory = laboratory();
    let file = laboratory.file("attendance.json", "{}");
    let url = laboratory.server.url.replace("127.0.0.1", "0.0.0.0");
    for (allow, code) in [("1", 0), ("", 2), ("0", 2), ("yes", 2)] {
        let mut command = laboratory.command();
        command
            .env("GENSOFT_BASE_URL", &url)
            .env("ALLOW_PLAIN_HTTP", allow)
            .env("NO_PROXY", "*");
        Run::of(command.arg("attendance").arg(&file)).is(code);
    }
    assert_eq!(laboratory.received().len(), 1);
}

#[test]
fn help_needs_no_settings() {
    let run = Run::of(clean(Command::new(PROGRAM)).arg("--help")).is(0);
    assert_eq!(run.stderr, "");
}
