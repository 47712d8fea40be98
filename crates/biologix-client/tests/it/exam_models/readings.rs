//! Readings of the vendor's text about the fields of an exam, one test each.

use std::time::{Duration, UNIX_EPOCH};

use biologix_client::exams::{AfNotification, Exam};
use serde_json::{Value, json};

use super::{exam, full_sample};

const ARRAYS: [&str; 5] = [
    "conditions",
    "treatments",
    "symptoms",
    "illnesses",
    "medicines",
];

fn arrays(exam: &Exam) -> [&[String]; 5] {
    let base = exam.base.as_ref().unwrap();
    [
        &base.conditions,
        &base.treatments,
        &base.symptoms,
        &base.illnesses,
        &base.medicines,
    ]
    .map(Vec::as_slice)
}

#[test]
fn missing_arrays_are_empty() {
    let mut tree = full_sample();
    for name in ARRAYS {
        tree["base"].as_object_mut().unwrap().remove(name);
    }
    assert_eq!(arrays(&exam(&tree)), [[""; 0]; 5]);
    for name in ARRAYS {
        tree["base"][name] = Value::Null;
    }
    assert_eq!(arrays(&exam(&tree)), [[""; 0]; 5]);
    for name in ARRAYS {
        tree["base"][name] = json!([null, "valor", null, "livre"]);
    }
    assert_eq!(arrays(&exam(&tree)), [["valor", "livre"]; 5]);
}

#[test]
fn arrays_have_free_text() {
    let texts = ["Pressão alta", "high_blood_pressure", "", " ", "{\"a\":1}"];
    let mut tree = full_sample();
    for name in ARRAYS {
        tree["base"][name] = json!(texts);
    }
    assert_eq!(arrays(&exam(&tree)), [texts; 5]);
}

#[test]
fn codes_are_numbers() {
    for (pointer, parent) in [
        ("/status", ""),
        ("/type", ""),
        ("/result/oximetry/odiCategory", "/result/oximetry"),
        ("/result/cardiology/afNotification", "/result/cardiology"),
    ] {
        let mut tree = full_sample();
        *tree.pointer_mut(pointer).unwrap() = json!(1);
        let read = serde_json::to_value(exam(&tree)).unwrap();
        assert_eq!(read.pointer(pointer), Some(&json!(1)));
        for other in [json!("1"), json!(true), json!(1.5)] {
            *tree.pointer_mut(pointer).unwrap() = other.clone();
            let exam = exam(&tree);
            let extra = match (&exam.result, parent) {
                (Some(result), "/result/oximetry") => &result.oximetry.as_ref().unwrap().extra,
                (Some(result), "/result/cardiology") => &result.cardiology.as_ref().unwrap().extra,
                _ => &exam.extra,
            };
            let (_, name) = pointer.rsplit_once('/').unwrap();
            assert_eq!(extra.get(name), Some(&other), "{pointer}");
        }
    }
}

#[test]
fn a_status_in_words_still_says_done() {
    for (status, done) in [
        (json!(6), true),
        (json!("6"), true),
        (json!(" 6.0 "), true),
        (json!("DONE"), true),
        (json!("Done"), true),
        (json!("60"), false),
        (json!("six"), false),
        (json!([6]), false),
        (json!(5), false),
        (json!(null), false),
    ] {
        let mut tree = full_sample();
        tree["status"] = status.clone();
        let exam = exam(&tree);
        assert_eq!(exam.is_done(), done, "{status}");
        assert_eq!(
            serde_json::to_value(&exam).unwrap().get("status"),
            Some(&status).filter(|status| !status.is_null())
        );
    }
}

#[test]
fn any_negative_af_is_inconclusive() {
    let read = |code: i64| {
        let mut tree = full_sample();
        tree["result"]["cardiology"]["afNotification"] = json!(code);
        let cardiology = exam(&tree).result.unwrap().cardiology.unwrap();
        cardiology.af_notification.unwrap()
    };
    for code in [-1, -2, -99, i64::MIN] {
        assert_eq!(read(code), AfNotification::Inconclusive(code));
    }
    assert_eq!(read(0), AfNotification::Negative);
    assert_eq!(read(1), AfNotification::Positive);
}

#[test]
fn start_time_keeps_its_text() {
    let instant = |millis| Some(UNIX_EPOCH + Duration::from_millis(millis));
    for (text, time) in [
        ("2030-01-02T01:30:00Z", instant(1_893_547_800_000)),
        ("2030-01-02T01:30:00.250Z", instant(1_893_547_800_250)),
        ("2030-01-01T22:30:00-03:00", instant(1_893_547_800_000)),
        ("2030-01-02T01:30:00", None),
        ("2030-01-02", None),
        ("ontem", None),
        ("", None),
    ] {
        let mut tree = full_sample();
        tree["base"]["startTime"] = json!(text);
        let exam = exam(&tree);
        let start = exam.start_time().unwrap();
        assert_eq!((start.as_str(), start.to_system_time()), (text, time));
    }
}

#[test]
fn a_birth_date_may_be_a_date_or_a_date_and_time() {
    for text in [
        "1990-01-01",
        "1990-01-01T00:00:00Z",
        "1990-01-01T00:00:00.000+0000",
        "",
    ] {
        let mut tree = full_sample();
        tree["patient"]["birthDate"] = json!(text);
        let birth = exam(&tree).patient.unwrap().birth_date.unwrap();
        assert_eq!(birth.as_str(), text);
    }
}

#[test]
fn contact_data_may_be_missing_null_or_empty() {
    let contact = |tree: &Value| {
        let patient = exam(tree).patient.unwrap();
        let birth = patient.birth_date.map(|date| date.as_str().to_owned());
        [patient.email, patient.phone, birth]
    };
    let mut tree = full_sample();
    for name in ["email", "phone", "birthDate"] {
        tree["patient"][name] = json!("");
    }
    assert_eq!(contact(&tree), [const { Some(String::new()) }; 3]);
    for name in ["email", "phone", "birthDate"] {
        tree["patient"][name] = Value::Null;
    }
    assert_eq!(contact(&tree), [const { None }; 3]);
    for name in ["email", "phone", "birthDate"] {
        tree["patient"].as_object_mut().unwrap().remove(name);
    }
    assert_eq!(contact(&tree), [const { None }; 3]);
}
