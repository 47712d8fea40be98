//! What the vendor may send besides what it documents.

use std::collections::BTreeSet;

use biologix_client::exams::{AfNotification, Exam, ExamStatus, ExamType, Gender, OdiCategory};
use common_http::Timestamp;
use proptest::prelude::*;
use serde_json::{Number, Value, json};

use super::walk::{pointers, with_one_changed};
use super::{exam, full_sample, normal};

/// The codes, whose fields are numbers too.
const CODES: [&str; 4] = [
    "/status",
    "/type",
    "/result/oximetry/odiCategory",
    "/result/cardiology/afNotification",
];

const DATES: [&str; 8] = [
    "/afterQuestions/lastAnsweredTime",
    "/base/startTime",
    "/base/symptomsUpdatedTime",
    "/base/illnessesUpdatedTime",
    "/base/medicinesUpdatedTime",
    "/base/weightKgUpdatedTime",
    "/base/heightCmUpdatedTime",
    "/patient/birthDate",
];

fn written(exam: &Exam) -> Value {
    serde_json::to_value(exam).unwrap()
}

#[test]
fn null_may_stand_anywhere() {
    let sample = full_sample();
    let nulled = with_one_changed(&sample, |_, _| Some(Value::Null));
    assert_eq!(nulled.len(), pointers(&sample).len());
    for (pointer, tree) in nulled {
        if pointer == "/examId" {
            assert!(serde_json::from_value::<Exam>(tree).is_err());
            continue;
        }
        assert_eq!(normal(&written(&exam(&tree))), normal(&tree), "{pointer}");
    }
}

#[test]
fn anything_may_be_absent() {
    let sample = full_sample();
    for pointer in pointers(&sample)
        .into_iter()
        .filter(|pointer| pointer != "/examId")
    {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut tree = sample.clone();
        if let Some(fields) = tree.pointer_mut(parent).and_then(Value::as_object_mut) {
            fields.remove(name);
            assert_eq!(normal(&written(&exam(&tree))), normal(&tree), "{pointer}");
        }
    }
}

#[test]
fn integers_may_come_as_floats() {
    let sample = full_sample();
    let whole = |_: &str, value: &Value| {
        value
            .as_i64()
            .and_then(|n| Number::from_f64(n as f64))
            .map(Value::from)
    };
    let changed = with_one_changed(&sample, whole);
    assert_eq!(changed.len(), 24);
    for (pointer, tree) in changed {
        assert!(tree.pointer(&pointer).unwrap().to_string().ends_with(".0"));
        assert_eq!(normal(&written(&exam(&tree))), normal(&sample), "{pointer}");
        // Only a serial number keeps its form. Everything else is the same exam.
        assert_eq!(
            exam(&tree) == exam(&sample),
            pointer != "/oxistar/serialNumber",
            "{pointer}"
        );
    }
}

#[test]
fn floats_may_come_as_integers() {
    let sample = full_sample();
    let changed = with_one_changed(&sample, |_, value| (value.is_f64()).then(|| json!(101)));
    assert_eq!(changed.len(), 10);
    for (pointer, tree) in changed {
        assert_eq!(
            written(&exam(&tree)).pointer(&pointer),
            Some(&json!(101.0)),
            "{pointer}"
        );
    }
}

#[test]
fn measured_values_may_have_a_fraction_and_any_size() {
    let sample = full_sample();
    for odd in [json!(0.5), json!(-1), json!(123456.75), json!(1e18)] {
        let measured = |pointer: &str, value: &Value| {
            (value.is_number() && !CODES.contains(&pointer)).then(|| odd.clone())
        };
        for (pointer, tree) in with_one_changed(&sample, measured) {
            let value = written(&exam(&tree))
                .pointer(&pointer)
                .and_then(Value::as_f64);
            assert_eq!(value, odd.as_f64(), "{pointer}");
        }
    }
}

