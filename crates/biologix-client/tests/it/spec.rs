//! `specs/biologix.yaml` and the code say the same, both ways, and the document is true to itself.

// Helpers of tests, which clippy's leave for tests does not cover.
#![allow(clippy::unwrap_used, clippy::panic)]

mod document;
mod sources;

use std::collections::BTreeSet;
use std::fmt::Debug;

use biologix_client::OPERATIONS;
use biologix_client::exams::{AfNotification, Exam, ExamStatus, ExamType, Gender, OdiCategory};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use self::document::{Document, Row};
use self::sources::{functions_marked_as_tests, rust_sources};

const FACT_SOURCES: [&str; 3] = ["document", "observed", "inferred"];
const READING_SOURCES: [&str; 6] = [
    "observed H",
    "observed M-H",
    "observed M",
    "observed M-L",
    "observed L",
    "inferred",
];

#[test]
fn operations_of_the_document_and_of_the_code_agree() {
    let document = Document::read();
    let coded: BTreeSet<Row> = OPERATIONS
        .iter()
        .map(|operation| Row {
            id: operation.id().into(),
            method: operation.method().as_str().to_ascii_lowercase(),
            path: operation.path().into(),
            effect: operation.effect().as_str().into(),
            transfer: operation.is_transfer(),
            public: operation.is_public(),
        })
        .collect();
    assert_eq!(
        coded.len(),
        OPERATIONS.len(),
        "an operation is listed twice"
    );
    assert_eq!(coded, document.rows().into_iter().collect());
}

#[test]
fn every_example_fits_its_schema() {
    let document = Document::read();
    let examples = document.examples();
    assert!(!examples.is_empty());
    let misfits: Vec<String> = examples
        .into_iter()
        .flat_map(|(at, schema, value)| document.misfits(schema, value, &at))
        .collect();
    assert_eq!(misfits, Vec::<String>::new());
}

#[test]
fn every_exam_of_the_examples_decodes_without_rest() {
    let document = Document::read();
    let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/ExamDto"}});
    let pages: Vec<&Value> = document
        .examples()
        .into_iter()
        .filter(|(_, schema, _)| **schema == list)
        .map(|(_, _, value)| value)
        .collect();
    assert!(!pages.is_empty());
    for page in pages {
        let exams: Vec<Exam> = serde_json::from_str(&page.to_string()).unwrap();
        assert!(!exams.is_empty());
        for exam in &exams {
            assert_eq!(untyped(exam), Vec::<&String>::new());
        }
    }
}

#[test]
fn every_field_of_the_schema_is_typed() {
    let document = Document::read();
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
    let document = Document::read();
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

#[test]
fn every_fact_names_its_source() {
    fn visit(value: &Value, at: &str, without: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, child) in members {
                    let at = format!("{at}/{key}");
                    let facts: Vec<&Value> = match (key.as_str(), child) {
                        (
                            "properties" | "headers" | "securitySchemes" | "examples",
                            Value::Object(facts),
                        ) => facts.values().collect(),
                        ("parameters", Value::Array(facts)) => facts.iter().collect(),
                        _ => Vec::new(),
                    };
                    without.extend(facts.iter().enumerate().filter_map(|(index, fact)| {
                        let source = fact["x-source"].as_str().unwrap_or_default();
                        (!FACT_SOURCES.contains(&source)).then(|| format!("{at}, number {index}"))
                    }));
                    if key != "examples" {
                        visit(child, &at, without);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, at, without)),
            _ => {}
        }
    }
    let mut without = Vec::new();
    visit(Document::read().whole(), "", &mut without);
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn readings_are_whole_and_named_once() {
    let document = Document::read();
    let mut ids = BTreeSet::new();
    for reading in document.readings() {
        let id = reading["id"].as_str().unwrap();
        assert!(ids.insert(id), "{id} is there twice");
        assert!(
            id.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')),
            "{id} is not in kebab case"
        );
        let members: BTreeSet<&str> = reading
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let expected = BTreeSet::from(["id", "gap", "reading", "source", "setting", "test"]);
        assert_eq!(members, expected, "{id}");
        for member in ["gap", "reading"] {
            assert!(
                !reading[member].as_str().unwrap().is_empty(),
                "{id}: {member}"
            );
        }
        assert!(
            READING_SOURCES.contains(&reading["source"].as_str().unwrap()),
            "{id}"
        );
    }
    assert!(!ids.is_empty());
}

#[test]
fn every_reading_has_its_test() {
    let tests: BTreeSet<String> = rust_sources(&["src", "tests"])
        .iter()
        .flat_map(|text| functions_marked_as_tests(text))
        .collect();
    assert!(
        tests.contains("every_reading_has_its_test"),
        "no test was found at all"
    );
    let document = Document::read();
    let without: Vec<&str> = document
        .readings()
        .into_iter()
        .filter(|reading| !tests.contains(reading["test"].as_str().unwrap()))
        .map(|reading| reading["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        without,
        Vec::<&str>::new(),
        "readings whose test is not there"
    );
}

#[test]
fn every_setting_of_a_reading_exists() {
    let code = rust_sources(&["src"]);
    for reading in Document::read().readings() {
        if let Some(setting) = reading["setting"].as_str() {
            let setter = format!("pub fn {setting}(");
            assert!(
                code.iter().any(|text| text.contains(&setter)),
                "no {setter}"
            );
        } else {
            assert!(reading["setting"].is_null(), "{}", reading["id"]);
        }
    }
}

fn is_known<T: DeserializeOwned + Debug>(code: &Value) -> bool {
    let code: T = serde_json::from_value(code.clone()).unwrap();
    !format!("{code:?}").starts_with("Unknown")
}

/// The names that no field of the client's types took.
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
