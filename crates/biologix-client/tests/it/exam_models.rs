//! The exam models: the samples, read and written again.

mod privacy;
mod readings;
mod tolerance;
mod walk;

use biologix_client::ExamKey;
use biologix_client::exams::{
    AfNotification, Exam, ExamStatus, ExamType, Gender, OdiCategory, OximetryResult, SnoringResult,
};
use common_http::{DecodeError, DecodeReason, RawJson, Recorded, TextOrNumber, Timestamp, json};
use serde_json::Value;

/// Three exams: finished with every observed field, finished with gaps, and only authorised.
const SAMPLES: &str = include_str!("samples/exams.json");

fn samples() -> Vec<RawJson> {
    json::decode(SAMPLES.as_bytes()).unwrap()
}

fn sample(index: usize) -> Exam {
    samples()[index].parse().unwrap()
}

/// The sample with every field, as a tree to change.
fn full_sample() -> Value {
    samples()[0].parse().unwrap()
}

fn read(text: &str) -> Result<Exam, DecodeError> {
    RawJson::from_text(text).unwrap().parse()
}

fn exam(tree: &Value) -> Exam {
    serde_json::from_value(tree.clone()).unwrap_or_else(|error| panic!("{error}: {tree}"))
}

fn time(text: &str) -> Option<Timestamp> {
    Some(Timestamp::from(text))
}

