//! The client's settings, and calls that it does not model.

use common_http::{Body, ErrorKind};
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{ClientCredentials, ErpFilesClient};
use http::Method;

use crate::support::{NAME, Op, PDF, builder, files, header, network, seen};

/// `base-url-is-a-setting`.
#[tokio::test]
async fn the_base_url_is_needed_and_may_have_a_path() {
    let built = |base: &str| {
        ErpFilesClient::builder()
            .base_url(base)
            .access_token("EXAMPLE")
            .build()
    };
    for wrong in [
        "",
        "clinic.example",
        "ftp://clinic.example",
        "https://",
        "https://user:x@clinic.example",
        "https://clinic.example/?a=1",
        "https://clinic.example/#a",
    ] {
        assert_eq!(
            built(wrong).unwrap_err().kind(),
            ErrorKind::Config,
            "{wrong}"
        );
    }
    let without = ErpFilesClient::builder().access_token("EXAMPLE").build();
    assert_eq!(without.unwrap_err().kind(), ErrorKind::Config);
    for (base, prefix) in [
        ("https://clinic.example", ""),
        ("https://clinic.example/", ""),
        ("https://gate.example/clinic-1/", "/clinic-1"),
    ] {
        let erp = network(|_, _| None);
        let client = builder(&erp).base_url(base).build().unwrap();
        files(&client).list().send().await.unwrap();
        let expected = format!("{prefix}/api/erp/v1/patients/7/analysis/12/files");
        assert_eq!(seen(&erp, Op::List)[0].target, expected);
        // The token endpoint is on another host, and its URL has nothing of the base.
        assert_eq!(seen(&erp, Op::Token)[0].target, "/connect/token");
    }
}

/// Two patients can each have an analysis 12.
#[tokio::test]
async fn files_are_of_one_patients_analysis() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client();
    files(&client)
        .upload(NAME, Body::from(PDF))
        .send()
        .await
        .unwrap();
    for (patient, analysis, count) in [(7, 12, 1), (8, 12, 0), (7, 13, 0), (12, 7, 0)] {
        let files = client.files(&patient.into(), &analysis.into());
        assert_eq!(files.list().send().await.unwrap().len(), count);
    }
}

#[tokio::test]
async fn a_call_that_is_not_modelled_has_the_token_too() {
    let erp = network(|_, _| None);
    let client = builder(&erp).build().unwrap();
    let call = client.request(Method::GET, "/api/erp/v1/reports/{kind}");
    let call = call.path("kind", "a b").query("dateStart", "2030-01-01");
    call.send().await.unwrap();
    let asked = &seen(&erp, Op::List)[0];
    assert_eq!(
        asked.target,
        "/api/erp/v1/reports/a%20b?dateStart=2030-01-01"
    );
    assert_eq!(
        header(asked, "authorization"),
        Some("Bearer EXAMPLE.TOKEN.0001")
    );
}

/// Missing or invalid settings are errors when the client is built, not at the first call.
#[test]
fn credentials_are_needed() {
    let builder = || ErpFilesClient::builder().base_url("https://clinic.example");
    let error = builder().build().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, None));
    assert!(error.to_string().contains("credentials"), "{error}");
    for token in ["", "  ", "a\nb", "a\0b"] {
        let error = builder().access_token(token).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{token:?}");
    }
}

#[test]
fn a_token_endpoint_that_cannot_be_is_refused_at_once() {
    for wrong in ["", "id.example", "http://id.example/connect/token"] {
        let credentials =
            ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET").token_url(wrong);
        let builder = ErpFilesClient::builder().base_url("https://clinic.example");
        let built = builder.credentials(credentials).build();
        assert_eq!(built.unwrap_err().kind(), ErrorKind::Config, "{wrong}");
    }
}
