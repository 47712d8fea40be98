//! The client's settings, and calls that the crate does not model.

use gensoft_client::http::{Method, StatusCode};
use gensoft_client::sandbox::{KeyForm, Sandbox};
use gensoft_client::{Delivery, ErrorKind, GensoftClient};
use serde_json::json;

use crate::support::{ATTENDANCES_SEND, Op, only, start_with};

#[test]
fn the_base_url_is_needed() {
    let error = GensoftClient::builder()
        .api_key("EXAMPLE-KEY")
        .build()
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Config, Delivery::NotSent)
    );
}

#[tokio::test]
async fn an_endpoint_that_is_not_modelled_has_key_and_errors() {
    let sandbox = Sandbox::start().await.unwrap();
    let path = "/api/v1/attendance";
    let request = sandbox.client().request(Method::POST, path);
    let error = request.json(&json!({})).send().await.unwrap_err();
    assert_eq!(
        (error.status(), error.kind()),
        (Some(StatusCode::MOVED_PERMANENTLY), ErrorKind::Rejected)
    );
    let sent = only(&sandbox, ATTENDANCES_SEND);
    assert_eq!(sent.header("authorization"), Some("EXAMPLE-API-KEY"));
}

/// The sandbox refuses the method before it looks at the key, so it shows nothing about it.
#[tokio::test]
async fn the_sandbox_takes_no_other_method() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.revoke_api_key();
    let client = sandbox.client();
    let request = client.request(Method::OPTIONS, "/api/v1/attendance/");
    let error = request.await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::METHOD_NOT_ALLOWED));
    assert!(sandbox.attendances().is_empty());
}

#[tokio::test]
async fn the_clients_of_a_sandbox_work_with_it() {
    for form in [
        KeyForm::Bare,
        KeyForm::Prefixed("ApiKey".to_owned()),
        KeyForm::Any,
    ] {
        let sandbox = start_with(|set| {
            set.api_key = "EXAMPLE-OTHER-KEY".to_owned();
            set.key_form = form;
        })
        .await;
        for client in [sandbox.client(), sandbox.client_builder().build().unwrap()] {
            for op in Op::ALL {
                op.call(&client).await.unwrap();
            }
        }
        assert_eq!(
            (
                sandbox.attendances().len(),
                sandbox.report_versions("10").len()
            ),
            (2, 2)
        );
    }
}
