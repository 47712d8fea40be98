//! The client's settings, and calls that it does not model.

use common_http::ErrorKind;
use common_http::transport::FakeAnswer;
use http::Method;
use medreader_client::MedReaderClient;

use crate::support::{TENANT, answers, builder, calls, client, idle_client, refusal, told};

#[test]
fn a_tenant_is_required_and_must_be_a_valid_header_value() {
    let builder = || {
        MedReaderClient::builder()
            .base_url("http://localhost:8080")
            .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
    };
    for tenant in [None, Some(""), Some("  "), Some("a\nb"), Some("a\0b")] {
        let mut builder = builder();
        if let Some(tenant) = tenant {
            builder = builder.tenant(tenant);
        }
        assert_eq!(
            builder.build().unwrap_err().kind(),
            ErrorKind::Config,
            "{tenant:?}"
        );
    }
    assert!(builder().tenant(TENANT).build().is_ok());
}

// Without TLS the client refuses it.
#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
#[test]
fn the_vendors_address_is_the_default() {
    let client = MedReaderClient::builder()
        .tenant(TENANT)
        .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
        .http(
            common_http::HttpOptions::default()
                .transport(answers(vec![|| FakeAnswer::status(500)])),
        )
        .build()
        .unwrap();
    let prepared = client.configuration().get().prepare().unwrap();
    assert_eq!(
        prepared.url().as_str(),
        "https://api.medreader.com/api/v1/tenant/configurations"
    );
}

/// Missing settings show when the client is built, not at the first call.
#[test]
fn credentials_are_required() {
    let builder = MedReaderClient::builder().tenant(TENANT);
    let error = builder.base_url("http://localhost:8080").build();
    let error = error.unwrap_err();
    assert_eq!(told(&error), ("config", None, None, 0, "not_sent"));
    assert!(error.to_string().contains("credentials"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_modelled_has_tenant_and_session() {
    let network = answers(vec![|| FakeAnswer::json(r#"{"novo":true}"#)]);
    let answer = client(&network)
        .request(Method::GET, "/api/v1/novidades/{id}")
        .path("id", "a b")
        .query("folder-id", "c d")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.body().as_ref(), br#"{"novo":true}"#);
    let sent = &calls(&network)[0];
    assert_eq!(sent.target, "/api/v1/novidades/a%20b?folder-id=c%20d");
    assert_eq!(sent.headers["x-tenant-id"], TENANT);
    assert_eq!(sent.headers["authorization"], "Bearer EXAMPLE.TOKEN.1");
}

#[tokio::test(start_paused = true)]
async fn a_401_on_the_configuration_is_a_missing_permission_there_too() {
    let network = answers(vec![|| refusal(401, "unauthorized")]);
    let call = client(&network).request(Method::GET, "/api/v1/tenant/configurations");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}

#[test]
fn nothing_of_the_settings_is_printed() {
    let network = answers(vec![|| FakeAnswer::status(500)]);
    let shown = format!(
        "{:?} {:?} {:?}",
        builder(&network),
        idle_client(),
        builder(&network).build().unwrap().folders()
    );
    for hidden in [TENANT, "clinic.example", "EXAMPLE-PASSWORD"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn the_tenants_header_does_not_print_itself() {
    let prepared = idle_client().configuration().get().prepare().unwrap();
    assert_eq!(prepared.headers()["x-tenant-id"], TENANT);
    assert!(!format!("{:?}", prepared.headers()).contains(TENANT));
}
