//! MedReader.

use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::{FolderId, OPERATIONS};
use serde_json::{Value, json};
use testing::privacy::NUMBER;

use super::{Case, Outcome, Reply, case, shown};

const ID: &str = "00000000-0000-4000-8000-000000000001";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = folders_and_settings();
    cases.extend(prescriptions());
    cases
}

fn folders_and_settings() -> Vec<Case> {
    vec![
        case!("medreader.sessions.open", session, |clients, _| {
            let open = clients.medreader.sessions().open();
            Outcome::data(shown![clients.medreader, open], open.await)
        }),
        case!("medreader.folders.create", record, |clients, inputs| {
            let name = format!("MARKER Pasta{}", inputs.filler);
            let parent = FolderId::from(ID);
            let create = clients.medreader.folders().create(name).parent(&parent);
            Outcome::data(shown![create], create.await)
        }),
        case!("medreader.folders.get", record, |clients, _| {
            let get = clients.medreader.folders().get(&ID.into());
            Outcome::data(shown![get], get.await)
        }),
        case!("medreader.configuration.get", settings, |clients, _| {
            let get = clients.medreader.configuration().get();
            Outcome::data(shown![get], get.await)
        }),
        case!(
            "medreader.configuration.update",
            settings,
            |clients, inputs| {
                let update = clients.medreader.configuration().update();
                let update = update
                    .s3_region("MARKER-REGION")
                    .s3_secret_access_key(format!("MARKER-SECRET{}", inputs.filler))
                    .webhook_password("MARKER-SECRET")
                    .clear_s3_base_path();
                Outcome::data(shown![update], update.await)
            }
        ),
    ]
}

fn prescriptions() -> Vec<Case> {
    vec![
        case!(
            "medreader.prescriptions.upload",
            record,
            |clients, inputs| {
                let bytes = format!("%PDF-1.7 MARKER {NUMBER}\n{}", inputs.filler);
                let file = PrescriptionFile::from_bytes("MARKER receita.pdf", bytes);
                let unsent = shown![file];
                let upload = clients.medreader.prescriptions().upload(&ID.into(), file);
                Outcome::data([unsent, shown![upload]].concat(), upload.await)
            }
        ),
        case!("medreader.prescriptions.result", record, |clients, _| {
            let get = clients.medreader.prescriptions().result(&ID.into());
            Outcome::data(shown![get], get.await)
        }),
        case!("medreader.prescriptions.results", record, |clients, _| {
            let folder = FolderId::from(ID);
            let list = clients.medreader.prescriptions().results(&folder);
            let unsent = shown![list];
            let list = list.await;
            let before = list.as_ref().ok().map(|list| list.snapshot(&folder));
            Outcome::data([unsent, shown![before]].concat(), list)
        }),
    ]
}

fn session(_: &str) -> Reply {
    Reply::json(json!({
        "token": "MARKER-SECRET.TOKEN", "token_type": "MARKER", "expires_in": 3600,
        "user": { "id": "MARKER-USER", "name": "MARKER-NAME", "email": "MARKER", "phone": "MARKER",
            "MARKER": NUMBER },
    }))
}

fn settings(_: &str) -> Reply {
    Reply::json(json!({
        "s3_bucket_name": "MARKER-BUCKET", "s3_region": "MARKER-REGION",
        "s3_access_key_id": "MARKER-ID", "s3_secret_access_key": "MARKER-SECRET",
        "s3_base_path": "MARKER", "webhook_url": "https://marker.example/MARKER",
        "webhook_user": "MARKER-USER", "webhook_password": "MARKER-SECRET", "MARKER": ["MARKER"],
    }))
}

/// A folder, an upload, a result and a list of results in one.
fn record(_: &str) -> Reply {
    let marker = |name: &str| Value::from(format!("MARKER-{name}"));
    Reply::json(json!({
        "id": ID, "status": "completed", "folder_id": ID, "parent_folder_id": ID,
        "folder_name": marker("NAME"), "full_path": marker("PATH"),
        "folder_fullpath": marker("PATH"), "created_at": marker("DATE"),
        "updated_at": marker("DATE"), "uploaded_at": marker("DATE"), "file_path": marker("FILE"),
        "file_type": marker("TYPE"), "original_filename": marker("FILE"),
        "message": marker("MESSAGE"), "prescription_confidence_notes": marker("NOTES"),
        "prescription_confidence_score": NUMBER, "MARKER": { "MARKER": "MARKER" },
        "child_folders": [{ "id": ID, "folder_name": marker("NAME") }, { "id": ["MARKER"] }],
        "results": [{ "id": ID, "status": marker("STATUS") }, { "id": null, "MARKER": "MARKER" }],
    }))
}