#[test]
fn unknown_fields_are_kept_everywhere() {
    let sample = full_sample();
    let mut objects: BTreeSet<String> = pointers(&sample)
        .into_iter()
        .filter(|pointer| sample.pointer(pointer).is_some_and(Value::is_object))
        .collect();
    objects.insert(String::new());
    assert_eq!(objects.len(), 11);
    let mut tree = sample;
    for pointer in &objects {
        tree.pointer_mut(pointer).unwrap()["novoCampo"] =
            json!({"de": pointer, "valores": [1, 2.5, null, "x"]});
    }
    let written = written(&exam(&tree));
    for pointer in &objects {
        let kept = &written.pointer(pointer).unwrap()["novoCampo"];
        assert_eq!(
            kept,
            &json!({"de": pointer, "valores": [1, 2.5, null, "x"]})
        );
    }
    assert_eq!(exam(&written), exam(&tree));
}

/// Whatever stands where, it costs its own field: the exam is read, and all that came is written.
#[test]
fn an_odd_field_costs_itself() {
    let sample = full_sample();
    for odd in [
        json!("NaN"),
        json!([2030, 1, 2]),
        json!({"a": [1]}),
        json!(true),
        json!(-1.5),
        json!([]),
        json!(""),
    ] {
        for (pointer, tree) in with_one_changed(&sample, |_, _| Some(odd.clone())) {
            if pointer == "/examId" {
                continue;
            }
            let exam = exam(&tree);
            assert_eq!(normal(&written(&exam)), normal(&tree), "{pointer}: {odd}");
            let others = ["/status", "/examKey"];
            let report = (exam.is_done(), exam.report_key().is_some());
            assert!(
                report == (true, true) || others.contains(&pointer.as_str()),
                "{pointer}"
            );
        }
    }
}

