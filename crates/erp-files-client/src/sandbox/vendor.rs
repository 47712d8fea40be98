//! The operations of the ERP, and what every call of them must have.

use common_http::sandbox::old::{Route, Vendor};
use common_http::sandbox::{Answer, Request, add_unknown_fields};
use http::{Method, StatusCode};
use serde_json::Value;

use super::{Clinic, errors::Refusal, files, tokens, uploads};

/// The operation that asks for an access token: `POST /connect/token`.
pub const OAUTH_TOKEN: &str = "erp.oauth.token";
/// The operation that begins an upload: `POST .../files/initialize/{fileName}`.
pub const FILES_INITIALIZE: &str = "erp.files.initialize";
/// The operation that sends a file to the signed address: `PUT /storage/...` on the storage's own host.
pub const FILES_TRANSFER: &str = "erp.files.transfer";
/// The operation that ends an upload: `POST .../files/{fileName}`.
pub const FILES_FINALIZE: &str = "erp.files.finalize";
/// The operation that lists the files of an analysis: `GET .../files`.
pub const FILES_LIST: &str = "erp.files.list";
/// The operation that says whether a file may be sent: `PATCH .../files/{id}`.
pub const FILES_SET_SEND: &str = "erp.files.set_send";
/// The operation that deletes a file: `DELETE .../files/{id}`.
pub const FILES_DELETE: &str = "erp.files.delete";

static ROUTES: [Route; 6] = [
    Route::new(OAUTH_TOKEN, Method::POST, "/connect/token"),
    Route::new(
        FILES_INITIALIZE,
        Method::POST,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/initialize/{fileName}",
    ),
    Route::new(
        FILES_FINALIZE,
        Method::POST,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{fileName}",
    ),
    Route::new(
        FILES_LIST,
        Method::GET,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files",
    ),
    Route::new(
        FILES_SET_SEND,
        Method::PATCH,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
    ),
    Route::new(
        FILES_DELETE,
        Method::DELETE,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
    ),
];

/// The ERP and its token endpoint behind the plumbing.
pub(super) struct Erp(pub(super) Clinic);

impl Vendor for Erp {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, operation: &'static str, request: &Request) -> Answer {
        let clinic = &self.0;
        if operation == OAUTH_TOKEN {
            return tokens::token(clinic, request);
        }
        let answer = admit(clinic, request).and_then(|()| match operation {
            FILES_INITIALIZE => uploads::initialize(clinic, request),
            FILES_FINALIZE => uploads::finalize(clinic, request),
            FILES_LIST => Ok(files::list(clinic, request)),
            FILES_SET_SEND => files::set_send(clinic, request),
            _ => files::delete(clinic, request),
        });
        answer.unwrap_or_else(|refusal| refusal.answer(clinic.settings().error_shape))
    }

    fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
        Refusal::plumbing(status)
    }

    /// Undocumented fields everywhere; in a list every second date is null.
    fn drift(&self, operation: &'static str, body: &mut Value) {
        if operation == FILES_LIST {
            let entries = body.as_array_mut().into_iter().flatten();
            for entry in entries.step_by(2) {
                let members = entry.as_object_mut().into_iter().flatten();
                for (_, value) in members.filter(|(name, _)| name.eq_ignore_ascii_case("dateCr")) {
                    *value = Value::Null;
                }
            }
        }
        add_unknown_fields(body);
    }
}

/// What comes before every call's own business, in the order in which the servers of such a vendor see it: a length, a token,
/// an analysis that is there.
fn admit(clinic: &Clinic, request: &Request) -> Result<(), Refusal> {
    let settings = clinic.settings();
    let has_length = request.headers().contains_key("content-length")
        || request.headers().contains_key("transfer-encoding");
    if settings.length_required && *request.method() == Method::POST && !has_length {
        return Err(Refusal::length_required());
    }
    tokens::authorize(clinic, request)?;
    let asked = (request.arg("patientId"), request.arg("analysisId"));
    let is_known = |known: &(String, String)| (known.0.as_str(), known.1.as_str()) == asked;
    match &settings.analyses {
        Some(analyses) if !analyses.iter().any(is_known) => Err(Refusal::not_found()),
        _ => Ok(()),
    }
}
