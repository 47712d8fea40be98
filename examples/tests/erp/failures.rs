//! Failures of the ERP and its storage, and the messages about them.

use crate::clinic::{Clinic, is};
use crate::run::{Desk, Run, command, run, upload};
use crate::server::Answer;

const PDF: &[u8] = b"%PDF-1.7 EXAMPLE";

#[test]
fn a_refusal_of_any_step() {
    for (status, kind) in [
        (302, "rejected"),
        (400, "rejected"),
        (404, "not_found"),
        (413, "rejected"),
    ] {
        for (step, operation) in [
            ("initialize", "erp.files.initialize"),
            ("transfer", "erp.files.transfer"),
            ("finalize", "erp.files.finalize"),
        ] {
            let (clinic, desk) = (Clinic::new(), Desk::new());
            clinic.set_rule(move |request| {
                let elsewhere =
                    || Answer::new(status, "text/plain", "texto").header("location", "/elsewhere");
                is(request, step).then(elsewhere)
            });
            let file = desk.file("result.pdf", PDF);
            let run = upload(&clinic, &[], &[file]).is(1);
            run.failed(operation, kind, None);
            assert_eq!(run.json()["error"]["status"], status);
            assert_eq!(run.json()["error"]["attempts"], 1);
            assert!(!run.stderr.contains("texto"), "{}", run.stderr);
            assert!(clinic.files().is_empty());
            assert!(
                !clinic
                    .server
                    .requests()
                    .iter()
                    .any(|request| request.contains("elsewhere"))
            );
        }
    }
}

/// The error has the storage's own code.
#[test]
fn a_refusal_of_the_storage_has_its_code() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let xml = "\u{feff}<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>texto</Message></Error>";
    clinic.set_rule(move |request| {
        is(request, "transfer").then(|| Answer::new(403, "application/xml", xml))
    });
    let file = desk.file("result.pdf", PDF);
    let run = upload(&clinic, &[], &[file]).is(1);
    run.failed(
        "erp.files.transfer",
        "permission_denied",
        Some("SignatureDoesNotMatch"),
    );
    assert!(run.stderr.contains("advice: "), "{}", run.stderr);
}

#[test]
fn a_lost_answer_that_nothing_settles() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.set_rule(|request| {
        let is_lost = is(request, "finalize") || is(request, "list");
        is_lost.then(|| Answer::new(500, "text/plain", "").header("retry-after", 0))
    });
    let file = desk.file("result.pdf", PDF);
    let folder = desk.resume_dir();
    let args = ["--resume-dir", folder.to_str().unwrap()];
    let run = upload(&clinic, &args, std::slice::from_ref(&file)).is(1);
    run.failed("erp.files.finalize", "server", None);
    assert_eq!(run.json()["error"]["delivery"], "unknown");
    assert!(
        run.stderr.contains("the same command again"),
        "{}",
        run.stderr
    );
    clinic.go_on();
    upload(&clinic, &args, &[file]).is(0);
    clinic.has_only("result.pdf", PDF);
}

/// Nothing is saved before the answer to initialize, so the advice does not mention resuming.
#[test]
fn a_lost_initialize_that_nothing_settles() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.set_rule(|request| {
        let is_lost = is(request, "initialize") || is(request, "list");
        is_lost.then(|| Answer::new(500, "text/plain", "").header("retry-after", 0))
    });
    let file = desk.file("result.pdf", PDF);
    let folder = desk.resume_dir();
    let args = ["--resume-dir", folder.to_str().unwrap()];
    let run = upload(&clinic, &args, &[file]).is(1);
    run.failed("erp.files.initialize", "server", None);
    assert_eq!(run.json()["error"]["delivery"], "unknown");
    let advice = run.stderr.lines().last().unwrap();
    assert!(advice.contains("the same command again"), "{advice}");
    assert!(!advice.contains("--resume-dir"), "{advice}");
    assert!(desk.kept().is_empty());
}

