//! How the vendor's answers may change without notice.

use common_http::sandbox::add_unknown_fields;
use serde_json::{Value, json};

/// Changes an answer as the vendor may.
///
/// Every object gets undocumented fields. Some exams of a list get undocumented codes, others
/// blocks that are null. A session gets null for all that is not needed. Ids, keys and error codes
/// stay.
pub(super) fn drift(operation: &'static str, body: &mut Value) {
    match (operation, &mut *body) {
        ("biologix.exams.list", Value::Array(exams)) => {
            for (index, exam) in exams.iter_mut().enumerate() {
                if exam.is_object() {
                    drift_exam(index, exam);
                }
            }
        }
        ("biologix.sessions.open", Value::Object(session)) if session.contains_key("userId") => {
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
