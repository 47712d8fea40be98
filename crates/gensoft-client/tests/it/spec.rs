//! `specs/gensoft.yaml` and the code agree, both ways, and the document is consistent.

use gensoft_client::attendances::{Attachment, Attendance, Moment};
use gensoft_client::{Body, GensoftClient, OPERATIONS};
use serde_json::{Value, json};
use specs::Document;

fn document() -> Document {
    Document::read("gensoft")
}

#[test]
fn operations_of_the_document_and_of_the_code_agree() {
    assert_eq!(document().differences(OPERATIONS), [""; 0]);
}

/// So whoever reads an id in a log finds the method.
#[test]
fn an_operations_id_spells_its_call() {
    let client = GensoftClient::builder()
        .base_url("http://localhost")
        .api_key("EXAMPLE-API-KEY")
        .build()
        .unwrap();
    let calls = [
        (
            "attendances.send",
            client.attendances().send(&json!({})).prepare(),
        ),
        (
            "attendances.send",
            client.attendances().send_text("{}").prepare(),
        ),
        (
            "reports.upload",
            client.reports().upload(&10.into(), Body::empty()).prepare(),
        ),
    ];
    let mut called = Vec::new();
    for (path, request) in calls {
        let id = request.unwrap().operation().id();
        assert_eq!(id, format!("gensoft.{path}"));
        called.push(id);
    }
    assert!(
        OPERATIONS
            .iter()
            .all(|operation| called.contains(&operation.id()))
    );
}

#[test]
fn the_document_is_consistent() {
    assert_eq!(document().faults(), [""; 0]);
}

/// No member of the schema goes to `extra`, and no other member is written.
#[test]
fn our_attendance_is_the_schemas() {
    let document = document();
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let full = document.specimen(&schema("Attendance"));
    let attendance: Attendance = serde_json::from_value(full.clone()).unwrap();
    assert!(attendance.extra.is_empty());
    assert_eq!(serde_json::to_value(&attendance).unwrap(), full);
    let full = document.specimen(&schema("Attachment"));
    let attachment: Attachment = serde_json::from_value(full.clone()).unwrap();
    assert!(attachment.extra.is_empty());
    assert_eq!(serde_json::to_value(&attachment).unwrap(), full);
}

#[test]
fn the_moments_of_the_schema_are_known_and_others_are_not() {
    let document = document();
    let codes = document.at("/components/schemas/Attendance/properties/moment/x-codes");
    let codes: Vec<&Value> = codes
        .as_array()
        .unwrap()
        .iter()
        .map(|code| &code["code"])
        .collect();
    assert_eq!(codes.len(), 5);
    let is_known = |code: &Value| {
        let moment: Moment = serde_json::from_value(code.clone()).unwrap();
        !format!("{moment:?}").starts_with("Unknown")
    };
    assert!(codes.iter().all(|code| is_known(code)));
    assert!(!is_known(&json!("outro")));
}
