//! Arguments and settings.

use std::process::Command;

use serde_json::{Value, json};

use crate::centre::Centre;
use crate::run::{Archive, PROGRAM, Run, clean, configured};

fn wrong_settings() -> Value {
    json!({"error": {"operation": null, "kind": "config", "status": null, "code": null,
                     "attempts": 0, "delivery": "not_sent", "cause": null}})
}

#[test]
fn a_setting_that_is_missing_or_empty_is_named() {
    let centre = Centre::with_done([1]);
    for name in [
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
    ] {
        for empty in [false, true] {
            let archive = Archive::new();
            let mut command = archive.command(&centre, &["--json"]);
            if empty {
                command.env(name, "")
            } else {
                command.env_remove(name)
            };
            let run = Run::of(&mut command).is(2);
            assert_eq!(run.json(), wrong_settings());
            assert!(run.stderr.contains(name), "{}", run.stderr);
            assert!(!archive.path().exists());
        }
    }
    assert!(centre.server.requests().is_empty());
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    let archive = Archive::new();
    let mut command = clean(Command::new(PROGRAM));
    command
        .arg("--out")
        .arg(archive.path())
        .env("BIOLOGIX_BASE_URL", "https://host.invalid");
    let run = Run::of(&mut command).is(2);
    for name in [
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
    ] {
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    assert_eq!(run.stdout, "");
}

#[test]
fn addresses_that_are_refused() {
    for url in [
        "",
        "host.invalid",
        "http://host.invalid",
        "http://192.0.2.1",
        "ftp://127.0.0.1",
        "https://a:b@host.invalid",
    ] {
        let archive = Archive::new();
        let mut command = configured(Command::new(PROGRAM), url);
        command.args(["--json", "--out"]).arg(archive.path());
        let run = Run::of(&mut command).is(2);
        assert_eq!(run.json(), wrong_settings(), "{url}");
        assert!(
            url.is_empty() || !run.stderr.contains(url),
            "{}",
            run.stderr
        );
        assert!(!archive.path().exists());
    }
}

/// An address of this machine that is not a loopback address is refused, or tried if allowed.
#[test]
fn plain_http_to_others_only_when_allowed() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for (allow, code, kind) in [("1", 1, "connect"), ("", 2, "config"), ("yes", 2, "config")] {
        let archive = Archive::new();
        let mut command = configured(Command::new(PROGRAM), &format!("http://0.0.0.0:{port}"));
        command
            .args(["--json", "--out"])
            .arg(archive.path())
            .env("ALLOW_PLAIN_HTTP", allow)
            .env("NO_PROXY", "*");
        let run = Run::of(&mut command).is(code);
        assert_eq!(run.json()["error"]["kind"], kind);
    }
}

#[test]
fn an_invalid_partner_id_is_refused() {
    let centre = Centre::with_done([1]);
    for id in [".", "..", "a\nb"] {
        let archive = Archive::new();
        let mut command = archive.command(&centre, &["--json"]);
        let run = Run::of(command.env("BIOLOGIX_PARTNER_ID", id)).is(2);
        assert_eq!(run.json(), wrong_settings(), "{id}");
        assert!(run.stderr.contains("BIOLOGIX_PARTNER_ID"), "{}", run.stderr);
    }
    assert!(centre.server.requests().is_empty());
}

#[test]
fn arguments_that_are_refused() {
    let centre = Centre::with_done([1]);
    let archive = Archive::new();
    for args in [
        &["--page-size", "0"][..],
        &["--page-size", "ten"],
        &["--concurrency", "0"],
        &["--concurrency", "-1"],
        &["--unknown"],
        &["extra"],
    ] {
        let run = archive.run(&centre, args).is(2);
        assert_eq!(run.stdout, "", "{args:?}");
        assert!(run.stderr.contains("error: "), "{args:?}");
    }
    let mut without_out = clean(Command::new(PROGRAM));
    Run::of(&mut without_out).is(2);
    let mut empty_out = clean(Command::new(PROGRAM));
    Run::of(empty_out.args(["--out", ""])).is(2);
    assert!(!archive.path().exists());
}

#[test]
fn help_names_arguments_and_environment() {
    let mut command = clean(Command::new(PROGRAM));
    let run = Run::of(command.arg("--help")).is(0);
    for word in [
        "--out",
        "--page-size",
        "--no-reports",
        "--concurrency",
        "--json",
        "BIOLOGIX_BASE_URL",
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
        "ALLOW_PLAIN_HTTP",
        "RUST_LOG",
    ] {
        assert!(run.stdout.contains(word), "{word}");
    }
}
