//! Connections that cannot be made, and why; certificates that are trusted by setting.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::laboratory::{KEY, Laboratory, PROGRAM, clean};
use crate::program::Run;
use crate::server::Answer;
use crate::tls::Tls;

/// Sends an attendance to this address.
fn send(folder: &Path, url: &str, settings: &[(&str, &str)]) -> Run {
    let file = folder.join("attendance.json");
    fs::write(&file, "{}").unwrap();
    let mut command = clean(Command::new(PROGRAM));
    command
        .env("GENSOFT_BASE_URL", url)
        .env("GENSOFT_API_KEY", KEY)
        .env("NO_PROXY", "*")
        .envs(settings.iter().copied());
    Run::of(command.args(["--json", "attendance"]).arg(file))
}

fn kept(folder: &Path, pem: &str) -> PathBuf {
    let path = folder.join("roots.pem");
    fs::write(&path, pem).unwrap();
    path
}

#[test]
fn a_cause_is_named_and_has_its_advice() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Laboratory::answering(Answer::json(200, "{}"));
    let closed = Laboratory::answering(Answer::json(200, "{}"));
    closed.server.closer.close();
    let stranger = Tls::start(|_| ());
    let [expired, early, other] = Tls::unfit();
    let https = plain.server.url.replace("http:", "https:");
    for (url, trusted, cause, advice) in [
        (
            closed.server.url.clone(),
            None,
            "refused",
            "GENSOFT_BASE_URL",
        ),
        (https, None, "tls_handshake", "client certificate"),
        (
            stranger.url(),
            None,
            "tls_unknown_issuer",
            "TLS_EXTRA_ROOTS",
        ),
        (expired.url(), Some(&expired), "tls_expired", "clock"),
        (early.url(), Some(&early), "tls_not_yet_valid", "clock"),
        (other.url(), Some(&other), "tls_wrong_name", "host name"),
    ] {
        let path = trusted.map(|server| kept(folder.path(), &server.authority));
        let path = path.as_ref().map(|path| path.to_str().unwrap());
        let settings: Vec<_> = path
            .map(|path| ("TLS_EXTRA_ROOTS", path))
            .into_iter()
            .collect();
        let run = send(folder.path(), &url, &settings).is(1);
        let error = &run.json()["error"];
        assert_eq!(error["cause"], cause, "{}", run.stderr);
        assert_eq!(
            (&error["kind"], &error["delivery"]),
            (&json!("connect"), &json!("not_sent"))
        );
        let last = run.stderr.lines().last().unwrap();
        assert!(
            last.starts_with("advice: ") && last.contains(advice),
            "{cause}: {last}"
        );
    }
    assert!(plain.server.requests().is_empty());
}

#[test]
fn own_roots_are_trusted_by_setting() {
    let folder = tempfile::tempdir().unwrap();
    let server = Tls::start(|_| ());
    let another = Tls::start(|_| ());
    // A bundle may have more than one.
    let roots = kept(
        folder.path(),
        &format!("{}\n{}", another.authority, server.authority),
    );
    let roots = roots.to_str().unwrap();
    let run = send(folder.path(), &server.url(), &[("TLS_EXTRA_ROOTS", roots)]).is(0);
    assert_eq!(run.json(), json!({"status": 200, "body": {}}));

    let absent = folder.path().join("absent.pem");
    let absent = absent.to_str().unwrap();
    for (value, status, kind) in [(absent, 1, "local_io"), ("", 2, "config")] {
        let run = send(folder.path(), &server.url(), &[("TLS_EXTRA_ROOTS", value)]).is(status);
        assert_eq!(run.json()["error"]["kind"], kind);
        assert!(run.stderr.contains("TLS_EXTRA_ROOTS"), "{}", run.stderr);
    }
    for content in ["", "EXAMPLE", "-----BEGIN CERTIFICATE-----\nEXAMPLE\n"] {
        let roots = kept(folder.path(), content);
        let settings = [("TLS_EXTRA_ROOTS", roots.to_str().unwrap())];
        let run = send(folder.path(), &server.url(), &settings).is(2);
        assert_eq!(run.json()["error"]["kind"], "config");
        assert!(run.stderr.contains("TLS_EXTRA_ROOTS"), "{}", run.stderr);
    }
}

#[test]
fn how_long_an_answer_may_take_is_a_setting() {
    let folder = tempfile::tempdir().unwrap();
    let laboratory = Laboratory::answering(Answer::json(200, "{}").held());
    let url = &laboratory.server.url;
    for seconds in ["1", "0.5"] {
        let run = send(folder.path(), url, &[("ANSWER_TIMEOUT_SECS", seconds)]).is(1);
        let error = &run.json()["error"];
        assert_eq!(
            (&error["kind"], &error["delivery"]),
            (&json!("timeout"), &json!("unknown"))
        );
        assert_eq!(error["cause"], json!(null));
    }
    assert_eq!(laboratory.received().len(), 2);
    for seconds in ["", "0", "-1", "soon", "NaN", "inf", "1 s", "1e300"] {
        let run = send(folder.path(), url, &[("ANSWER_TIMEOUT_SECS", seconds)]).is(2);
        assert_eq!(run.json()["error"]["kind"], "config", "{seconds}");
        assert!(run.stderr.contains("ANSWER_TIMEOUT_SECS"), "{}", run.stderr);
    }
}
