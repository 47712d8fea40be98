//! Nothing secret or personal is printed: by `Debug`, errors, spans or logs, on success and on each
//! failure.

use std::sync::Arc;
use std::time::Duration;

use common_http::Result;
use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport, TransportError};
use medreader_client::MedReaderClient;
use medreader_client::prescriptions::{PrescriptionFile, WaitOptions};
use serde_json::json;
use testing::journal::Journal;

use crate::support::{FOLDER, LOGIN, builder};

const MARKER: &str = "MARKER";

/// Every text of an answer that is not an id, a status or a code on the list.
fn marked(request: &FakeRequest) -> FakeAnswer {
    let body = match request.target.as_str() {
        LOGIN => json!({
            "token": "MARKER.TOKEN", "token_type": "MARKER", "expires_in": 3600,
            "user": {"id": "MARKER", "name": "MARKER", "email": "MARKER", "phone": "MARKER", "MARKER": "MARKER"}
        }),
        "/api/v1/tenant/configurations" => json!({
            "s3_bucket_name": "MARKER", "s3_region": "MARKER", "s3_access_key_id": "MARKER",
            "s3_secret_access_key": "MARKER", "s3_base_path": "MARKER", "webhook_url": "https://MARKER.example/MARKER",
            "webhook_user": "MARKER", "webhook_password": "MARKER", "MARKER": ["MARKER"]
        }),
        _ => json!({
            "id": FOLDER, "status": "completed", "folder_id": FOLDER, "folder_name": "MARKER", "full_path": "MARKER",
            "folder_fullpath": "MARKER", "created_at": "MARKER", "updated_at": "MARKER", "uploaded_at": "MARKER",
            "file_path": "MARKER", "file_type": "MARKER", "original_filename": "MARKER", "message": "MARKER",
            "prescription_confidence_notes": "MARKER", "MARKER": {"MARKER": "MARKER"},
            "child_folders": [{"id": FOLDER, "folder_name": "MARKER"}],
            "results": [{"id": FOLDER, "status": "MARKER"}, {"id": null, "MARKER": "MARKER"}]
        }),
    };
    FakeAnswer::json(body.to_string()).header("x-request-id", MARKER)
}

/// Calls everything, and gives what each outcome prints.
async fn printed(client: &MedReaderClient) -> String {
    fn shown<T: std::fmt::Debug>(outcome: Result<T>) -> String {
        match outcome {
            Ok(value) => format!("{value:?} {value:#?}\n"),
            Err(error) => {
                assert!(std::error::Error::source(&error).is_none());
                format!("{error} {error:?} {error:#?}\n")
            }
        }
    }
    let (folders, prescriptions) = (client.folders(), client.prescriptions());
    let folder = FOLDER.into();
    let file = PrescriptionFile::from_bytes("MARKER.pdf", "%PDF-MARKER");
    let update = client
        .configuration()
        .update()
        .webhook_password(MARKER)
        .s3_secret_access_key(MARKER);
    let list = prescriptions.results(&folder).send().await;
    let before = list.as_ref().ok().map(|list| list.snapshot(&folder));
    let mut text =
        format!("{client:?} {folders:?} {prescriptions:?} {file:?} {update:?} {before:?}\n");
    text += &shown(client.sessions().open().send().await);
    text += &shown(folders.create(MARKER).send().await);
    text += &shown(folders.create("МАРКЕР").send().await);
    text += &shown(folders.get(&folder).send().await);
    text += &shown(prescriptions.upload(&folder, file).send().await);
    text += &shown(prescriptions.result(&FOLDER.into()).send().await);
    text += &shown(prescriptions.result(&"MARKER\n".into()).send().await);
    text += &shown(list);
    let waiting = prescriptions.result_of(&FOLDER.into());
    text += &shown(waiting.wait(WaitOptions::default()).await);
    text += &shown(client.configuration().get().send().await);
    text += &shown(update.send().await);
    text += &shown(
        client
            .request(http::Method::GET, "/api/v1/novo")
            .query(MARKER, MARKER)
            .send()
            .await,
    );
    text
}

async fn assert_silent(network: Arc<FakeTransport>) {
    let journal = Journal::default();
    let guard = journal.keep("trace");
    let client = builder(&network)
        .tenant("MARKER-TENANT")
        .credentials("MARKER@clinic.example", "MARKER-PASSWORD")
        .build()
        .unwrap();
    let printed = printed(&client).await;
    drop(guard);
    let logged = journal.text();
    assert!(logged.contains("medreader."), "the log was not listened to");
    for text in [printed, logged] {
        let line = text
            .lines()
            .find(|line| line.to_uppercase().contains(MARKER) || line.contains("МАРКЕР"));
        assert_eq!(line, None);
    }
}

#[tokio::test(start_paused = true)]
async fn on_success() {
    assert_silent(FakeTransport::new(marked)).await;
}

#[tokio::test(start_paused = true)]
async fn on_each_failure_of_a_call() {
    let failures: [fn() -> FakeAnswer; 8] = [
        || {
            FakeAnswer::status(400)
                .chunk(Duration::ZERO, r#"{"error":"marker","message":"MARKER"}"#)
        },
        || {
            FakeAnswer::status(401).chunk(
                Duration::ZERO,
                r#"{"error":{"code":"marker","message":"MARKER"}}"#,
            )
        },
        || FakeAnswer::status(404).chunk(Duration::ZERO, "MARKER"),
        || {
            FakeAnswer::status(409)
                .header("location", MARKER)
                .header("x-request-id", MARKER)
        },
        || FakeAnswer::status(429).header("retry-after", MARKER),
        || FakeAnswer::json(r#"{"id":["MARKER"],"results":{"MARKER":1},"s3_region":["MARKER"]}"#),
        || FakeAnswer::json("MARKER"),
        || FakeAnswer::error(TransportError::Interrupted),
    ];
    for failure in failures {
        assert_silent(FakeTransport::new(move |request| {
            match request.target.as_str() {
                LOGIN => marked(request),
                _ => failure(),
            }
        }))
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn on_each_failure_of_a_login() {
    let failures: [fn() -> FakeAnswer; 3] = [
        || {
            FakeAnswer::status(401)
                .chunk(Duration::ZERO, r#"{"error":"marker","message":"MARKER"}"#)
        },
        || FakeAnswer::json(r#"{"token":["MARKER"]}"#),
        || FakeAnswer::json("{\"token\":\"MARKER\\n\",\"user\":[\"MARKER\"]}"),
    ];
    for failure in failures {
        assert_silent(FakeTransport::new(move |_| failure())).await;
    }
}
