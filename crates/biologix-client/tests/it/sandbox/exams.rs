//! The synthetic exams have everything that was documented or observed.

use std::collections::{BTreeMap, BTreeSet};

use biologix_client::sandbox::{Fault, Sandbox, Settings};
use serde_json::Value;

use super::wire::{list, log_in};

async fn exams(seed: u64, count: usize, drift: bool) -> Vec<Value> {
    let sandbox = Sandbox::with(Settings {
        seed,
        exams: count,
        drift,
        ..Settings::default()
    })
    .await
    .unwrap();
    let texts = sandbox
        .exam_ids()
        .into_iter()
        .map(|id| sandbox.exam_json(&id).unwrap());
    texts
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect()
}

fn count<T: Ord>(of: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    of.fold(BTreeMap::new(), |mut counts, item| {
        *counts.entry(item).or_default() += 1;
        counts
    })
}

#[tokio::test]
async fn a_seed_gives_the_same_exams_and_another_seed_others() {
    let first = exams(5, 40, false).await;
    assert_eq!(first, exams(5, 40, false).await);
    // An exam depends on its number only: the oldest forty of a longer list are the same.
    assert_eq!(first, exams(5, 90, false).await.split_off(50));
    assert_ne!(first, exams(6, 40, false).await);
}

#[tokio::test]
async fn twenty_exams_have_all_statuses_and_both_types() {
    for seed in 0..20 {
        let exams = exams(seed, 20, false).await;
        let statuses = count(exams.iter().map(|exam| exam["status"].as_i64().unwrap()));
        assert_eq!(
            statuses.keys().copied().collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5, 6, 7]
        );
        assert_eq!(statuses[&6], 12);
        let types = count(exams.iter().map(|exam| exam["type"].as_i64().unwrap()));
        assert_eq!(types.keys().copied().collect::<Vec<_>>(), [0, 1]);
    }
}

#[tokio::test]
async fn ids_and_persons_are_synthetic_and_of_the_observed_shape() {
    let mut names = BTreeMap::new();
    for exam in exams(1, 300, false).await {
        for (name, letters) in [("examId", "BB"), ("patientUserId", "CC")] {
            let id = exam[name].as_str().unwrap();
            let digits = id.strip_suffix(letters).unwrap();
            assert!(digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        }
        let Some(patient) = exam["patient"].as_object() else {
            continue;
        };
        let name = patient["name"].as_str().unwrap().to_owned();
        assert!(name.starts_with("Paciente Fict"));
        assert_eq!(patient["username"], "l|BR_CPF|00000000000");
        let person = (name, patient["gender"].clone());
        let id = exam["patientUserId"].as_str().unwrap().to_owned();
        assert_eq!(
            *names.entry(id).or_insert_with(|| person.clone()),
            person,
            "a person stays who they are"
        );
    }
    assert!(names.len() > 100);
}

#[tokio::test]
async fn blocks_come_as_documented() {
    let (mut snoring_tests, mut sleep_exams) = (0, 0);
    for exam in exams(2, 1_000, false).await {
        let status = exam["status"].as_i64().unwrap();
        assert!(
            status != 0 || exam["base"].is_null(),
            "no base while ISSUED"
        );
        assert!(
            status == 6 || exam["result"].is_null(),
            "no result before DONE"
        );
        let result = &exam["result"];
        if exam["type"] == 0 {
            snoring_tests += usize::from(result["snoring"].is_object());
            assert!(result["oximetry"].is_null() && result["cardiology"].is_null());
        } else {
            sleep_exams += usize::from(result["oximetry"].is_object());
        }
    }
    assert!(snoring_tests > 100 && sleep_exams > 300);
}

/// The form of a member: absent, null, or its JSON type.
fn form(value: Option<&Value>) -> &'static str {
    match value {
        None => "absent",
        Some(Value::Null) => "null",
        Some(Value::String(text)) if text.trim().is_empty() => "empty",
        Some(Value::String(_)) => "text",
        Some(Value::Number(number)) if number.is_f64() => "float",
        Some(Value::Number(_)) => "integer",
        Some(Value::Array(items)) if items.is_empty() => "empty list",
        Some(Value::Array(_)) => "list",
        Some(Value::Object(_)) => "object",
        Some(Value::Bool(_)) => "bool",
    }
}

