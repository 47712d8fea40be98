//! `specs/biologix.yaml` and the code say the same, both ways, and the document has no faults.
//!
//! The package `specs` reads the documents for all vendors. Only what is Biologix's own is here.

// Clippy's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Debug;

use biologix_client::exams::{AfNotification, Exam, ExamStatus, ExamType, Gender, OdiCategory};
use biologix_client::{BiologixClient, ExamKey, OPERATIONS, PartnerId};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use specs::Document;

fn document() -> Document {
    Document::read("biologix")
}

#[test]
fn operations_of_the_document_and_of_the_code_agree() {
    assert_eq!(document().differences(OPERATIONS), [""; 0]);
}

/// The id that this call spells, and the call.
macro_rules! spelled {
    ($client:ident . $tag:ident($($of:expr)?) . $verb:ident($($with:expr)?)) => {
        (
            concat!("biologix.", stringify!($tag), ".", stringify!($verb)),
            $client.$tag($($of)?).$verb($($with)?),
        )
    };
}

#[test]
fn an_id_spells_its_call() {
    let client = BiologixClient::builder().build().unwrap();
    let open = spelled!(client.sessions().open());
    let list = spelled!(client.exams(&PartnerId::from("0000301DD")).list());
    let get = spelled!(client.reports().get(&ExamKey::from("EXAMPLEKEY101")));
    // A login builds its own request, so its call can only name its operation.
    let opens = format!("Call {{ operation: {:?}, .. }}", open.0);
    assert_eq!(format!("{:?}", open.1), opens);
    assert_eq!(list.1.prepare().unwrap().operation().id(), list.0);
    assert_eq!(get.1.prepare().unwrap().operation().id(), get.0);
    let ids: Vec<_> = OPERATIONS.iter().map(|operation| operation.id()).collect();
    assert_eq!(ids, [open.0, list.0, get.0], "each operation has its call");
}

#[test]
fn the_document_is_true_to_itself() {
    assert_eq!(document().faults(), [""; 0]);
}

#[test]
fn every_field_of_the_schema_is_typed() {
    let document = document();
    let full = document.specimen(&json!({"$ref": "#/components/schemas/ExamDto"}));
    let exam: Exam = serde_json::from_str(&full.to_string()).unwrap();
    assert_eq!(untyped(&exam), Vec::<&String>::new());
    assert_eq!(
        with_floats(&serde_json::to_value(&exam).unwrap()),
        with_floats(&full),
        "a field is written under another name than it is read under, or lost"
    );
}

#[test]
fn codes_of_the_schema_are_known_and_others_are_not() {
    type IsKnown = fn(&Value) -> bool;
    let known: [(&str, IsKnown); 5] = [
        ("status", is_known::<ExamStatus>),
        ("type", is_known::<ExamType>),
        ("odiCategory", is_known::<OdiCategory>),
        ("afNotification", is_known::<AfNotification>),
        ("gender", is_known::<Gender>),
    ];
    let document = document();
    let mut listed = BTreeSet::new();
    for (name, schema) in document.at("/components/schemas").as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().unwrap() {
            // The codes of errors have a type of their own.
            let Some(codes) = property["x-codes"].as_array().filter(|_| name != "Error") else {
                continue;
            };
            listed.insert(field.as_str());
            let (_, is_known) = known.iter().find(|(of, _)| of == field).unwrap();
            for code in codes {
                assert!(is_known(&code["code"]), "{field}: {code}");
            }
            let other = if codes[0]["code"].is_string() {
                json!("zz")
            } else {
                json!(9999)
            };
            assert!(!is_known(&other), "{field}: {other}");
        }
    }
    assert_eq!(listed, known.iter().map(|(field, _)| *field).collect());
}

fn is_known<T: DeserializeOwned + Debug>(code: &Value) -> bool {
    let code: T = serde_json::from_value(code.clone()).unwrap();
    !format!("{code:?}").starts_with("Unknown")
}

/// The names for which the client's types have no field.
fn untyped(exam: &Exam) -> Vec<&String> {
    let base = exam.base.as_ref().map(|base| &base.extra);
    let patient = exam.patient.as_ref().map(|patient| &patient.extra);
    let after_questions = exam
        .after_questions
        .as_ref()
        .map(|questions| &questions.extra);
    let oxistar = exam.oxistar.as_ref().map(|oxistar| &oxistar.extra);
    let issued_by = exam.issued_by.as_ref().map(|issued_by| &issued_by.extra);
    let sleep_study = exam.partner_sleep_study.as_ref().map(|study| &study.extra);
    let result = exam.result.as_ref();
    let snoring = result
        .and_then(|result| result.snoring.as_ref())
        .map(|snoring| &snoring.extra);
    let oximetry = result
        .and_then(|result| result.oximetry.as_ref())
        .map(|oximetry| &oximetry.extra);
    let cardiology = result
        .and_then(|result| result.cardiology.as_ref())
        .map(|cardiology| &cardiology.extra);
    [
        Some(&exam.extra),
        base,
        patient,
        after_questions,
        oxistar,
        issued_by,
        sleep_study,
        result.map(|result| &result.extra),
        snoring,
        oximetry,
        cardiology,
    ]
    .into_iter()
    .flatten()
    .flat_map(Map::keys)
    .collect()
}

/// The value with every number as a float: 80 and 80.0 are the same measurement.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(with_floats).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), with_floats(member)))
            .collect(),
        other => other.clone(),
    }
}