/// An ERP that reserves names gives no second address, even with a resume folder.
#[test]
fn an_address_that_expires() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let expired = "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code>\
                   <Message>Signature not valid in the specified time frame</Message></Error>";
    clinic.set_rule(move |request| {
        is(request, "transfer").then(|| Answer::new(403, "application/xml", expired))
    });
    let file = desk.file("result.pdf", PDF);
    let run = upload(&clinic, &[], &[file]).is(1);
    run.failed(
        "erp.files.transfer",
        "permission_denied",
        Some("upload_url_expired"),
    );
    let advice = run.stderr.lines().last().unwrap();
    assert!(advice.contains("another address"), "{advice}");
    assert!(advice.contains("another name"), "{advice}");
    assert!(!advice.contains("--resume-dir"), "{advice}");
}

#[test]
fn a_send_flag_of_unknown_fate_is_set_once() {
    let clinic = Clinic::new();
    let id = clinic.put("a.pdf", PDF).to_string();
    clinic.set_rule(|request| is(request, "send").then(|| Answer::new(502, "text/html", "<html>")));
    let run = run(&clinic, "send", &["--json", "--file", &id]).is(1);
    run.failed("erp.files.set_send", "server", None);
    assert_eq!(run.json()["error"]["delivery"], "unknown");
    assert!(run.stderr.contains("erp-files list"), "{}", run.stderr);
    assert_eq!(clinic.steps(), ["send"]);
}

/// A storage on this machine, at an address that is not a loopback address, is refused or used.
#[test]
fn plain_http_to_the_storage_only_when_allowed() {
    for (allow, code) in [("", 1), ("0", 1), ("1", 0)] {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        clinic.state().url = clinic.server.url.replace("127.0.0.1", "0.0.0.0");
        let file = desk.file("result.pdf", PDF);
        let mut upload = command(&clinic, "upload", &["--json"]);
        upload
            .env("ALLOW_PLAIN_HTTP", allow)
            .env("NO_PROXY", "*")
            .arg(file);
        Run::of(&mut upload).is(code);
        assert_eq!(clinic.files().len(), usize::from(code == 0));
    }
}

/// Allowing a private storage allows https in a private network, but not plain http.
#[test]
fn a_private_storage_only_when_allowed() {
    for (setting, value, scheme, kind) in [
        ("ERP_ALLOW_PRIVATE_STORAGE", "", "https", "config"),
        ("ERP_ALLOW_PRIVATE_STORAGE", "0", "https", "config"),
        ("ERP_ALLOW_PRIVATE_STORAGE", "1", "http", "config"),
        // The connection was tried, but no server speaks TLS there.
        ("ERP_ALLOW_PRIVATE_STORAGE", "1", "https", "connect"),
        ("ALLOW_PLAIN_HTTP", "1", "https", "connect"),
    ] {
        let (clinic, desk) = (Clinic::new(), Desk::new());
        let url = &clinic.server.url;
        let private = url
            .replace("http:", &format!("{scheme}:"))
            .replace("127.0.0.1", "0.0.0.0");
        clinic.state().url = private;
        let file = desk.file("result.pdf", PDF);
        let mut upload = command(&clinic, "upload", &["--json"]);
        upload.env(setting, value).env("NO_PROXY", "*").arg(file);
        let run = Run::of(&mut upload).is(1);
        assert_eq!(
            run.json()["error"]["kind"],
            kind,
            "{setting} {value} {scheme}"
        );
        if kind == "config" {
            let advice = run.stderr.lines().last().unwrap();
            assert!(advice.contains("ERP_ALLOW_PRIVATE_STORAGE=1"), "{advice}");
        }
        assert!(!clinic.steps().contains(&"transfer"));
    }
}

#[test]
fn nobody_there() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    clinic.server.closer.close();
    let file = desk.file("result.pdf", PDF);
    let run = upload(&clinic, &[], &[file]).is(1);
    run.failed("erp.sessions.open", "connect", None);
    assert!(run.stderr.contains("ERP_TOKEN_URL"), "{}", run.stderr);
    let mut list = command(&clinic, "list", &["--json"]);
    let run = Run::of(list.env("ERP_ACCESS_TOKEN", "EXAMPLE")).is(1);
    run.failed("erp.files.list", "connect", None);
    assert!(run.stderr.contains("ERP_BASE_URL"), "{}", run.stderr);
}
