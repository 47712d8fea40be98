//! The first and the last step of an upload: an address is given, and what was stored becomes a file.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::json;

use super::{
    AddressShape, Clinic, NothingUploaded, RepeatedInitialize, address::Signed, errors::Refusal,
    ledger::Address,
};

/// `POST .../files/initialize/{fileName}`.
pub(super) fn initialize(clinic: &Clinic, request: &Request) -> Result<Answer, Refusal> {
    let settings = clinic.settings();
    let name = request.arg("fileName");
    if name.is_empty() {
        return Err(Refusal::not_found());
    }
    let start = clinic.clock().now();
    let target = clinic.ledger(|ledger| {
        let place = ledger.place(request.arg("patientId"), request.arg("analysisId"), name);
        let found = &mut ledger.places[place];
        let reserved = found.begun && settings.repeated_initialize == RepeatedInitialize::Conflict;
        if found.file.is_some() || reserved {
            return Err(Refusal::name_is_taken(name));
        }
        found.begun = true;
        let signed = Signed {
            kind: settings.storage,
            place,
            name,
            number: ledger.number_of_next_address(),
            start,
            life: settings.address_life,
        };
        let end = start + settings.address_life;
        ledger.give(signed.target(), Address { place, start, end });
        Ok(match settings.unencoded_addresses {
            true => signed.unencoded_target(),
            false => signed.target(),
        })
    })?;
    let own = format!("{}{target}", clinic.storage_url());
    let url = match &settings.make_address {
        Some(make) => make(&own),
        None => own,
    };
    Ok(match &settings.address_shape {
        AddressShape::Text => Answer::new(StatusCode::OK).body("text/plain; charset=utf-8", url),
        AddressShape::JsonString => Answer::json(StatusCode::OK, json!(url).to_string()),
        AddressShape::Member(name) => {
            Answer::json(StatusCode::OK, json!({ name.as_str(): url }).to_string())
        }
    })
}

/// `POST .../files/{fileName}`.
pub(super) fn finalize(clinic: &Clinic, request: &Request) -> Result<Answer, Refusal> {
    let name = request.arg("fileName");
    let now = clinic.clock().now();
    let elsewhere = clinic.settings().make_address.is_some();
    clinic.ledger(|ledger| {
        let place = ledger.place(request.arg("patientId"), request.arg("analysisId"), name);
        let found = &ledger.places[place];
        if found.begun && (found.blob.is_some() || elsewhere) {
            ledger.finalize(place, now);
            return Ok(Answer::new(StatusCode::OK));
        }
        let status = match clinic.settings().nothing_uploaded {
            NothingUploaded::NotFound => StatusCode::NOT_FOUND,
            NothingUploaded::Conflict => StatusCode::CONFLICT,
        };
        Err(Refusal::nothing_uploaded(status, name))
    })
}
