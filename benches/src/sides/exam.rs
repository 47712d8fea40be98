//! The types that a user would derive, with the fields that ours have, and nothing more.

#![allow(dead_code, reason = "only decoded")]

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exam {
    exam_id: String,
    exam_key: Option<String>,
    status: Option<i64>,
    r#type: Option<i64>,
    patient_user_id: Option<String>,
    issued_by: Option<IssuedBy>,
    oxistar: Option<Oxistar>,
    partner_sleep_study: Option<PartnerSleepStudy>,
    after_questions: Option<AfterQuestions>,
    base: Option<Base>,
    result: Option<Measured>,
    patient: Option<Patient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    start_time: Option<String>,
    duration_secs: Option<f64>,
    conditions: Option<Vec<String>>,
    treatments: Option<Vec<String>>,
    symptoms: Option<Vec<String>>,
    symptoms_updated_time: Option<String>,
    illnesses: Option<Vec<String>>,
    illnesses_updated_time: Option<String>,
    medicines: Option<Vec<String>>,
    medicines_updated_time: Option<String>,
    weight_kg: Option<f64>,
    weight_kg_updated_time: Option<String>,
    height_cm: Option<f64>,
    height_cm_updated_time: Option<String>,
    app_model_name: Option<String>,
}

#[derive(Deserialize)]
struct Measured {
    snoring: Option<Snoring>,
    oximetry: Option<Oximetry>,
    cardiology: Option<Cardiology>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snoring {
    valid_duration_secs: Option<f64>,
    snoring_duration_secs: Option<f64>,
    silent_duration_percent: Option<f64>,
    low_duration_percent: Option<f64>,
    medium_duration_percent: Option<f64>,
    high_duration_percent: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Oximetry {
    valid_duration_secs: Option<f64>,
    nb_desaturations: Option<f64>,
    odi: Option<f64>,
    odi_sleeping: Option<f64>,
    hypoxic_burden: Option<f64>,
    odi_category: Option<i64>,
    #[serde(rename = "spO2Min")]
    spo2_min: Option<f64>,
    #[serde(rename = "spO2Avg")]
    spo2_avg: Option<f64>,
    #[serde(rename = "spO2Max")]
    spo2_max: Option<f64>,
    #[serde(rename = "spO2Under90Secs")]
    spo2_under_90_secs: Option<f64>,
    #[serde(rename = "spO2Under80Secs")]
    spo2_under_80_secs: Option<f64>,
    hr_min: Option<f64>,
    hr_avg: Option<f64>,
    hr_max: Option<f64>,
    sleep_latency_secs: Option<f64>,
    sleep_duration_secs: Option<f64>,
    sleep_efficiency_percent: Option<f64>,
    wake_time_after_sleep_secs: Option<f64>,
    nb_hypoxemia_events: Option<f64>,
    hypoxemia_total_duration_secs: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cardiology {
    af_notification: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    name: Option<String>,
    username: Option<String>,
    gender: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    birth_date: Option<String>,
    age: Option<f64>,
}

#[derive(Deserialize)]
struct IssuedBy {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Oxistar {
    serial_number: Option<i64>,
}

#[derive(Deserialize)]
struct PartnerSleepStudy {
    report: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AfterQuestions {
    sleep_quality: Option<String>,
    sleep_comparison: Option<String>,
    comments: Option<String>,
    last_answered_time: Option<String>,
}