#[tokio::test]
async fn the_gaps_and_undocumented_fields_from_the_field_all_come_up() {
    let exams = exams(3, 2_000, false).await;
    for (path, forms) in [
        ("/examKey", &["absent", "null", "empty", "text"][..]),
        ("/base", &["absent", "null", "object"]),
        ("/result", &["absent", "null", "object"]),
        ("/patient", &["absent", "null", "object"]),
        ("/issuedBy/name", &["absent", "text"]),
        ("/oxistar/serialNumber", &["absent", "integer"]),
        ("/partnerSleepStudy/report", &["absent", "text"]),
        ("/afterQuestions/sleepQuality", &["absent", "null", "text"]),
        (
            "/afterQuestions/sleepComparison",
            &["absent", "null", "text"],
        ),
        ("/afterQuestions/comments", &["absent", "null", "text"]),
        (
            "/afterQuestions/lastAnsweredTime",
            &["absent", "null", "text"],
        ),
        (
            "/base/durationSecs",
            &["absent", "null", "integer", "float"],
        ),
        (
            "/base/conditions",
            &["absent", "null", "list", "empty list"],
        ),
        ("/base/medicines", &["absent", "null", "list", "empty list"]),
        ("/base/symptomsUpdatedTime", &["absent", "null", "text"]),
        ("/base/weightKg", &["absent", "null", "integer", "float"]),
        ("/base/heightCm", &["absent", "null", "integer", "float"]),
        ("/base/appModelName", &["absent", "null", "text"]),
        ("/result/snoring", &["absent", "null", "object"]),
        (
            "/result/snoring/lowDurationPercent",
            &["absent", "null", "integer", "float"],
        ),
        ("/result/oximetry", &["absent", "null", "object"]),
        ("/result/oximetry/odi", &["absent", "integer", "float"]),
        (
            "/result/oximetry/odiSleeping",
            &["absent", "null", "integer", "float"],
        ),
        (
            "/result/oximetry/hypoxicBurden",
            &["absent", "null", "integer", "float"],
        ),
        (
            "/result/oximetry/spO2Max",
            &["absent", "null", "integer", "float"],
        ),
        ("/result/cardiology/afNotification", &["absent", "integer"]),
        ("/patient/email", &["absent", "null", "empty", "text"]),
        ("/patient/phone", &["absent", "null", "empty", "text"]),
        ("/patient/birthDate", &["absent", "null", "empty", "text"]),
        ("/patient/age", &["absent", "null", "integer"]),
    ] {
        let seen: BTreeSet<_> = exams.iter().map(|exam| form(exam.pointer(path))).collect();
        assert_eq!(seen, forms.iter().copied().collect(), "{path}");
    }
    let codes = |path: &str| {
        count(
            exams
                .iter()
                .filter_map(|exam| exam.pointer(path))
                .map(Value::to_string),
        )
    };
    assert_eq!(
        codes("/result/cardiology/afNotification")
            .into_keys()
            .collect::<Vec<_>>(),
        ["-1", "-2", "0", "1"]
    );
    assert_eq!(
        codes("/result/oximetry/odiCategory")
            .into_keys()
            .collect::<Vec<_>>(),
        ["0", "1", "2", "3"]
    );
    assert_eq!(
        codes("/patient/gender").into_keys().collect::<Vec<_>>(),
        ["\"f\"", "\"m\"", "\"o\""]
    );
    let high = exams
        .iter()
        .filter_map(|exam| exam.pointer("/result/oximetry/odi")?.as_f64())
        .any(|odi| odi > 100.0);
    assert!(high, "values beyond 100 were observed");
}

#[tokio::test]
async fn texts_are_not_all_of_one_style() {
    let sandbox = Sandbox::with(Settings {
        seed: 4,
        exams: 300,
        ..Settings::default()
    })
    .await
    .unwrap();
    let texts: Vec<String> = sandbox
        .exam_ids()
        .iter()
        .map(|id| sandbox.exam_json(id).unwrap())
        .collect();
    for mark in [
        "{\"examId\":\"",
        "{\"examId\": \"",
        "{\r\n\t\"examId\" : \"",
        "\\u00ed",
        "Fictício",
        "1.0E-4",
        "\\/",
    ] {
        assert!(texts.iter().any(|text| text.contains(mark)), "{mark}");
    }
    let times: Vec<_> = texts
        .iter()
        .filter_map(|text| {
            serde_json::from_str::<Value>(text)
                .unwrap()
                .pointer("/base/startTime")?
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    for end in ["00Z", ".678Z", "+00:00", ".678+0000", ":00"] {
        assert!(times.iter().any(|time| time.ends_with(end)), "{end}");
    }
    let token = log_in(&sandbox).await;
    let page = list(&sandbox, &token, "?limit=100").await;
    assert_eq!(page.text(), format!("[{}]", texts[..100].join(",")));
}

#[tokio::test]
async fn drift_brings_what_nobody_documented() {
    let tame = exams(1, 300, false).await;
    let wild = exams(1, 300, true).await;
    let is_odd =
        |exam: &Value| exam["status"] == 42 && exam["type"] == 9 && exam["camposNovos"].is_object();
    assert!(!tame.iter().any(is_odd));
    let odd = wild.iter().filter(|exam| is_odd(exam)).count();
    assert!((10..60).contains(&odd));
    let same = tame.iter().zip(&wild).filter(|(tame, wild)| tame == wild);
    assert_eq!(same.count(), 300 - odd, "the others are as without drift");
    let genders = count(
        wild.iter()
            .filter_map(|exam| exam.pointer("/patient/gender"))
            .map(Value::to_string),
    );
    assert!(genders.contains_key("\"x\""));
}

#[tokio::test]
async fn the_drift_fault_changes_a_page_but_no_id() {
    let sandbox = Sandbox::with(Settings {
        exams: 40,
        ..Settings::default()
    })
    .await
    .unwrap();
    sandbox.spoil_exam("0000039BB").unwrap();
    let token = log_in(&sandbox).await;
    let plain = list(&sandbox, &token, "").await.json();
    sandbox
        .fail_next("biologix.exams.list", Fault::Drift)
        .unwrap();
    let drifted = list(&sandbox, &token, "").await.json();
    let id = |exams: &Value| {
        exams
            .as_array()
            .unwrap()
            .iter()
            .map(|exam| exam["examId"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(id(&drifted), id(&plain));
    let drifted = drifted.as_array().unwrap();
    assert!(
        drifted
            .iter()
            .filter(|exam| exam.is_object())
            .all(|exam| exam["sandboxUnknownBlock"].is_object())
    );
    assert!(
        drifted.iter().any(|exam| exam["status"] == 42)
            && drifted.iter().any(|exam| exam["type"] == 9)
    );
    assert!(
        drifted
            .iter()
            .any(|exam| exam.pointer("/patient/sandboxUnknownText").is_some())
    );
}
