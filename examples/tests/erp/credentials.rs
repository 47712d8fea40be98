//! Access tokens.

use std::process::Command;

use serde_json::json;

use crate::clinic::{Clinic, TOKEN};
use crate::run::{OF, PROGRAM, Run, clean, command, run};
use crate::server::Answer;

fn count(clinic: &Clinic, path: &str) -> usize {
    let requests = clinic.server.requests();
    requests
        .iter()
        .filter(|request| request.ends_with(path))
        .count()
}

#[test]
fn a_token_that_is_given_is_used() {
    let clinic = Clinic::new();
    let mut list = clean(Command::new(PROGRAM));
    list.env("ERP_BASE_URL", &clinic.server.url)
        .env("ERP_ACCESS_TOKEN", TOKEN)
        .arg("list")
        .args(OF);
    Run::of(&mut list).is(0);
    // The token is used even if client credentials are set.
    let mut both = command(&clinic, "list", &[]);
    Run::of(both.env("ERP_ACCESS_TOKEN", TOKEN)).is(0);
    assert_eq!(count(&clinic, "/connect/token"), 0);

    // A refused token stays refused, because no other can be requested.
    let run = Run::of(list.env("ERP_ACCESS_TOKEN", "EXAMPLE-OLD").arg("--json")).is(1);
    run.failed("erp.files.list", "unauthenticated", None);
    assert_eq!(run.json()["error"]["attempts"], 1);
    assert!(run.stderr.contains("advice: "), "{}", run.stderr);
}

#[test]
fn a_client_that_is_refused() {
    let clinic = Clinic::new();
    for (name, value, code, advice) in [
        (
            "ERP_CLIENT_ID",
            "EXAMPLE-OTHER",
            "invalid_client",
            "ERP_CLIENT_ID",
        ),
        (
            "ERP_CLIENT_SECRET",
            "EXAMPLE-OTHER",
            "invalid_client",
            "ERP_CLIENT_SECRET",
        ),
        ("ERP_SCOPE", "gambit:other", "invalid_scope", "ERP_SCOPE"),
    ] {
        clinic.server.forget_requests();
        let mut list = command(&clinic, "list", &["--json"]);
        let run = Run::of(list.env(name, value)).is(1);
        let expected = json!({"error": {
            "operation": "erp.sessions.open", "kind": "credentials", "status": 400, "code": code, "attempts": 1,
            "delivery": "not_sent", "cause": null}});
        assert_eq!(run.json(), expected);
        assert!(run.stderr.contains(advice), "{}", run.stderr);
        assert_eq!(clinic.server.requests(), ["POST /connect/token"]);
    }
}

#[test]
fn a_missing_scope() {
    let clinic = Clinic::new();
    clinic.set_rule(|request| {
        request
            .path
            .starts_with("/api/")
            .then(|| Answer::new(403, "text/plain", ""))
    });
    for args in [
        ["list", "--json"].as_slice(),
        &["send", "--json", "--file", "1"],
        &["delete", "--json", "--file", "1"],
    ] {
        let run = run(&clinic, args[0], &args[1..]).is(1);
        assert_eq!(run.json()["error"]["kind"], "permission_denied");
        assert_eq!(run.json()["error"]["status"], 403);
        let lines: Vec<_> = run.stderr.lines().collect();
        assert!(lines[0].contains("scope gambit:erp"), "{}", run.stderr);
        assert!(lines[1].contains("ERP_SCOPE"), "{}", run.stderr);
    }
    assert_eq!(count(&clinic, "/connect/token"), 3);
}
