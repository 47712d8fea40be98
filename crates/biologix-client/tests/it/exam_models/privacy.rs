//! What `Debug` of the models must not show.

use std::fmt::Debug;

use biologix_client::exams::Exam;
use biologix_client::{ExamKey, Recorded};
use serde_json::{Value, json};

use super::walk::{pointers, with_all_changed};
use super::{exam, full_sample};

const TEXT: &str = "MARKER";
const NUMBER: i64 = 98765;

/// The sample with a marker for every text and number except the exam's id, and with unknown fields
/// that have markers.
fn marked() -> Exam {
    let mut tree = with_all_changed(&full_sample(), |pointer, old| match old {
        _ if pointer == "/examId" => None,
        Value::String(_) => Some(TEXT.into()),
        Value::Number(_) => Some(NUMBER.into()),
        Value::Null => Some(if pointer.ends_with("illnesses") {
            json!([TEXT])
        } else {
            TEXT.into()
        }),
        Value::Array(_) => Some(json!([TEXT])),
        Value::Bool(_) | Value::Object(_) => None,
    });
    let objects: Vec<_> = pointers(&tree)
        .into_iter()
        .filter(|name| tree.pointer(name).is_some_and(Value::is_object))
        .collect();
    for pointer in objects.iter().map(String::as_str).chain([""]) {
        tree.pointer_mut(pointer).unwrap()["MARKERfield"] = json!([TEXT, NUMBER]);
    }
    exam(&tree)
}

fn assert_hidden(value: &dyn Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(TEXT) && !shown.contains("98765"), "{shown}");
        assert!(!shown.is_empty());
    }
}

#[test]
fn an_exam_shows_its_id_status_and_type_only() {
    let shown = format!("{:?}", exam(&full_sample()));
    assert_eq!(
        shown,
        r#"Exam { exam_id: "0000101BB", status: Some(Done), exam_type: Some(SleepExam), .. }"#
    );
    assert_hidden(&marked());
    assert_hidden(&Ok::<_, ()>(vec![Some(marked())]));
}

#[test]
fn the_parts_of_an_exam_show_nothing() {
    let exam = marked();
    let (base, patient) = (exam.base.as_ref().unwrap(), exam.patient.as_ref().unwrap());
    let (after, result) = (
        exam.after_questions.as_ref().unwrap(),
        exam.result.as_ref().unwrap(),
    );
    let (snoring, oximetry) = (
        result.snoring.as_ref().unwrap(),
        result.oximetry.as_ref().unwrap(),
    );
    let cardiology = result.cardiology.as_ref().unwrap();
    let (issued_by, oxistar) = (
        exam.issued_by.as_ref().unwrap(),
        exam.oxistar.as_ref().unwrap(),
    );
    let study = exam.partner_sleep_study.as_ref().unwrap();
    let parts: [(&dyn Debug, &str); 10] = [
        (base, "ExamBase"),
        (patient, "ExamPatient"),
        (after, "AfterQuestions"),
        (result, "ExamResult"),
        (snoring, "SnoringResult"),
        (oximetry, "OximetryResult"),
        (cardiology, "CardiologyResult"),
        (issued_by, "IssuedBy"),
        (oxistar, "Oxistar"),
        (study, "PartnerSleepStudy"),
    ];
    for (part, name) in parts {
        assert_eq!(format!("{part:?}"), format!("{name} {{ .. }}"));
    }
    let recorded: Recorded<Exam> =
        serde_json::from_str(&serde_json::to_string(&exam).unwrap()).unwrap();
    let values: [&dyn Debug; 11] = [
        &exam.exam_key,
        &exam.status,
        &exam.exam_type,
        &base.start_time,
        &patient.birth_date,
        &patient.gender,
        &after.sleep_quality,
        &oxistar.serial_number,
        &oximetry.odi_category,
        &cardiology.af_notification,
        recorded.raw(),
    ];
    for value in values {
        assert_hidden(value);
    }
}

#[test]
fn a_key_does_not_print_itself() {
    let key = ExamKey::from("MARKER".to_owned());
    assert_eq!(format!("{key:?}"), "ExamKey(..)");
    assert_eq!(key.as_str(), "MARKER");
    let error = serde_json::from_str::<ExamKey>("98765.5").unwrap_err();
    assert_hidden(&error.to_string());
}

#[test]
fn an_unreadable_exam_is_not_quoted() {
    for bad in [
        json!({"MARKER MARKER": NUMBER}),
        json!([NUMBER]),
        json!(true),
    ] {
        let mut tree = full_sample();
        tree["base"]["weightKg"] = bad.clone();
        assert_hidden(&exam(&tree));
        tree["examId"] = bad;
        let error = serde_json::from_str::<Recorded<Exam>>(&tree.to_string()).unwrap_err();
        assert_hidden(&error);
        assert_hidden(&error.to_string());
    }
}
