//! How the vendor's answers may change without notice.

use common_http::sandbox::add_unknown_fields;
use serde_json::{Value, json};

use super::vendor::{EXAMS_LIST, SESSIONS_OPEN};

/// Drifts an answer: undocumented fields in every object; in a list codes that nobody documented and blocks that are
/// null, each in some of the exams; in a session all null that nobody needs. Ids, keys and error codes stay.
pub(super) fn drift(operation: &'static str, body: &mut Value) {
    match (operation, &mut *body) {
        (EXAMS_LIST, Value::Array(exams)) => {
            for (index, exam) in exams.iter_mut().enumerate() {
                if exam.is_object() {
                    drift_exam(index, exam);
                }
            }
        }
        (SESSIONS_OPEN, Value::Object(session)) if session.contains_key("userId") => {
            for name in ["sessionId", "tokenStart", "mfaVerified"] {
                session.insert(name.to_owned(), Value::Null);
            }
        }
        _ => {}
    }
    add_unknown_fields(body);
}

fn drift_exam(index: usize, exam: &mut Value) {
    match index % 4 {
        0 => exam["status"] = json!(42),
        1 => exam["type"] = json!(9),
        2 => exam["base"] = Value::Null,
        _ => exam["result"] = Value::Null,
    }
    if let Some(patient) = exam
        .get_mut("patient")
        .filter(|patient| patient.is_object())
    {
        patient["gender"] = json!("x");
        patient["phone"] = Value::Null;
    }
    if let Some(oximetry) = exam
        .pointer_mut("/result/oximetry")
        .filter(|block| block.is_object())
    {
        oximetry["odiCategory"] = json!(8);
        oximetry["hrMax"] = Value::Null;
    }
}
