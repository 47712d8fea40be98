//! Settings.

use std::process::Command;

use serde_json::{Value, json};

use crate::clinic::Clinic;
use crate::run::{OF, PROGRAM, Run, clean, command};

fn wrong_settings() -> Value {
    json!({"error": {"operation": null, "kind": "config", "status": null, "code": null,
                     "attempts": 0, "delivery": "not_sent", "cause": null}})
}

#[test]
fn a_setting_that_is_missing_or_wrong_is_named() {
    let clinic = Clinic::new();
    for (name, value) in [
        ("ERP_CLIENT_ID", None),
        ("ERP_CLIENT_SECRET", None),
        ("ERP_CLIENT_ID", Some("")),
        ("ERP_CLIENT_SECRET", Some("")),
        ("ERP_ACCESS_TOKEN", Some("")),
        ("ERP_ACCESS_TOKEN", Some("EXAMPLE\n")),
        ("ERP_SCOPE", Some("")),
        ("ERP_TOKEN_URL", Some("")),
        ("ERP_BASE_URL", Some("")),
    ] {
        let mut command = command(&clinic, "list", &["--json"]);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        let run = Run::of(&mut command).is(2);
        assert_eq!(run.json(), wrong_settings());
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    assert!(clinic.server.requests().is_empty());
}

#[test]
fn no_credentials_at_all() {
    let clinic = Clinic::new();
    let mut command = clean(Command::new(PROGRAM));
    command
        .env("ERP_BASE_URL", &clinic.server.url)
        .arg("list")
        .args(OF);
    let run = Run::of(&mut command).is(2);
    for name in ["ERP_CLIENT_ID", "ERP_CLIENT_SECRET", "ERP_ACCESS_TOKEN"] {
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
}

/// An address of this machine that is not a loopback address is refused, or used if allowed.
#[test]
fn plain_http_to_others_only_when_allowed() {
    for name in ["ERP_BASE_URL", "ERP_TOKEN_URL"] {
        for (allow, code) in [("1", 0), ("", 2), ("yes", 2)] {
            let clinic = Clinic::new();
            let url = clinic.server.url.replace("127.0.0.1", "0.0.0.0");
            let path = if name == "ERP_TOKEN_URL" {
                "/connect/token"
            } else {
                ""
            };
            let mut command = command(&clinic, "list", &[]);
            command
                .env(name, format!("{url}{path}"))
                .env("ALLOW_PLAIN_HTTP", allow)
                .env("NO_PROXY", "*");
            Run::of(&mut command).is(code);
            assert_eq!(clinic.server.requests().is_empty(), code == 2);
        }
    }
}

#[test]
fn json_before_and_after_the_command() {
    let clinic = Clinic::new();
    for (before, after) in [(&["--json"][..], &[][..]), (&[], &["--json"])] {
        let mut command = crate::run::configured(Command::new(PROGRAM), &clinic);
        let run = Run::of(command.args(before).arg("list").args(OF).args(after)).is(0);
        assert_eq!(run.json(), json!({"files": []}));
    }
}