/// The tree without what writing leaves out (nulls, empty lists), and with every number as a float.
fn normal(tree: &Value) -> Value {
    let there =
        |value: &Value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
    match tree {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), normal(value)));
            Value::Object(fields.filter(|(_, value)| there(value)).collect())
        }
        Value::Array(items) => items.iter().map(normal).filter(there).collect(),
        Value::Number(number) => Value::from(number.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn a_finished_sleep_exam_has_every_field() {
    let exam = sample(0);
    assert_eq!(exam.exam_id, "0000101BB");
    assert_eq!(exam.exam_key, Some(ExamKey::from("EXAMPLEKEY101")));
    assert_eq!(
        (exam.status, exam.exam_type),
        (Some(ExamStatus::Done), Some(ExamType::SleepExam))
    );
    assert_eq!(exam.patient_user_id.as_deref(), Some("0000201CC"));
    assert_eq!(
        exam.issued_by.as_ref().unwrap().name.as_deref(),
        Some("Clinica Exemplo")
    );
    assert_eq!(
        exam.oxistar.as_ref().unwrap().serial_number,
        Some(TextOrNumber::from(12345))
    );
    assert_eq!(
        exam.partner_sleep_study.as_ref().unwrap().report.as_deref(),
        Some("Texto de exemplo")
    );
    assert!(exam.is_done());
    assert_eq!(
        exam.start_time(),
        Some(&Timestamp::from("2030-01-02T01:30:00Z"))
    );
    assert!(exam.extra.is_empty());

    let after = exam.after_questions.unwrap();
    assert_eq!(
        after.sleep_quality,
        Some(TextOrNumber::from("texto ou codigo"))
    );
    assert_eq!(
        after.sleep_comparison,
        Some(TextOrNumber::from("texto ou codigo"))
    );
    assert_eq!(after.comments, None);
    assert_eq!(after.last_answered_time, time("2030-01-02T10:00:00Z"));

    let patient = exam.patient.unwrap();
    assert_eq!(patient.name.as_deref(), Some("Paciente Ficticio Um"));
    assert_eq!(patient.username.as_deref(), Some("l|BR_CPF|00000000000"));
    assert_eq!(patient.gender, Some(Gender::Other));
    assert_eq!(patient.email.as_deref(), Some("um@example.invalid"));
    assert_eq!(patient.phone.as_deref(), Some("+550000000000"));
    assert_eq!(patient.birth_date, time("1990-01-01"));
    assert_eq!(patient.age, Some(40.0));
    assert!(patient.extra.is_empty());
}

#[test]
fn the_base_of_an_exam_has_every_field() {
    let base = sample(0).base.unwrap();
    assert_eq!(base.start_time, time("2030-01-02T01:30:00Z"));
    assert_eq!(base.duration_secs, Some(27000.0));
    assert_eq!((base.conditions.len(), base.illnesses.len()), (0, 0));
    assert_eq!(
        (base.treatments, base.symptoms),
        (
            vec!["valor livre".to_owned()],
            vec!["valor livre".to_owned()]
        )
    );
    assert_eq!(base.medicines, ["valor livre"]);
    assert_eq!(base.symptoms_updated_time, time("2029-12-31T12:00:00Z"));
    assert_eq!(base.illnesses_updated_time, None);
    assert_eq!(base.medicines_updated_time, time("2029-12-31T12:00:00Z"));
    assert_eq!((base.weight_kg, base.height_cm), (Some(80.5), Some(175.0)));
    assert_eq!(base.weight_kg_updated_time, time("2029-12-31T12:00:00Z"));
    assert_eq!(base.height_cm_updated_time, time("2029-12-31T12:00:00Z"));
    assert_eq!(base.app_model_name.as_deref(), Some("Modelo Ficticio 1"));
    assert!(base.extra.is_empty());
}

#[test]
fn the_result_of_an_exam_has_every_field() {
    let result = sample(0).result.unwrap();
    assert_snoring(
        &result.snoring.unwrap(),
        [26000.0, 5200.0, 80.0, 12.5, 5.3, 2.2],
    );

    let oximetry: OximetryResult = result.oximetry.unwrap();
    for (value, expected) in [
        (oximetry.valid_duration_secs, 25500.0),
        (oximetry.nb_desaturations, 44.0),
        (oximetry.odi, 6.2),
        (oximetry.odi_sleeping, 7.1),
        (oximetry.hypoxic_burden, 16.0),
        (oximetry.spo2_min, 87.0),
        (oximetry.spo2_avg, 94.6),
        (oximetry.spo2_max, 100.0),
        (oximetry.spo2_under_90_secs, 120.0),
        (oximetry.spo2_under_80_secs, 0.0),
        (oximetry.hr_min, 48.0),
        (oximetry.hr_avg, 61.0),
        (oximetry.hr_max, 97.0),
        (oximetry.sleep_latency_secs, 900.0),
        (oximetry.sleep_duration_secs, 23000.0),
        (oximetry.sleep_efficiency_percent, 85.2),
        (oximetry.wake_time_after_sleep_secs, 1600.0),
        (oximetry.nb_hypoxemia_events, 3.0),
        (oximetry.hypoxemia_total_duration_secs, 95.0),
    ] {
        assert_eq!(value, Some(expected));
    }
    assert_eq!(oximetry.odi_category, Some(OdiCategory::Mild));
    assert!(oximetry.extra.is_empty());

    let cardiology = result.cardiology.unwrap();
    assert_eq!(
        cardiology.af_notification,
        Some(AfNotification::Inconclusive(-1))
    );
}

fn assert_snoring(snoring: &SnoringResult, expected: [f64; 6]) {
    let values = [
        snoring.valid_duration_secs,
        snoring.snoring_duration_secs,
        snoring.silent_duration_percent,
        snoring.low_duration_percent,
        snoring.medium_duration_percent,
        snoring.high_duration_percent,
    ];
    assert_eq!(values, expected.map(Some));
    assert!(snoring.extra.is_empty());
}

#[test]
fn a_snoring_test_has_gaps() {
    let exam = sample(1);
    assert_eq!(exam.exam_type, Some(ExamType::SnoringTest));
    assert!(exam.oxistar.is_none() && exam.issued_by.is_none() && exam.after_questions.is_none());
    let base = exam.base.unwrap();
    assert_eq!(base.start_time, time("2030-01-01T23:10:00Z"));
    assert!(base.symptoms.is_empty() && base.weight_kg.is_none());
    let result = exam.result.unwrap();
    assert!(result.oximetry.is_none() && result.cardiology.is_none());
    assert_snoring(
        &result.snoring.unwrap(),
        [21000.0, 0.0, 100.0, 0.0, 0.0, 0.0],
    );
    let patient = exam.patient.unwrap();
    assert_eq!(
        (patient.gender, patient.email, patient.birth_date),
        (Some(Gender::Female), None, None)
    );
}

#[test]
fn an_authorised_exam_has_neither_base_nor_result() {
    let exam = sample(2);
    assert_eq!(exam.status, Some(ExamStatus::Issued));
    assert!(!exam.is_done() && exam.start_time().is_none());
    assert!(exam.base.is_none() && exam.result.is_none());
    assert_eq!(exam.patient.unwrap().gender, Some(Gender::Male));
}

#[test]
fn what_is_absent_stays_absent() {
    let exam: Exam =
        serde_json::from_str(r#"{"examId": "0000104BB", "base": {}, "result": {"oximetry": {}}}"#)
            .unwrap();
    let written = serde_json::to_string(&exam).unwrap();
    assert_eq!(
        written,
        r#"{"examId":"0000104BB","base":{},"result":{"oximetry":{}}}"#
    );
}

#[test]
fn an_exam_keeps_its_own_text() {
    let text = "{ \"examId\" : \"0000104BB\",\n \"result\": {\"oximetry\": {\"odi\": 6.20}}, \"status\": 6.0 }";
    let by_serde: Recorded<Exam> = serde_json::from_str(&format!(" {text} ")).unwrap();
    let in_a_list: Vec<Recorded<Exam>> = json::decode(format!("[{text}]").as_bytes()).unwrap();
    for copy in [&by_serde, &in_a_list[0]] {
        assert_eq!(copy.raw().as_str(), text);
    }

    // Equality and writing look at the fields.
    let other_text: Recorded<Exam> =
        serde_json::from_str(&RawJson::from_text(text).unwrap().compact()).unwrap();
    assert_ne!(other_text.raw(), by_serde.raw());
    assert_eq!(other_text, by_serde);
    let mut exam = by_serde.into_inner();
    exam.status = Some(ExamStatus::Processing);
    assert_ne!(*other_text, exam);
    assert!(
        serde_json::to_string(&exam)
            .unwrap()
            .contains(r#""status":4"#)
    );
}

#[test]
fn an_exam_without_an_id_is_unreadable() {
    for (json, reason) in [
        ("{}", DecodeReason::MissingField),
        (r#"{"examId": null}"#, DecodeReason::WrongType),
        (r#"{"examId": ""}"#, DecodeReason::OutOfRange),
        (r#"{"examId": 101}"#, DecodeReason::WrongType),
        (r#"{"examId": ["0000101BB"]}"#, DecodeReason::WrongType),
    ] {
        let error = read(json).unwrap_err();
        assert_eq!((error.path(), error.reason()), ("examId", reason), "{json}");
    }
}

#[test]
fn what_is_no_object_is_no_exam() {
    for json in ["null", "[]", "\"0000101BB\"", "7"] {
        let error = read(json).unwrap_err();
        assert_eq!(
            (error.path(), error.reason()),
            (".", DecodeReason::WrongType),
            "{json}"
        );
    }
    let list = format!("[{},{{\"examId\":\"\"}}]", full_sample());
    let error = json::decode::<Vec<Exam>>(list.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unreadable JSON at [1].examId: out of range"
    );
}

#[test]
fn a_report_key_is_one_that_can_be_asked_for() {
    let key =
        |key: Value| exam(&serde_json::json!({"examId": "0000104BB", "examKey": key})).report_key();
    assert_eq!(
        key("EXAMPLEKEY104".into()),
        Some(ExamKey::from("EXAMPLEKEY104"))
    );
    assert_eq!(
        key(" EXAMPLEKEY104\n".into()),
        Some(ExamKey::from("EXAMPLEKEY104"))
    );
    for none in [
        Value::Null,
        "".into(),
        "  ".into(),
        ".".into(),
        "..".into(),
        " .. ".into(),
        "a/b".into(),
        "a\\b".into(),
        "../..".into(),
        serde_json::json!(["EXAMPLEKEY104"]),
        true.into(),
    ] {
        assert_eq!(key(none.clone()), None, "{none}");
    }
    assert_eq!(
        exam(&serde_json::json!({"examId": "0000104BB"})).report_key(),
        None
    );
}