/// Forms that JSON does not allow, or that a strict reader refuses.
#[test]
fn what_is_hardly_json_costs_its_field() {
    let text = r#"{"examId":"0000101BB","examKey":"EXAMPLEKEY101","status":6,"patient":{"name":"N","age":40},"result":{"oximetry":{"odi":6.2,"hrMax":97}}}"#;
    for (from, to) in [
        ("6.2", "NaN"),
        ("6.2", "-Infinity"),
        ("6.2", "\"6,2\""),
        ("6.2", "1e999"),
        ("6.2", "06.2"),
        ("6.2", "+6.2"),
        ("6.2", ".5"),
        ("6.2", "'6.2'"),
        ("6.2", ""),
        ("6.2", "undefined"),
        ("\"N\"", r#""\ud83d""#),
        ("\"N\"", r#""\q""#),
        ("\"N\"", "\"a\nb\tc\u{1}\""),
        ("\"N\"", "7"),
        ("\"N\"", "\"N\",\"name\":\"N\""),
        ("\"age\"", "\"name\":\"M\",\"age\""),
        ("\"status\"", "\"status\":1,\"status\""),
        ("\"examId\"", "\"examId\":7,\"examId\""),
        ("97}", "97,}"),
        ("{\"oximetry\":{\"odi\":6.2,\"hrMax\":97}}", "[]"),
        ("{\"odi\":6.2,\"hrMax\":97}", "\"none\""),
        ("40", "99999999999999999999999999"),
    ] {
        let odd = text.replacen(from, to, 1);
        assert_ne!(odd, text);
        let list = format!("[{odd},{text}]");
        let exams: Vec<Exam> = common_http::json::decode(list.as_bytes())
            .unwrap_or_else(|error| panic!("{odd}: {error}"));
        let key = exams[0].report_key();
        assert_eq!(key.as_ref().map(|key| key.as_str()), Some("EXAMPLEKEY101"));
        assert!(
            exams[0].is_done() && exams[0].exam_id == "0000101BB",
            "{odd}"
        );
        assert_eq!(exams.len(), 2);
    }
}

#[test]
fn codes_have_the_documented_meaning() {
    let statuses = [
        ExamStatus::Issued,
        ExamStatus::Started,
        ExamStatus::Cancelled,
        ExamStatus::Scheduled,
        ExamStatus::Processing,
        ExamStatus::Error,
        ExamStatus::Done,
        ExamStatus::ProcessError,
    ];
    assert_eq!((0..8).map(ExamStatus::from).collect::<Vec<_>>(), statuses);
    assert_eq!(
        [0, 1].map(ExamType::from),
        [ExamType::SnoringTest, ExamType::SleepExam]
    );
    let categories = [
        OdiCategory::Normal,
        OdiCategory::Mild,
        OdiCategory::Moderate,
        OdiCategory::Severe,
    ];
    assert_eq!([0, 1, 2, 3].map(OdiCategory::from), categories);
    assert_eq!(
        ["f", "m", "o"].map(Gender::from),
        [Gender::Female, Gender::Male, Gender::Other]
    );
    assert_eq!(
        [0, 1].map(AfNotification::from),
        [AfNotification::Negative, AfNotification::Positive]
    );
}

#[test]
fn texts_or_numbers_may_be_either() {
    let mut tree = full_sample();
    tree["oxistar"]["serialNumber"] = json!("A-12345");
    tree["afterQuestions"]["sleepQuality"] = json!(3);
    tree["afterQuestions"]["comments"] = json!("texto livre");
    let exam = exam(&tree);
    assert_eq!(
        exam.oxistar
            .as_ref()
            .unwrap()
            .serial_number
            .as_ref()
            .unwrap()
            .as_text(),
        "A-12345"
    );
    assert_eq!(
        exam.after_questions
            .as_ref()
            .unwrap()
            .sleep_quality
            .as_ref()
            .unwrap()
            .as_i64(),
        Some(3)
    );
    assert_eq!(normal(&written(&exam)), normal(&tree));
}

#[test]
fn the_date_fields_are_all_there_are() {
    let sample = full_sample();
    let named = pointers(&sample)
        .into_iter()
        .filter(|name| name.ends_with("Time") || name.ends_with("Date"));
    assert_eq!(
        named.collect::<BTreeSet<_>>(),
        DATES.map(str::to_owned).into()
    );
}

proptest! {
    #[test]
    fn any_code_round_trips(code in prop_oneof![-3..12_i64, any::<i64>()]) {
        let mut tree = full_sample();
        for pointer in CODES {
            *tree.pointer_mut(pointer).unwrap() = code.into();
        }
        let exam = exam(&tree);
        let written = written(&exam);
        for pointer in CODES {
            prop_assert_eq!(written.pointer(pointer), Some(&json!(code)));
        }
        prop_assert_eq!(exam.status.unwrap().code(), code);
        let af = exam.result.unwrap().cardiology.unwrap().af_notification.unwrap();
        prop_assert_eq!(matches!(af, AfNotification::Inconclusive(_)), code < 0);
        prop_assert_eq!(matches!(af, AfNotification::Unknown(_)), code > 1);
        prop_assert_eq!(af.code(), code);
    }

    #[test]
    fn any_gender_round_trips(text in prop_oneof![Just("m".to_owned()), any::<String>()]) {
        let mut tree = full_sample();
        tree["patient"]["gender"] = text.clone().into();
        let exam = exam(&tree);
        prop_assert_eq!(&written(&exam)["patient"]["gender"], &Value::from(text.clone()));
        prop_assert_eq!(exam.patient.unwrap().gender, Some(Gender::from(text)));
    }

    #[test]
    fn any_date_round_trips(date in prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
    ]) {
        let mut tree = full_sample();
        for pointer in DATES {
            *tree.pointer_mut(pointer).unwrap() = date.clone();
        }
        let exam = exam(&tree);
        let text = date.as_str().map_or_else(|| date.to_string(), str::to_owned);
        prop_assert_eq!(exam.start_time().map(Timestamp::as_str), Some(&*text));
        let written = written(&exam);
        for pointer in DATES {
            prop_assert_eq!(written.pointer(pointer), Some(&date));
        }
    }
}
