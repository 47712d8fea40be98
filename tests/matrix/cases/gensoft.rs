//! Gensoft.

use common_http::Body;
use gensoft_client::attendances::{Attachment, Attendance, Moment, Part};
use gensoft_client::{ExecutionId, OPERATIONS};
use serde_json::{Value, json};
use testing::privacy::NUMBER;

use super::{Case, Outcome, Reply, case, shown};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("gensoft.attendances.send", accepted, |clients, inputs| {
            let order = attendance(&inputs.filler);
            let send = clients.gensoft.attendances().send(&order);
            Outcome::of(shown![clients.gensoft, order, send], send.await)
        }),
        case!("gensoft.reports.upload", accepted, |clients, inputs| {
            let execution = ExecutionId::from("MARKER;?%");
            let pdf = Body::from(format!("%PDF-1.7 MARKER {NUMBER}\n{}", inputs.filler));
            let upload = clients.gensoft.reports().upload(&execution, pdf);
            let upload = upload.file_name("MARKER laudo.pdf");
            Outcome::of(shown![execution, upload], upload.await)
        }),
    ]
}

/// An order with a marker in each of its parts.
fn attendance(filler: &str) -> Attendance {
    let part = |name: &str| {
        let part = json!({ "MARKER": format!("MARKER-{name}"), "number": NUMBER });
        Part::of(&part).expect("an object")
    };
    let file = Attachment::from_bytes("MARKER.pdf", "MARKER/x", "MARKER".as_bytes());
    let mut attendance = Attendance::new(Moment::Created)
        .attendance(part("ATTENDANCE"))
        .patient(part("PATIENT"))
        .procedure(part("PROCEDURE"))
        .sample(part("SAMPLE"))
        .requester(part("DOCTOR"))
        .clinical_data(part("DATA"))
        .attachment(file);
    if !filler.is_empty() {
        let filler = Value::from(filler);
        attendance.extra.insert("filler".to_owned(), filler);
    }
    attendance
}

fn accepted(_: &str) -> Reply {
    Reply::json(json!({ "MARKER": "MARKER", "number": NUMBER, "list": ["MARKER", NUMBER] }))
}
