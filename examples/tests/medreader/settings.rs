//! Arguments and settings.

use serde_json::{Value, json};

use crate::run::{Run, clean, configured};
use crate::vendor::{FOLDER, Vendor, error};

fn wrong_settings() -> Value {
    json!({"error": {"operation": null, "kind": "config", "status": null, "code": null,
                     "attempts": 0, "delivery": "not_sent", "cause": null}})
}

#[test]
fn a_setting_that_is_missing_or_empty_is_named() {
    let vendor = Vendor::start(|_| error(500, "never_asked"));
    for name in [
        "MEDREADER_TENANT_ID",
        "MEDREADER_EMAIL",
        "MEDREADER_PASSWORD",
    ] {
        for empty in [false, true] {
            let mut command = configured(&vendor.server.url, &["folder-show", FOLDER, "--json"]);
            if empty {
                command.env(name, "")
            } else {
                command.env_remove(name)
            };
            let run = Run::of(&mut command).is(2);
            assert_eq!(run.json(), wrong_settings());
            assert!(run.stderr.contains(name), "{run:?}");
        }
    }
    assert!(vendor.server.requests().is_empty());
}

#[test]
fn secrets_that_are_set_to_nothing() {
    let vendor = Vendor::start(|_| error(500, "never_asked"));
    for name in [
        "MEDREADER_SET_S3_SECRET_ACCESS_KEY",
        "MEDREADER_SET_WEBHOOK_PASSWORD",
    ] {
        let args = ["config-set", "--s3-region", "x", "--json"];
        let mut command = configured(&vendor.server.url, &args);
        let run = Run::of(command.env(name, "")).is(2);
        assert_eq!(run.json(), wrong_settings());
        assert!(run.stderr.contains(name), "{run:?}");
    }
    assert!(vendor.server.requests().is_empty());
}

#[test]
fn the_webhook_needs_two_settings_and_no_others() {
    let run = Run::of(&mut clean(&[
        "webhook",
        "--listen",
        "127.0.0.1:0",
        "--json",
    ]))
    .is(2);
    assert_eq!(run.json(), wrong_settings());
    for name in ["MEDREADER_WEBHOOK_USER", "MEDREADER_WEBHOOK_PASSWORD"] {
        assert!(run.stderr.contains(name), "{run:?}");
    }
    assert!(!run.stderr.contains("listening"), "{run:?}");

    for address in ["nowhere", ":0"] {
        let mut nowhere = clean(&["webhook", "--listen", address, "--json"]);
        nowhere
            .env("MEDREADER_WEBHOOK_USER", "u")
            .env("MEDREADER_WEBHOOK_PASSWORD", "p");
        let run = Run::of(&mut nowhere).is(2);
        assert_eq!(run.json(), wrong_settings());
    }
}

#[test]
fn addresses_that_are_refused() {
    for url in [
        "",
        "host.invalid",
        "http://host.invalid",
        "http://192.0.2.1",
        "https://a:b@host.invalid",
    ] {
        let run = Run::of(&mut configured(url, &["folder-show", FOLDER, "--json"])).is(2);
        assert_eq!(run.json(), wrong_settings(), "{url}");
        assert!(url.is_empty() || !run.stderr.contains(url), "{run:?}");
    }
}

#[test]
fn arguments_that_are_refused() {
    for args in [
        &[][..],
        &["unknown"],
        &["folder-create"],
        &["upload", "a.pdf"],
        &["results"],
        &["process", "--folder", FOLDER, "--timeout", "0", "a.pdf"],
        &["webhook"],
        // Secrets cannot be arguments.
        &["config-set", "--webhook-password", "x"],
        &["config-set", "--s3-secret-access-key", "x"],
    ] {
        let run = Run::of(&mut clean(args)).is(2);
        assert_eq!(run.stdout, "", "{args:?}");
    }
}

#[test]
fn help_names_commands_and_environment() {
    let run = Run::of(&mut clean(&["--help"])).is(0);
    for word in [
        "folder-create",
        "folder-show",
        "upload",
        "result",
        "results",
        "config-get",
        "config-set",
        "process",
        "webhook",
        "--json",
        "MEDREADER_BASE_URL",
        "MEDREADER_TENANT_ID",
        "MEDREADER_EMAIL",
        "MEDREADER_PASSWORD",
        "MEDREADER_WEBHOOK_USER",
        "MEDREADER_WEBHOOK_PASSWORD",
        "MEDREADER_SET_S3_SECRET_ACCESS_KEY",
        "MEDREADER_SET_WEBHOOK_PASSWORD",
        "ALLOW_PLAIN_HTTP",
        "RUST_LOG",
    ] {
        assert!(run.stdout.contains(word), "{word}");
    }
}
