//! Biologix.

use biologix_client::{ExamKey, OPERATIONS, PartnerId, Result};
use common_http::Item;
use serde_json::json;
use testing::privacy::NUMBER;

use super::{Case, Clients, Inputs, Outcome, Reply, case, shown};

/// Larger than what is read from a socket at once.
const REPORT: usize = 150_000;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("biologix.sessions.open", session, |clients, _| {
            let open = clients.biologix.sessions().open();
            Outcome::data(shown![clients.biologix, open], open.await)
        }),
        case!("biologix.exams.list", exams, |clients, _| {
            let partner = PartnerId::from("MARKER-PARTNER ; MARKER");
            let list = clients.biologix.exams(&partner).list();
            let unsent = shown![partner, list];
            let page = list.await;
            let items = page.as_ref().map(|page| &page.items).ok();
            let readable = items.map(|items| items.iter().filter_map(Item::value).count());
            assert!(
                readable.is_none_or(|readable| readable == 1),
                "{readable:?}"
            );
            Outcome::of(unsent, page)
        }),
        case!("biologix.reports.get", report, |clients, inputs| {
            let key = ExamKey::from("MARKER-KEY;?%");
            let get = clients.biologix.reports().get(&key);
            Outcome::of(shown![key, get], save(clients, inputs, &key).await)
        }),
    ]
}

/// Saves the report, and checks what was saved.
async fn save(clients: Clients, inputs: Inputs, key: &ExamKey) -> Result<u64> {
    let path = inputs.folder.join("MARKER.pdf");
    let download = clients.biologix.reports().get(key).await?;
    let length = download.save_to(&path).await?;
    let saved = std::fs::metadata(path).expect("a saved file").len();
    assert_eq!(saved, length);
    Ok(length)
}

fn session(_: &str) -> Reply {
    let session = json!({
        "sessionId": "MARKER-SESSION", "userId": "MARKER-USER", "tokenStart": "MARKER",
        "mfaVerified": false, "MARKER": ["MARKER", NUMBER],
    });
    Reply::json(session).header("bx-session-token", "MARKER-SECRET-TOKEN")
}

fn exams(_: &str) -> Reply {
    let exams = json!([
        {
            "examId": "EXAM-1", "status": 6, "type": 1,
            "examKey": "MARKER-KEY", "patientUserId": "MARKER-PATIENT",
            "patient": { "name": "MARKER-NAME", "email": "marker@clinic.example", "gender": NUMBER,
                "birthDate": "MARKER", "MARKER": "MARKER" },
            "base": { "startTime": "MARKER", "symptoms": ["MARKER"], "weightKg": NUMBER },
            "issuedBy": { "name": "MARKER-DOCTOR" }, "oxistar": { "serialNumber": "MARKER" },
            "result": { "oximetry": { "odi": NUMBER } }, "MARKER": { "MARKER": [NUMBER] },
        },
        { "examId": ["MARKER"], "patient": { "name": "MARKER-NAME" } },
        "MARKER",
    ]);
    Reply::json(exams).header("x-pagination-total", "3")
}

fn report(_: &str) -> Reply {
    let mut body = b"%PDF-1.4 MARKER\n".to_vec();
    body.resize(REPORT, b'x');
    body.extend(b"\n%%EOF\n");
    Reply {
        headers: vec![("Content-Type", "application/pdf".to_owned())],
        body,
    }
}
