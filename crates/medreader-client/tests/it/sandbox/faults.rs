//! Faults and refusals of the server, with this vendor's bodies and effects.

use medreader_client::sandbox::{Fault, Sandbox};
use serde_json::json;

use crate::sandbox::wire::{JSON, Refusal as _, log_in, log_in_with, send, send_for_bytes};

#[tokio::test]
async fn each_operation_has_its_id() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    caller.create_folder(&json!({ "folder_name": "a" })).await;
    caller.get(&format!("/api/v1/folders/{folder}")).await;
    let id = caller.upload(&folder).await;
    caller.result(&id).await;
    caller.results(&folder).await;
    caller.get("/api/v1/tenant/configurations").await;
    caller.configure(&json!({ "s3_region": "x" })).await;
    // An id that looks like another route.
    caller.result("results").await;
    let asked: Vec<_> = sandbox
        .requests()
        .iter()
        .map(|entry| entry.operation)
        .collect();
    assert_eq!(
        asked,
        [
            "medreader.sessions.open",
            "medreader.folders.create",
            "medreader.folders.get",
            "medreader.prescriptions.upload",
            "medreader.prescriptions.result",
            "medreader.prescriptions.results",
            "medreader.configuration.get",
            "medreader.configuration.update",
            "medreader.prescriptions.result",
        ]
        .map(Some)
    );
}

#[tokio::test]
async fn what_is_no_operation_is_refused_in_the_vendors_form() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let got = caller.get("/api/v1/something-new").await;
    assert_eq!(got.error(), (404, "not_found".to_owned()));
    let got = caller.get("/api/v1/folders").await;
    assert_eq!(got.error(), (405, "method_not_allowed".to_owned()));
    assert_eq!(got.header("allow"), Some("POST"));
}

#[tokio::test]
async fn throttling_has_the_word_of_the_login_only_there() {
    let sandbox = Sandbox::start().await.unwrap();
    let throttled = Fault::Throttled {
        retry_after: Some("7".to_owned()),
    };
    sandbox
        .fail_next("medreader.sessions.open", throttled.clone())
        .unwrap();
    let login = json!({ "email": &sandbox.settings.email, "password": &sandbox.settings.password });
    let got = log_in_with(&sandbox, &sandbox.settings.tenant_id, &login).await;
    assert_eq!(got.error(), (429, "too_many_attempts".to_owned()));
    assert_eq!(
        (got.header("retry-after"), sandbox.logins()),
        (Some("7"), 0)
    );
    let caller = log_in(&sandbox).await;
    sandbox
        .fail_next("medreader.folders.create", throttled)
        .unwrap();
    sandbox
        .fail_next(
            "medreader.folders.create",
            Fault::Unavailable { retry_after: None },
        )
        .unwrap();
    let body = json!({ "folder_name": "a" });
    let got = caller.create_folder(&body).await;
    assert_eq!(got.error(), (429, "too_many_requests".to_owned()));
    let got = caller.create_folder(&body).await;
    assert_eq!(got.error(), (503, "service_unavailable".to_owned()));
    assert_eq!(caller.create_folder(&body).await.status, 201);
}

#[tokio::test]
async fn a_lost_answer_has_had_its_effect() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let headers = [
        JSON,
        ("x-tenant-id", &*sandbox.settings.tenant_id),
        ("authorization", &caller.authorization),
    ];
    let create = async |fault| {
        sandbox
            .fail_next("medreader.folders.create", fault)
            .unwrap();
        send_for_bytes(
            sandbox.url(),
            "POST /api/v1/folders",
            &headers,
            b"{\"folder_name\":\"a\"}",
        )
        .await
    };
    assert_eq!(create(Fault::ResetBeforeEffect).await, b"");
    assert_eq!(create(Fault::ResetAfterRequest).await, b"");
    let got = send(
        sandbox.url(),
        "POST /api/v1/folders",
        &headers,
        b"{\"folder_name\":\"A\"}",
    )
    .await;
    assert_eq!(got.error(), (409, "folder_name_duplicate".to_owned()));
}
