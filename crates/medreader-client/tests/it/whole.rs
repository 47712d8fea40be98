//! The client against the sandbox over real sockets: from a folder to the result of a prescription.

use std::time::Duration;

use futures_util::StreamExt as _;
use medreader_client::prescriptions::{
    FoundResult, PrescriptionFile, Prompt, ResultStatus, Upload, WaitOptions,
};
use medreader_client::sandbox::{EmptyFolder, IdReading, Processing, Sandbox, Settings};
use medreader_client::webhook::{Events, Receiver, Verifier, router};
use medreader_client::{FolderId, Recorded};
use tokio::net::TcpListener;

const CONTENT: &[u8] = b"%PDF-1.7 EXAMPLE";

/// Creates a folder and uploads a file from the disk into it.
async fn upload(sandbox: &Sandbox) -> (FolderId, Recorded<Upload>) {
    let client = sandbox.client();
    let folder = client
        .folders()
        .create("Pacientes Cardiologia")
        .send()
        .await
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("receita.pdf");
    std::fs::write(&path, CONTENT).unwrap();
    let file = PrescriptionFile::from_path(path).await.unwrap();
    let upload = client
        .prescriptions()
        .upload(&folder.id, file)
        .send()
        .await
        .unwrap();
    (folder.id.clone(), upload)
}

const ID_READINGS: [IdReading; 3] = [IdReading::Same, IdReading::Different, IdReading::Number];

/// Polls close together, and lists the folder from the start.
fn impatient() -> WaitOptions {
    WaitOptions::default()
        .first_pause(Duration::from_millis(50))
        .longest_pause(Duration::from_millis(50))
        .folder_after(Duration::ZERO)
}

#[tokio::test]
async fn from_a_folder_to_a_result_by_poll() {
    for reading in ID_READINGS {
        let sandbox = Sandbox::with(Settings {
            result_ids: reading,
            processing: Processing::Polls(2),
            ..Settings::default()
        })
        .await
        .unwrap();
        let prescriptions = sandbox.client().prescriptions();
        let (folder, upload) = upload(&sandbox).await;
        let uploaded = &sandbox.uploads()[0];
        assert_eq!(uploaded.content, CONTENT);
        assert_eq!(
            (uploaded.file_name.as_str(), uploaded.content_type.as_str()),
            ("receita.pdf", "application/pdf")
        );

        // The folder was new: nothing had been in it.
        let empty = r#"{"results":[]}"#;
        let before = serde_json::from_str::<medreader_client::prescriptions::FolderResults>(empty)
            .unwrap()
            .snapshot(&folder);
        let waiting = prescriptions.result_of(&upload.id).since(before);
        let result = match (waiting.wait(impatient()).await.unwrap(), reading) {
            (FoundResult::SameId(result), IdReading::Same)
            | (FoundResult::OnlyNewInFolder(result), IdReading::Different | IdReading::Number) => {
                result
            }
            (found, _) => panic!("{reading:?}: {found:?}"),
        };
        assert_eq!(result.status, Some(ResultStatus::Completed));
        assert_eq!(result.prescription_confidence_score, Some(95.0));
        assert_eq!(
            Some(result.id.as_str()),
            sandbox.result_id(upload.id.as_str()).as_deref()
        );
        assert_eq!(
            result.id.as_str() == upload.id.as_str(),
            reading == IdReading::Same
        );
    }
}

#[tokio::test]
async fn an_empty_folder_in_each_form_that_the_sandbox_plays() {
    for empty_folder in [
        EmptyFolder::NoResults,
        EmptyFolder::NullResults,
        EmptyFolder::Null,
        EmptyFolder::NoBody,
        EmptyFolder::NoContent,
    ] {
        let sandbox = Sandbox::with(Settings {
            empty_folder,
            result_ids: IdReading::Different,
            processing: Processing::Polls(0),
            ..Settings::default()
        })
        .await
        .unwrap();
        let prescriptions = sandbox.client().prescriptions();
        let folder = FolderId::from(sandbox.folder("Pacientes").unwrap());
        let before = prescriptions.results(&folder).await;
        let before = before.unwrap_or_else(|error| panic!("{empty_folder:?}: {error}"));
        assert_eq!(before.results, [], "{empty_folder:?}");

        // It is the list that a new result is told by, as any other.
        let file = PrescriptionFile::from_bytes("receita.pdf", CONTENT);
        let upload = prescriptions.upload(&folder, file).await.unwrap();
        let waiting = prescriptions.result_of(&upload.id);
        let waiting = waiting.since(before.snapshot(&folder));
        let found = waiting.wait(impatient()).await.unwrap();
        assert!(
            matches!(found, FoundResult::OnlyNewInFolder(_)),
            "{empty_folder:?}: {found:?}"
        );
    }
}

/// Receives the sandbox's webhooks.
async fn receive(sandbox: &Sandbox) -> Events {
    let (receiver, events) = Receiver::channel(Verifier::new("EXAMPLE-USER", "EXAMPLE-SECRET"), 10);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router(receiver)).await });
    sandbox.set_webhook(&url, "EXAMPLE-USER", "EXAMPLE-SECRET");
    events
}

#[tokio::test]
async fn from_a_folder_to_a_result_by_webhook() {
    for reading in ID_READINGS {
        let sandbox = Sandbox::with(Settings {
            webhook_ids: reading,
            processing: Processing::ByHand,
            ..Settings::default()
        })
        .await
        .unwrap();
        let events = receive(&sandbox).await;
        let (_, upload) = upload(&sandbox).await;
        let id = upload.id.as_str().to_owned();
        sandbox.send_webhook(&id).unwrap();

        // The result is final from the moment in which the webhook is handed over, so that no poll
        // can find it first.
        let backend = sandbox.state();
        let mut finished = false;
        let events = events.map(move |event| {
            if !finished {
                backend.finish(&id).unwrap();
                finished = true;
            }
            event.into_inner().id
        });
        let waiting = sandbox.client().prescriptions().result_of(&upload.id);
        let arrival = waiting.wait_or_event(impatient(), events).await.unwrap();

        let webhook = sandbox.webhook_id(upload.id.as_str()).unwrap();
        assert_eq!(arrival.prompt, Prompt::Event(webhook.as_str().into()));
        assert_eq!(webhook == upload.id.as_str(), reading == IdReading::Same);
        let result = arrival.found.result().unwrap();
        assert_eq!(result.status, Some(ResultStatus::Completed));
        assert_eq!(result.id.as_str(), upload.id.as_str());
        assert!(sandbox.webhook_log()[0].is_confirmed());
    }
}
