//! Attendances. The vendor names no field of them, so any JSON object is accepted.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::Value;

use crate::sandbox::checks::admit;
use crate::sandbox::errors::Refusal;
use crate::sandbox::state::Laboratory;

/// `POST /api/v1/attendance/`. Without the slash the framework redirects to it.
pub(super) fn send(laboratory: &Laboratory, request: &Request) -> Result<Answer, Refusal> {
    if !request.raw_path().ends_with('/') {
        return Err(Refusal::other_slash(request));
    }
    admit(laboratory, request)?;
    let kind = request.media_type();
    if kind != "application/json" {
        return Err(Refusal::media_type(&kind));
    }
    let Some(json) = request.json() else {
        let text = "JSON parse error - Expecting value: line 1 column 1 (char 0)";
        return Err(Refusal::detail(StatusCode::BAD_REQUEST, text));
    };
    let Value::Object(members) = &json else {
        let text = "Dados inválidos. Necessário um dicionário.";
        return Err(Refusal::field("non_field_errors", text));
    };
    let required = laboratory.settings.required_fields.iter();
    let missing: Vec<&str> = required
        .map(String::as_str)
        .filter(|name| members.get(*name).is_none_or(Value::is_null))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::fields(missing, "Este campo é obrigatório."));
    }
    laboratory.keep_attendance(json, request.body());
    Ok(laboratory.settings.attendance_answer.answer())
}
