//! `specs/gensoft.yaml` and the code say the same, both ways, and the document is true to itself.

use gensoft_client::OPERATIONS;
use gensoft_client::attendances::{Attachment, Attendance, Moment};
use serde_json::{Value, json};
use specs::Document;

fn document() -> Document {
    Document::read("gensoft")
}

#[test]
fn operations_of_the_document_and_of_the_code_agree() {
    assert_eq!(document().differences(OPERATIONS), [""; 0]);
}

#[test]
fn the_document_is_true_to_itself() {
    assert_eq!(document().faults(), [""; 0]);
}

/// Both ways: nothing of the schema goes to `extra`, and nothing else is written.
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
