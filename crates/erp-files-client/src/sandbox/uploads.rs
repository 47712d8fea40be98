//! The first and the last step of an upload: a URL is issued, and what was stored becomes a file.

use std::time::Duration;

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::json;

use crate::sandbox::address::Signed;
use crate::sandbox::errors::Refusal;
use crate::sandbox::ledger::Address;
use crate::sandbox::readings::{AddressShape, NothingUploaded, RepeatedInitialize};
use crate::sandbox::state::Clinic;

/// The longest life of a signed URL: beyond any test, and within what the time type holds.
const LONGEST: Duration = Duration::from_secs(1 << 33);

/// `POST .../files/initialize/{fileName}`.
pub(super) fn initialize(clinic: &Clinic, request: &Request) -> Result<Answer, Refusal> {
    let settings = &clinic.settings;
    let name = request.arg("fileName");
    if name.is_empty() {
        return Err(Refusal::not_found());
    }
    let (start, life) = (clinic.now(), settings.address_life.min(LONGEST));
    let target = clinic.ledger(|ledger| {
        let place = ledger.place(request.arg("patientId"), request.arg("analysisId"), name);
        let found = &mut ledger.places[place];
        let reserved =
            found.started && settings.repeated_initialize == RepeatedInitialize::Conflict;
        if found.file.is_some() || reserved {
            return Err(Refusal::name_is_taken(name));
        }
        found.started = true;
        let signed = Signed {
            kind: settings.storage,
            place,
            name,
            number: ledger.number_of_next_address(),
            start,
            life,
        };
        let end = start + life;
        ledger.issue(signed.target(), Address { place, start, end });
        Ok(if settings.unencoded_addresses {
            signed.unencoded_target()
        } else {
            signed.target()
        })
    })?;
    let own = format!("{}{target}", clinic.storage_url());
    let url = match &settings.upload_addresses {
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
    let now = clinic.now();
    let elsewhere = clinic.settings.upload_addresses.is_some();
    clinic.ledger(|ledger| {
        let place = ledger.place(request.arg("patientId"), request.arg("analysisId"), name);
        let found = &ledger.places[place];
        if found.started && (found.blob.is_some() || elsewhere) {
            ledger.finalize(place, now);
            return Ok(Answer::new(StatusCode::OK));
        }
        let status = match clinic.settings.nothing_uploaded {
            NothingUploaded::NotFound => StatusCode::NOT_FOUND,
            NothingUploaded::Conflict => StatusCode::CONFLICT,
        };
        Err(Refusal::nothing_uploaded(status, name))
    })
}
