//! How the vendor's answers may change without notice.

use common_http::sandbox::add_unknown_fields;
use serde_json::{Map, Value, json};

use super::vendor::{
    AUTH_LOGIN, CONFIGURATION_GET, CONFIGURATION_UPDATE, FOLDERS_CREATE, FOLDERS_GET,
    PRESCRIPTIONS_RESULT, PRESCRIPTIONS_UPLOAD,
};

/// Drifts an answer: undocumented fields in every object, a status that nobody documented, integers as floats, and
/// null where nothing is needed. Ids, tokens and error words stay.
pub(super) fn drift(operation: &'static str, body: &mut Value) {
    if let Value::Object(members) = body {
        let nulls: &[&str] = match operation {
            AUTH_LOGIN => &["user"],
            FOLDERS_CREATE | FOLDERS_GET => &["updated_at", "child_folders"],
            PRESCRIPTIONS_UPLOAD => &["file_path", "processed", "message"],
            PRESCRIPTIONS_RESULT => &["prescription_confidence_notes", "folder_fullpath"],
            CONFIGURATION_GET | CONFIGURATION_UPDATE => &["s3_region"],
            _ => &["folder_fullpath"],
        };
        for name in nulls {
            if let Some(member) = members.get_mut(*name) {
                *member = Value::Null;
            }
        }
        drift_values(members);
        let listed = members.get_mut("results").and_then(Value::as_array_mut);
        for result in listed
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            drift_values(result);
        }
    }
    add_unknown_fields(body);
}

fn drift_values(members: &mut Map<String, Value>) {
    for (name, value) in members {
        match name.as_str() {
            "status" => *value = json!("sandbox_unknown_status"),
            "expires_in"
            | "prescription_files_count"
            | "file_size"
            | "prescription_confidence_score" => {
                if let Some(number) = value.as_f64() {
                    *value = json!(number);
                }
            }
            _ => {}
        }
    }
}
