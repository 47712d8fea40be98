//! The tenant's settings: what is sent, what is kept, what is hidden.

use common_http::Secret;
use common_http::transport::FakeAnswer;
use medreader_client::configuration::{TenantConfiguration, UpdateConfiguration};
use serde_json::{Value, json};

use crate::support::{answers, calls, client, idle_client, told};

fn settings() -> Value {
    json!({
        "s3_bucket_name": "example-bucket",
        "s3_region": "sa-east-1",
        "s3_access_key_id": "EXAMPLE-KEY-ID",
        "s3_secret_access_key": "EXAMPLE-S3-SECRET",
        "s3_base_path": "example/path",
        "webhook_url": "https://clinic.example/medreader",
        "webhook_user": "example-user",
        "webhook_password": "EXAMPLE-WEBHOOK-SECRET"
    })
}

async fn body_of(change: impl FnOnce(UpdateConfiguration) -> UpdateConfiguration) -> Value {
    let network = answers(vec![|| FakeAnswer::json("{}")]);
    change(client(&network).configuration().update())
        .send()
        .await
        .unwrap();
    let sent = &calls(&network)[0];
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("PUT", "/api/v1/tenant/configurations")
    );
    assert_eq!(sent.headers["content-type"], "application/json");
    serde_json::from_slice(&sent.body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn only_what_is_named_is_sent() {
    let all = body_of(|update| {
        update
            .s3_bucket_name("example-bucket")
            .s3_region("sa-east-1")
            .s3_access_key_id("EXAMPLE-KEY-ID")
            .s3_secret_access_key("EXAMPLE-S3-SECRET")
            .s3_base_path("example/path")
            .webhook_url("https://clinic.example/medreader")
            .webhook_user("example-user")
            .webhook_password(Secret::from("EXAMPLE-WEBHOOK-SECRET"))
    });
    assert_eq!(all.await, settings());
    let one = body_of(|update| update.s3_region("a \"b\" é"));
    assert_eq!(one.await, json!({"s3_region": "a \"b\" é"}));
    let empty = body_of(|update| update.s3_region(""));
    assert_eq!(empty.await, json!({"s3_region": ""}));
}

#[tokio::test(start_paused = true)]
async fn clearing_a_field_sends_null() {
    let all = body_of(|update| {
        update
            .clear_s3_bucket_name()
            .clear_s3_region()
            .clear_s3_access_key_id()
            .clear_s3_secret_access_key()
            .clear_s3_base_path()
            .clear_webhook_url()
            .clear_webhook_user()
            .clear_webhook_password()
    });
    let nulls: Value = settings()
        .as_object()
        .unwrap()
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    assert_eq!(all.await, nulls);
    let last_word = body_of(|update| {
        update
            .clear_s3_region()
            .s3_region("a")
            .webhook_user("b")
            .clear_webhook_user()
    });
    assert_eq!(
        last_word.await,
        json!({"s3_region": "a", "webhook_user": null})
    );
}

#[tokio::test(start_paused = true)]
async fn no_field_is_refused_locally_with_the_vendors_code() {
    let network = answers(vec![|| FakeAnswer::json("{}")]);
    let error = client(&network)
        .configuration()
        .update()
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        told(&error),
        (
            "invalid_input",
            None,
            Some("no_fields_to_update"),
            0,
            "not_sent"
        )
    );
    assert_eq!(error.printable_code(), Some("no_fields_to_update"));
    assert_eq!(error.operation(), Some("medreader.configuration.update"));
    assert_eq!(network.count(), 0);
}

#[test]
fn what_was_never_set_is_none_and_unknown_fields_are_kept() {
    let bare: TenantConfiguration = serde_json::from_str("{}").unwrap();
    let nulls: Value = settings()
        .as_object()
        .unwrap()
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    assert_eq!(
        serde_json::from_value::<TenantConfiguration>(nulls).unwrap(),
        bare
    );
    let new: TenantConfiguration = serde_json::from_value(json!({"novo": [1]})).unwrap();
    assert_eq!(new.extra["novo"], json!([1]));
    let masked: TenantConfiguration =
        serde_json::from_value(json!({"webhook_password": "***"})).unwrap();
    assert_eq!(masked.webhook_password, Some(Secret::from("***")));
}

#[test]
fn secrets_are_neither_printed_nor_written() {
    let mut tree = settings();
    tree["novo"] = "MARKER".into();
    let read: TenantConfiguration = serde_json::from_value(tree).unwrap();
    assert_eq!(
        format!("{read:?} {read:#?}"),
        "TenantConfiguration { .. } TenantConfiguration { .. }"
    );
    let written = serde_json::to_string(&read).unwrap();
    assert!(
        written.contains("example-bucket") && !written.contains("SECRET"),
        "{written}"
    );
    let update = idle_client()
        .configuration()
        .update()
        .webhook_password("MARKER")
        .s3_region("MARKER");
    assert_eq!(format!("{update:?}"), "UpdateConfiguration { .. }");
}
