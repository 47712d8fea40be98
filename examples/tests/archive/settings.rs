//! Arguments and settings.

use std::process::Command;

use serde_json::{Value, json};

use crate::centre::Centre;
use crate::run::{Archive, PROGRAM, Run, clean, configured};
use crate::server::Answer;

/// A self-signed certificate, whose key nobody has.
const ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUOfBLzYlgwaDTRvBjoB4aaBoGpLkwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMRXhhbXBsZSBSb290MCAXDTI2MTEyNjEyNDE1NVoYDzIxMjYx
MTAyMTI0MTU1WjAXMRUwEwYDVQQDDAxFeGFtcGxlIFJvb3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARxdQV3cv0IFnWBulqy7DqKA0iWS9TDfTDkz0gLxKPE5qlq
6QLs1u6UnPqHhB49x7AU6YHIzXFvkEsb3ZWdShBNo1MwUTAdBgNVHQ4EFgQU/X/q
VDKkThBC1JmRWY6HdspEI/kwHwYDVR0jBBgwFoAU/X/qVDKkThBC1JmRWY6HdspE
I/kwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAk5KYptTCIZ/q
B6Ug/KOJO5xDdIZc9FC17aeknlerZ18CIDyhz3XLPjxeoHyD9Zoanipe35YH9wO8
ZAzQjVaSTZYx
-----END CERTIFICATE-----
";

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
        &["--full-every", "3"],
        &["--changes", "--full-every", "0"],
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
        "--changes",
        "--full-every",
        "--no-reports",
        "--concurrency",
        "--json",
        "BIOLOGIX_BASE_URL",
        "BIOLOGIX_USERNAME",
        "BIOLOGIX_PASSWORD",
        "BIOLOGIX_PARTNER_ID",
        "BIOLOGIX_FOLLOW_REPORTS",
        "ALLOW_PLAIN_HTTP",
        "TLS_EXTRA_ROOTS",
        "ANSWER_TIMEOUT_SECS",
        "RUST_LOG",
    ] {
        assert!(run.stdout.contains(word), "{word}");
    }
}

#[test]
fn the_time_for_an_answer_can_be_set() {
    let centre = Centre::with_done([1]);
    centre.set_rule(|request| {
        let is_list = request.path.starts_with("/v2/partners/");
        is_list.then(|| Answer::json(200, "[]").held())
    });
    let archive = Archive::new();
    let mut command = archive.command(&centre, &["--json"]);
    let run = Run::of(command.env("ANSWER_TIMEOUT_SECS", "1")).is(1);
    assert_eq!(run.json()["error"]["kind"], "timeout");
    assert!(run.stderr.contains("ANSWER_TIMEOUT_SECS"), "{}", run.stderr);
    for wrong in ["", "0", "-1", "soon", "NaN", " 1"] {
        let mut command = archive.command(&centre, &["--json"]);
        let run = Run::of(command.env("ANSWER_TIMEOUT_SECS", wrong)).is(2);
        assert_eq!(run.json(), wrong_settings(), "{wrong}");
        assert!(run.stderr.contains("ANSWER_TIMEOUT_SECS"), "{}", run.stderr);
    }
    // No time is too long.
    let centre = Centre::with_done([1]);
    let mut command = archive.command(&centre, &[]);
    Run::of(command.env("ANSWER_TIMEOUT_SECS", "1e18")).is(0);
}

#[test]
fn roots_of_ones_own_are_read_from_a_file() {
    let centre = Centre::with_done([1]);
    let archive = Archive::new();
    std::fs::create_dir(archive.path()).unwrap();
    let file = archive.file("roots.pem");
    let with_roots = |file: &std::path::Path| {
        let mut command = archive.command(&centre, &["--json"]);
        Run::of(command.env("TLS_EXTRA_ROOTS", file))
    };
    let error = with_roots(&file).is(1).json()["error"].clone();
    assert_eq!(
        (&error["kind"], &error["operation"]),
        (&json!("local_io"), &json!(null))
    );
    for content in ["", "EXAMPLE"] {
        std::fs::write(&file, content).unwrap();
        let run = with_roots(&file).is(2);
        assert_eq!(run.json(), wrong_settings());
        assert!(run.stderr.contains("TLS_EXTRA_ROOTS"), "{}", run.stderr);
    }
    std::fs::write(&file, ROOT).unwrap();
    with_roots(&file).is(0);
}
