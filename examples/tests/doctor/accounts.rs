//! Accounts that the vendor refuses, or that may not do all.

use biologix_client::sandbox as biologix;
use erp_files_client::sandbox as erp;
use medreader_client::sandbox as medreader;

use crate::run::{self, report};
use crate::server::{Answer, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_account_is_tried_once() {
    let biologix = biologix::Sandbox::start().await.unwrap();
    let medreader = medreader::Sandbox::start().await.unwrap();
    let erp = erp::Sandbox::start().await.unwrap();
    let settings = [
        run::biologix(&biologix),
        run::medreader(&medreader),
        run::erp(&erp),
    ];
    let wrong = [
        ("BIOLOGIX_PASSWORD", "WRONG"),
        ("MEDREADER_PASSWORD", "WRONG"),
        ("ERP_CLIENT_SECRET", "WRONG"),
    ];
    let report = report(&[settings.concat(), wrong.to_vec()].concat(), 1);
    for (vendor, check, names) in [
        (
            "biologix",
            "login",
            "check BIOLOGIX_USERNAME and BIOLOGIX_PASSWORD",
        ),
        (
            "medreader",
            "login",
            "check MEDREADER_EMAIL, MEDREADER_PASSWORD",
        ),
        ("erp", "token", "check ERP_CLIENT_ID, ERP_CLIENT_SECRET"),
    ] {
        assert_eq!(report.with(vendor, "fail"), [check]);
        report.is(vendor, check, "fail", names);
        report.is(vendor, "read", "skipped", &format!("needs `{check}`"));
    }
    let logins = [
        biologix.count("biologix.sessions.open"),
        medreader.count("medreader.sessions.open"),
        erp.count("erp.sessions.open"),
    ];
    assert_eq!(logins, [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_another_tenant() {
    let sandbox = medreader::Sandbox::start().await.unwrap();
    let mut settings = run::medreader(&sandbox);
    settings.push(("MEDREADER_TENANT_ID", "EXAMPLE-OTHER"));
    let advice = "check MEDREADER_TENANT_ID";
    report(&settings, 1).is("medreader", "login", "fail", advice);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_another_centre() {
    let sandbox = biologix::Sandbox::start().await.unwrap();
    let mut settings = run::biologix(&sandbox);
    settings.push(("BIOLOGIX_PARTNER_ID", "0000009ZZ"));
    let report = report(&settings, 1);
    report.is(
        "biologix",
        "scope",
        "fail",
        "is BIOLOGIX_PARTNER_ID the centre",
    );
    report.is("biologix", "read", "skipped", "needs `scope`");
}

/// Uploads need no permission, so a missing one is not a failure.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_for_settings() {
    let sandbox = medreader::Sandbox::with(medreader::Settings {
        permissions: Vec::new(),
        ..medreader::Settings::default()
    });
    let sandbox = sandbox.await.unwrap();
    let report = report(&run::medreader(&sandbox), 0);
    report.is("medreader", "scope", "warn", "`configurations`");
    report.is("medreader", "webhook", "skipped", "tenant's settings");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_tenant_without_settings() {
    let sandbox = medreader::Sandbox::with(medreader::Settings {
        configured: false,
        ..medreader::Settings::default()
    });
    let sandbox = sandbox.await.unwrap();
    let report = report(&run::medreader(&sandbox), 0);
    report.is("medreader", "read", "warn", "no settings yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_scope() {
    let sandbox = erp::Sandbox::start().await.unwrap();
    let mut settings = run::erp(&sandbox);
    settings.push(("ERP_SCOPE", "gambit:static_data"));
    let found = report(&settings, 1);
    found.is("erp", "token", "ok", "");
    found.is("erp", "scope", "fail", "check ERP_SCOPE");
    settings.push(("ERP_SCOPE", "gambit:unknown"));
    let found = report(&settings, 1);
    found.is("erp", "token", "fail", "check ERP_SCOPE");
    found.is("erp", "scope", "skipped", "needs `token`");
}

/// It is on another host than the ERP.
#[tokio::test(flavor = "multi_thread")]
async fn whose_token_endpoint_cannot_be_reached() {
    let sandbox = erp::Sandbox::start().await.unwrap();
    let mut settings = run::erp(&sandbox);
    let gone = Server::start(|_| Answer::json(200, "{}"));
    gone.closer.close();
    let url = format!("{}/connect/token", gone.url);
    settings.push(("ERP_TOKEN_URL", &url));
    let report = report(&settings, 1);
    let (status, cause, detail) = report.check("erp", "token");
    assert_eq!((status, cause), ("fail", Some("refused")));
    assert!(detail.contains("is ERP_TOKEN_URL right"), "{detail}");
}

/// Without an analysis nothing is listed, and the scope is what was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn without_an_analysis() {
    let sandbox = erp::Sandbox::start().await.unwrap();
    let settings = &run::erp(&sandbox)[..4];
    let found = report(settings, 0);
    found.is("erp", "scope", "skipped", "only a read shows");
    found.is("erp", "read", "skipped", "set ERP_PATIENT and ERP_ANALYSIS");
    let other = [settings, &[("ERP_SCOPE", "gambit:static_data")]].concat();
    report(&other, 1).is("erp", "scope", "fail", "ERP_SCOPE");
    assert_eq!(sandbox.count("erp.files.list"), 0);
}

/// A web page under 200.
const HTML: u16 = 0;

/// As in the README of its client: the answers to `OPTIONS` with the key and without it are compared.
#[test]
fn of_a_gensoft_that_shows_whether_it_accepts_the_key() {
    for (with_key, without_key, status, detail) in [
        (200, 401, "ok", "the key is accepted"),
        (405, 403, "ok", "the key is accepted"),
        (401, 401, "fail", "check GENSOFT_API_KEY"),
        (403, 405, "fail", "GENSOFT_AUTH_PREFIX"),
        // A firewall, or a Django that refuses a wrong key like this.
        (403, 403, "warn", "a firewall may refuse every OPTIONS"),
        (302, 401, "warn", "302 with the key"),
        (400, 401, "warn", "400 with the key"),
        (404, 401, "warn", "404 with the key"),
        (500, 401, "warn", "500 with the key"),
        (HTML, 401, "warn", "a web page with the key"),
        (404, 404, "skipped", "only a request with an effect"),
        (200, 200, "skipped", "only a request with an effect"),
    ] {
        let server = Server::start(move |request| match request.method.as_str() {
            "OPTIONS" if request.header("authorization") == Some("MARKER-KEY") => match with_key {
                HTML => Answer::json(200, "<html>").header("content-type", "text/html"),
                status => Answer::json(status, "{}"),
            },
            "OPTIONS" => Answer::json(without_key, "{}"),
            _ => Answer::json(404, "{}"),
        });
        let url = server.url.as_str();
        let settings = [("GENSOFT_BASE_URL", url), ("GENSOFT_API_KEY", "MARKER-KEY")];
        let report = report(&settings, i32::from(status == "fail"));
        report.is("gensoft", "token", status, detail);
        report.is("gensoft", "scope", "skipped", "with an effect");
        report.is("gensoft", "read", "skipped", "nothing that can be read");
        // Nothing that could have an effect is sent.
        let is_safe = |line: &String| line.starts_with("GET ") || line.starts_with("OPTIONS ");
        assert!(server.requests().iter().all(is_safe));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_fixed_token() {
    let sandbox = erp::Sandbox::start().await.unwrap();
    let mut settings = run::erp(&sandbox);
    settings.push(("ERP_ACCESS_TOKEN", sandbox.access_token()));
    let found = report(&settings, 0);
    found.is("erp", "token", "skipped", "ERP_ACCESS_TOKEN");
    found.is("erp", "read", "ok", "files listed: 0");
    settings.push(("ERP_ACCESS_TOKEN", "WRONG"));
    report(&settings, 1).is("erp", "read", "fail", "is the access token valid");
    assert_eq!(sandbox.count("erp.sessions.open"), 0);
}
