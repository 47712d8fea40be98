//! The tenant's configuration: who may read and update it, what is kept.

use medreader_client::sandbox::{Permission, Sandbox, Settings, Tenant, User};
use serde_json::{Value, json};

use crate::sandbox::wire::{Refusal as _, log_in, log_in_as, send};

const PATH: &str = "/api/v1/tenant/configurations";

#[tokio::test]
async fn fields_are_null_until_set_and_updated_in_part() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let got = caller.get(PATH).await;
    let mut expected = json!({
        "s3_bucket_name": null,
        "s3_region": null,
        "s3_access_key_id": null,
        "s3_secret_access_key": null,
        "s3_base_path": null,
        "webhook_url": null,
        "webhook_user": null,
        "webhook_password": null,
    });
    assert_eq!((got.status, got.json()), (200, expected.clone()));
    let update = json!({
        "s3_region": "us-east-1",
        "s3_secret_access_key": "EXAMPLE/KEY",
        "webhook_user": "x",
    });
    for (name, value) in update.as_object().unwrap() {
        expected[name] = value.clone();
    }
    let got = caller.configure(&update).await;
    assert_eq!((got.status, got.json()), (200, expected.clone()));
    expected["s3_region"] = Value::Null;
    expected["webhook_user"] = json!("");
    let got = caller
        .configure(&json!({ "s3_region": null, "webhook_user": "", "unknown": 1 }))
        .await;
    assert_eq!((got.status, got.json()), (200, expected.clone()));
    assert_eq!(caller.get(PATH).await.json(), expected);
}

#[tokio::test]
async fn secrets_can_come_back_masked() {
    let sandbox = Sandbox::with(Settings {
        mask_secrets: true,
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&sandbox).await;
    let update = json!({ "s3_access_key_id": "EXAMPLEID", "s3_secret_access_key": "EXAMPLE/KEY" });
    for got in [caller.configure(&update).await, caller.get(PATH).await] {
        let configuration = got.json();
        assert_eq!(configuration["s3_access_key_id"], "EXAMPLEID");
        assert_eq!(configuration["s3_secret_access_key"], "***");
        // Not set, so there is nothing to mask.
        assert_eq!(configuration["webhook_password"], Value::Null);
    }
    sandbox.set_webhook("http://127.0.0.1:9/", "EXAMPLE-USER", "EXAMPLE-SECRET");
    let configuration = caller.get(PATH).await.json();
    assert_eq!(
        (
            &configuration["webhook_user"],
            &configuration["webhook_password"]
        ),
        (&json!("EXAMPLE-USER"), &json!("***"))
    );
}

#[tokio::test]
async fn what_the_document_refuses_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    for nothing in [json!({}), json!({ "unknown": 1 })] {
        let got = caller.configure(&nothing).await;
        assert_eq!(got.error(), (400, "no_fields_to_update".to_owned()));
    }
    let got = caller
        .configure(&json!({ "s3_region": "x", "s3_bucket_name": 1 }))
        .await;
    assert_eq!(got.error(), (400, "validation_error".to_owned()));
    let invalid = (400, "invalid_json".to_owned());
    assert_eq!(caller.configure(&json!([])).await.error(), invalid);
    let line = format!("PUT {PATH}");
    let headers = [
        ("x-tenant-id", &*sandbox.settings.tenant_id),
        ("authorization", &caller.authorization),
    ];
    let update = br#"{"s3_region":"x"}"#;
    assert_eq!(
        send(sandbox.url(), &line, &headers, update).await.error(),
        invalid
    );
    let labelled = [super::wire::JSON, headers[0], headers[1]];
    assert_eq!(
        send(sandbox.url(), &line, &labelled, b"{\"s3_region\"")
            .await
            .error(),
        invalid
    );
    assert_eq!(caller.get(PATH).await.json()["s3_region"], Value::Null);
}

#[tokio::test]
async fn a_missing_permission_is_a_401() {
    let sandbox = Sandbox::with(Settings {
        permissions: vec![],
        ..Settings::default()
    })
    .await
    .unwrap();
    let clerk = User {
        permissions: vec![Permission::Configurations],
        ..User::new("b@example.invalid", "EXAMPLE-B")
    };
    sandbox
        .add_user(&sandbox.settings.tenant_id, clerk)
        .unwrap();
    let caller = log_in(&sandbox).await;
    let update = json!({ "s3_region": "x" });
    for got in [caller.get(PATH).await, caller.configure(&update).await] {
        assert_eq!(got.error(), (401, "unauthorized".to_owned()));
        assert_eq!(
            got.json()["message"],
            "Usuário não possui permissões necessárias"
        );
    }
    // This user may do everything else.
    assert_eq!(
        caller
            .create_folder(&json!({ "folder_name": "a" }))
            .await
            .status,
        201
    );
    let clerk = log_in_as(
        &sandbox,
        &sandbox.settings.tenant_id,
        "b@example.invalid",
        "EXAMPLE-B",
    )
    .await;
    assert_eq!(clerk.configure(&update).await.status, 200);
    // A permission that is given later applies to the token that there is.
    sandbox.set_permissions([Permission::Admin]);
    assert_eq!(caller.get(PATH).await.json()["s3_region"], "x");
}

#[tokio::test]
async fn a_tenant_can_be_without_configuration() {
    let admin = User {
        permissions: vec![Permission::Admin],
        ..User::new("b@example.invalid", "EXAMPLE-B")
    };
    let other = Tenant {
        users: vec![admin],
        configured: false,
        ..Tenant::new("EXAMPLE-TENANT-2")
    };
    let sandbox = Sandbox::with(Settings {
        other_tenants: vec![other],
        configured: false,
        ..Settings::default()
    })
    .await
    .unwrap();
    let first = log_in(&sandbox).await;
    let second = log_in_as(
        &sandbox,
        "EXAMPLE-TENANT-2",
        "b@example.invalid",
        "EXAMPLE-B",
    )
    .await;
    let missing = (404, "tenant_configuration_not_found".to_owned());
    for caller in [&first, &second] {
        assert_eq!(caller.get(PATH).await.error(), missing);
        assert_eq!(
            caller.configure(&json!({ "s3_region": "x" })).await.error(),
            missing
        );
    }
    sandbox.set_webhook("http://127.0.0.1:9/", "EXAMPLE-USER", "EXAMPLE-SECRET");
    assert_eq!(
        first.get(PATH).await.json()["webhook_url"],
        "http://127.0.0.1:9/"
    );
    assert_eq!(second.get(PATH).await.error(), missing);
}
