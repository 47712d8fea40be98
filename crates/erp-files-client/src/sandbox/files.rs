//! Finalized files: list, send flag, deletion.

use std::time::SystemTime;

use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::sandbox::errors::Refusal;
use crate::sandbox::ledger::{File, id_json};
use crate::sandbox::readings::{Casing, ListShape, SendFlag};
use crate::sandbox::state::Clinic;

/// `GET .../files`. The members are guesses in the vendor's case: the document's example is blank.
pub(super) fn list(clinic: &Clinic, request: &Request) -> Result<Answer, Refusal> {
    let settings = &clinic.settings;
    let entries: Vec<Value> = clinic.ledger(|ledger| {
        let files = ledger.files(request.arg("patientId"), request.arg("analysisId"));
        let entry = |(name, number, is_send, created): (&str, u32, bool, SystemTime)| {
            let members = [
                ("Id", id_json(number, settings.file_ids)),
                ("FileName", json!(name)),
                ("IsSend", json!(is_send)),
                ("DateCr", json!(date(number, created))),
            ];
            let members = members
                .into_iter()
                .map(|(name, value)| (cased(name, settings.casing), value));
            Value::Object(members.collect())
        };
        let files = files
            .into_iter()
            .map(|(place, file)| (place.name.as_str(), file.number, file.is_send, file.created));
        files.map(entry).collect()
    });
    let list = match &settings.list_shape {
        ListShape::Bare => json!(entries),
        ListShape::Wrapped(name) => Value::Object(Map::from_iter([(
            cased(name, settings.casing),
            json!(entries),
        )])),
    };
    Ok(Answer::json(StatusCode::OK, list.to_string()))
}

/// In turn as in the vendor's examples, and as its framework writes a time without a zone.
fn date(number: u32, created: SystemTime) -> String {
    match number % 2 {
        1 => rfc3339(created, 3),
        _ => rfc3339(created, 7).trim_end_matches('Z').to_owned(),
    }
}

fn cased(name: &str, casing: Casing) -> String {
    let mut letters = name.chars();
    let first = letters.next();
    let first: String = match casing {
        Casing::Pascal => first.into_iter().flat_map(char::to_uppercase).collect(),
        Casing::Camel => first.into_iter().flat_map(char::to_lowercase).collect(),
    };
    first + letters.as_str()
}

/// `PATCH .../files/{id}`.
pub(super) fn set_send(clinic: &Clinic, request: &Request) -> Result<Answer, Refusal> {
    let settings = &clinic.settings;
    let place = settings.send_flag;
    let in_query = request.query("isSend").filter(|_| place != SendFlag::Body);
    let is_send = match in_query {
        Some(text) => text.to_ascii_lowercase().parse().ok(),
        None if place == SendFlag::Query => None,
        None => in_body(request)?,
    };
    let Some(is_send) = is_send else {
        return Err(Refusal::field("isSend", "The isSend field is required."));
    };
    change(clinic, request, |file| {
        if let Some(file) = file {
            file.is_send = is_send;
        }
    })
}

/// `isSend` in a JSON body, in any case, as the framework reads it.
fn in_body(request: &Request) -> Result<Option<bool>, Refusal> {
    if request.body().is_empty() {
        return Ok(None);
    }
    if request.media_type() != "application/json" {
        return Err(Refusal::media_type());
    }
    let body = request.json().unwrap_or_default();
    let members = body.as_object().into_iter().flatten();
    let flag = members
        .filter(|(name, _)| name.eq_ignore_ascii_case("isSend"))
        .find_map(|(_, value)| value.as_bool());
    Ok(flag)
}

/// `DELETE .../files/{id}`.
pub(super) fn delete(clinic: &Clinic, request: &Request) -> Result<Answer, Refusal> {
    change(clinic, request, |file| *file = None)
}

/// Changes the file that the request names.
fn change(
    clinic: &Clinic,
    request: &Request,
    action: impl FnOnce(&mut Option<File>),
) -> Result<Answer, Refusal> {
    let (patient, analysis) = (request.arg("patientId"), request.arg("analysisId"));
    clinic.ledger(|ledger| {
        let place = ledger
            .of_id(request.arg("id"), clinic.settings.file_ids)
            .filter(|place| place.patient == patient && place.analysis == analysis)
            .ok_or_else(Refusal::not_found)?;
        action(&mut place.file);
        if place.file.is_none() {
            place.blob = None;
        }
        Ok(Answer::new(StatusCode::OK))
    })
}
