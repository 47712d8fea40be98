//! The ERP.

use common_http::Body;
use erp_files_client::OPERATIONS;
use erp_files_client::files::{Files, UploadTarget};
use serde_json::json;
use testing::privacy::NUMBER;

use super::{Case, Clients, Outcome, Reply, case, shown};

const NAME: &str = "MARKER 1.pdf";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = steps_of_an_upload();
    cases.extend(other_calls());
    cases
}

fn files(clients: &Clients) -> Files {
    clients.erp.files(&NUMBER.into(), &"MARKER-ANALYSIS".into())
}

/// A signed URL, which only the first step of an upload gives.
pub(crate) async fn target(clients: &Clients) -> UploadTarget {
    let target = files(clients).initialize(NAME).await;
    target.expect("a server without faults")
}

fn steps_of_an_upload() -> Vec<Case> {
    vec![
        case!("erp.files.initialize", address, |clients, _| {
            let initialize = files(&clients).initialize(NAME);
            Outcome::of(shown![initialize], initialize.await)
        }),
        case!("erp.files.transfer", done, |clients, inputs| {
            let target = inputs.target.expect("a signed URL");
            let pdf = Body::from(format!("%PDF-1.7 MARKER {NUMBER}\n{}", inputs.filler));
            let transfer = files(&clients).transfer(&target, pdf);
            let transfer = transfer.content_type("application/MARKER");
            Outcome::of(shown![target, transfer], transfer.await)
        }),
        case!("erp.files.finalize", done, |clients, _| {
            let finalize = files(&clients).finalize(NAME);
            Outcome::of(shown![finalize], finalize.await)
        }),
    ]
}

fn other_calls() -> Vec<Case> {
    vec![
        case!("erp.sessions.open", token, |clients, _| {
            let open = clients.erp.sessions().open();
            Outcome::of(shown![clients.erp, open], open.await)
        }),
        case!("erp.files.list", list, |clients, _| {
            let files = files(&clients);
            let list = files.list();
            Outcome::of(shown![files, list], list.await)
        }),
        case!("erp.files.set_send", done, |clients, _| {
            let set_send = files(&clients).set_send(&1.into(), true);
            Outcome::of(shown![set_send], set_send.await)
        }),
        case!("erp.files.delete", done, |clients, _| {
            let delete = files(&clients).delete(&1.into());
            Outcome::of(shown![delete], delete.await)
        }),
    ]
}

fn token(_: &str) -> Reply {
    Reply::json(json!({
        "access_token": "MARKER-SECRET.TOKEN", "expires_in": 3600, "scope": "MARKER",
        "MARKER": "MARKER",
    }))
}

/// A signed URL of the same server.
fn address(url: &str) -> Reply {
    let address = format!("{url}/MARKER%201.pdf?sv=2030-01-01&sig=MARKER%3D");
    Reply::json(json!({ "Url": address, "MARKER": NUMBER }))
}

fn list(_: &str) -> Reply {
    Reply::json(json!([
        { "Id": 1, "FileName": NAME, "IsSend": false, "DateCr": "MARKER", "MARKER": [NUMBER] },
        { "Id": 2, "FileName": "MARKER", "PatientId": NUMBER },
        "MARKER",
    ]))
}

fn done(_: &str) -> Reply {
    Reply::json(json!({ "MARKER": "MARKER", "number": NUMBER, "text": "MARKER" }))
}
