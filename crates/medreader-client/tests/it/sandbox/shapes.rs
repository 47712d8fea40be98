//! What the document leaves open (errors, nulls, times), and drift.

use medreader_client::sandbox::{ErrorShape, Fault, Processing, Sandbox, Settings, TimeStyle};
use serde_json::{Value, json};

use crate::sandbox::wire::{Got, PDF, Refusal as _, log_in, log_in_with};

async fn refused(shape: ErrorShape) -> Got {
    let sandbox = Sandbox::with(Settings {
        error_shape: shape,
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&sandbox).await;
    let got = caller.get("/api/v1/folders/unknown").await;
    assert_eq!(got.status, 404);
    got
}

#[tokio::test]
async fn errors_have_the_form_that_is_asked_for() {
    let (word, text) = ("folder_not_found", "Pasta não encontrada");
    let got = refused(ErrorShape::Word).await;
    assert_eq!(got.json(), json!({ "error": word, "message": text }));
    let got = refused(ErrorShape::Nested).await;
    assert_eq!(
        got.json(),
        json!({ "error": { "code": word, "message": text } })
    );
    let got = refused(ErrorShape::CodeAndDescription).await;
    assert_eq!(got.json(), json!({ "code": word, "description": text }));
    let got = refused(ErrorShape::Empty).await;
    assert_eq!((got.header("content-type"), got.text()), (None, ""));
    let got = refused(ErrorShape::PlainText).await;
    assert_eq!(
        (got.header("content-type"), got.text()),
        (Some("text/plain; charset=utf-8"), text)
    );
}

#[tokio::test]
async fn nulls_can_be_left_out() {
    let sandbox = Sandbox::with(Settings {
        nulls: false,
        processing: Processing::ByHand,
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&sandbox).await;
    let root = caller.create_folder(&json!({ "folder_name": "a" })).await;
    assert_eq!(
        root.keys(),
        ["created_at", "folder_name", "full_path", "id", "updated_at"]
    );
    let id = caller.upload(root.json()["id"].as_str().unwrap()).await;
    let result = caller.result(&id).await;
    assert_eq!(
        result.keys(),
        ["created_at", "folder_fullpath", "folder_id", "id", "status"]
    );
    assert_eq!(
        caller.get("/api/v1/tenant/configurations").await.json(),
        json!({})
    );
}

#[tokio::test]
async fn times_have_the_form_that_is_asked_for() {
    for (style, length, end) in [
        (TimeStyle::Seconds, 20, "Z"),
        (TimeStyle::Fraction, 27, "Z"),
        (TimeStyle::Offset, 25, "+00:00"),
    ] {
        let sandbox = Sandbox::with(Settings {
            times: style,
            ..Settings::default()
        })
        .await
        .unwrap();
        let caller = log_in(&sandbox).await;
        let folder = caller
            .create_folder(&json!({ "folder_name": "a" }))
            .await
            .json();
        let time = folder["created_at"].as_str().unwrap();
        assert!(
            time.len() == length && time.ends_with(end) && &time[10..11] == "T",
            "{time}"
        );
    }
}

#[tokio::test]
async fn drift_keeps_what_is_needed() {
    let sandbox = Sandbox::with(Settings {
        processing: Processing::Polls(0),
        ..Settings::default()
    })
    .await
    .unwrap();
    for operation in [
        "medreader.sessions.open",
        "medreader.folders.get",
        "medreader.prescriptions.upload",
        "medreader.prescriptions.result",
        "medreader.prescriptions.results",
        "medreader.configuration.get",
    ] {
        sandbox.fail_always(operation, Fault::Drift).unwrap();
    }
    let login = json!({ "email": &sandbox.settings.email, "password": &sandbox.settings.password });
    let login = log_in_with(&sandbox, &sandbox.settings.tenant_id, &login).await;
    assert!(login.text().contains("\"expires_in\":3600.0"));
    assert_eq!(login.json()["user"], Value::Null);
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let upload = caller
        .upload_as(&folder, "a.pdf", "application/pdf", PDF)
        .await
        .json();
    assert_eq!(
        (&upload["processed"], &upload["message"]),
        (&Value::Null, &Value::Null)
    );
    assert!(upload["sandboxUnknownBlock"].is_object());
    let id = upload["id"].as_str().unwrap();
    let result = caller.result(id).await;
    assert!(
        result
            .text()
            .contains("\"prescription_confidence_score\":95.0")
    );
    assert_eq!(result.json()["status"], "sandbox_unknown_status");
    let results = caller.results(&folder).await.json();
    assert_eq!(results["folder_fullpath"], Value::Null);
    assert_eq!(results["results"][0]["id"], json!(id));
    assert_eq!(results["results"][0]["status"], "sandbox_unknown_status");
    let shown = caller.get(&format!("/api/v1/folders/{folder}")).await;
    assert!(shown.text().contains("\"prescription_files_count\":1.0"));
    assert_eq!(
        (&shown.json()["id"], &shown.json()["child_folders"]),
        (&json!(folder), &Value::Null)
    );
    let configuration = caller.get("/api/v1/tenant/configurations").await.json();
    assert!(configuration["sandboxUnknownText"].is_string());
    // An error keeps its word.
    let error = caller.get("/api/v1/folders/unknown").await;
    assert_eq!(error.error(), (404, "folder_not_found".to_owned()));
}
