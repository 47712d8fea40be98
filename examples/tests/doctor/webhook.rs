//! The receiver of MedReader's webhooks must refuse wrong credentials, with and without a slash.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use medreader_client::sandbox::Sandbox;

use crate::run::{self, Report, report};
use crate::server::{Answer, Server};

const RIGHT: Option<&str> = Some("Basic RVhBTVBMRTpFWEFNUExF");

/// The report on a tenant whose webhook goes there.
async fn with(url: &str, code: i32) -> Report {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.set_webhook(url, "EXAMPLE", "EXAMPLE");
    report(&run::medreader(&sandbox), code)
}

/// A receiver that answers so at `/hook` and `/hook/`, to right and wrong credentials.
fn receiver(hook: u16, slash: u16) -> Server {
    Server::start(move |request| {
        assert_eq!(
            (request.method.as_str(), &*request.body),
            ("POST", &b"{}"[..])
        );
        assert!(request.header("authorization").is_some());
        assert_ne!(request.header("authorization"), RIGHT);
        let status = if request.path.ends_with('/') {
            slash
        } else {
            hook
        };
        let answer = Answer::json(status, "{}");
        answer.header("location", "/other")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn is_judged_by_its_answers() {
    for (hook, slash, code, own, other) in [
        (401, 401, 0, ("ok", "401"), ("ok", "401")),
        (
            200,
            401,
            1,
            ("fail", "accepts wrong credentials"),
            ("ok", "401"),
        ),
        (
            401,
            202,
            1,
            ("ok", "401"),
            ("fail", "accepts wrong credentials"),
        ),
        (
            401,
            404,
            0,
            ("ok", "401"),
            ("warn", "let the receiver take both"),
        ),
        (401, 308, 0, ("ok", "401"), ("warn", "status 308")),
        (
            404,
            404,
            1,
            ("fail", "nothing receives there"),
            ("warn", "status 404"),
        ),
        (301, 401, 1, ("fail", "redirects"), ("ok", "401")),
        (
            403,
            403,
            0,
            ("warn", "403 instead of 401"),
            ("warn", "status 403"),
        ),
        (400, 401, 0, ("warn", "400 instead of 401"), ("ok", "401")),
        (500, 401, 1, ("fail", "the receiver fails"), ("ok", "401")),
    ] {
        let server = receiver(hook, slash);
        let report = with(&format!("{}/hook", server.url), code).await;
        report.is("medreader", "webhook", own.0, own.1);
        report.is("medreader", "webhook_slash", other.0, other.1);
        assert_eq!(server.requests(), ["POST /hook", "POST /hook/"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_slash_is_tried_without_it() {
    let server = receiver(404, 401);
    let report = with(&format!("{}/hook/", server.url), 0).await;
    report.is("medreader", "webhook", "ok", "401");
    report.is("medreader", "webhook_slash", "warn", "status 404");
    assert_eq!(server.requests(), ["POST /hook/", "POST /hook"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_root_has_one_form() {
    let server = receiver(500, 401);
    let report = with(&server.url, 0).await;
    report.is("medreader", "webhook", "ok", "401");
    report.is("medreader", "webhook_slash", "skipped", "no path");
    assert_eq!(server.requests(), ["POST /"]);
}

/// The vendor may reach what this machine does not.
#[tokio::test(flavor = "multi_thread")]
async fn that_cannot_be_reached_from_here() {
    let server = receiver(401, 401);
    server.closer.close();
    let report = with(&format!("{}/hook", server.url), 0).await;
    let (status, cause, detail) = report.check("medreader", "webhook");
    assert_eq!((status, cause), ("warn", Some("refused")));
    assert!(detail.contains("make sure that MedReader does"), "{detail}");
    report.is("medreader", "webhook_slash", "skipped", "needs an answer");

    for url in [
        "http://receiver.example/hook",
        "receiver.example",
        "https://a:b@receiver.example",
        "https://receiver.example/hook?tenant=EXAMPLE",
    ] {
        let report = with(url, 0).await;
        report.is("medreader", "webhook", "warn", "it must be https");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_is_not_set() {
    let report = with("", 0).await;
    report.is("medreader", "webhook", "skipped", "no address");
    report.is("medreader", "webhook_slash", "skipped", "no address");
}

/// The program `medreader` receives webhooks as they should be received.
#[tokio::test(flavor = "multi_thread")]
async fn of_our_own_program() {
    let mut receiver = Command::new(env!("CARGO_BIN_EXE_medreader"));
    let mut receiver = receiver
        .args(["webhook", "--listen", "127.0.0.1:0"])
        .env("MEDREADER_WEBHOOK_USER", "EXAMPLE")
        .env("MEDREADER_WEBHOOK_PASSWORD", "EXAMPLE")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut notes = BufReader::new(receiver.stderr.take().unwrap());
    notes.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on ").unwrap();
    let report = with(&format!("http://{address}/"), 0).await;
    receiver.kill().unwrap();
    receiver.wait().unwrap();
    report.is("medreader", "webhook", "ok", "401");
}
