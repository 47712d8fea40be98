//! The operations of MedReader.

use common_http::sandbox::old::{Route, Vendor};
use common_http::sandbox::{Answer, Request};
use http::{Method, StatusCode};
use serde_json::Value;

use super::{Backend, configuration, drift, errors::Refusal, folders, login, results, upload};

/// The operation that logs in: `POST /api/v1/auth/login`.
pub const AUTH_LOGIN: &str = "medreader.sessions.open";
/// The operation that creates a folder: `POST /api/v1/folders`.
pub const FOLDERS_CREATE: &str = "medreader.folders.create";
/// The operation that gets a folder: `GET /api/v1/folders/{folder-id}`.
pub const FOLDERS_GET: &str = "medreader.folders.get";
/// The operation that uploads a prescription's file: `POST /api/v1/prescription-files`.
pub const PRESCRIPTIONS_UPLOAD: &str = "medreader.prescriptions.upload";
/// The operation that gets one result: `GET /api/v1/prescriptions/{prescription-id}/result`.
pub const PRESCRIPTIONS_RESULT: &str = "medreader.prescriptions.result";
/// The operation that lists a folder's results: `GET /api/v1/prescriptions/results?folder-id=`.
pub const PRESCRIPTIONS_RESULTS: &str = "medreader.prescriptions.results";
/// The operation that gets the tenant's configuration: `GET /api/v1/tenant/configurations`.
pub const CONFIGURATION_GET: &str = "medreader.configuration.get";
/// The operation that changes the tenant's configuration: `PUT /api/v1/tenant/configurations`.
pub const CONFIGURATION_UPDATE: &str = "medreader.configuration.update";

static ROUTES: [Route; 8] = [
    Route::new(AUTH_LOGIN, Method::POST, "/api/v1/auth/login"),
    Route::new(FOLDERS_CREATE, Method::POST, "/api/v1/folders"),
    Route::new(FOLDERS_GET, Method::GET, "/api/v1/folders/{folder-id}"),
    Route::new(
        PRESCRIPTIONS_UPLOAD,
        Method::POST,
        "/api/v1/prescription-files",
    ),
    Route::new(
        PRESCRIPTIONS_RESULT,
        Method::GET,
        "/api/v1/prescriptions/{prescription-id}/result",
    ),
    Route::new(
        PRESCRIPTIONS_RESULTS,
        Method::GET,
        "/api/v1/prescriptions/results",
    ),
    Route::new(
        CONFIGURATION_GET,
        Method::GET,
        "/api/v1/tenant/configurations",
    ),
    Route::new(
        CONFIGURATION_UPDATE,
        Method::PUT,
        "/api/v1/tenant/configurations",
    ),
];

/// The vendor behind the plumbing.
pub(super) struct MedReader(pub(super) Backend);

impl Vendor for MedReader {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, operation: &'static str, request: &Request) -> Answer {
        let answer = self.0.turn(|turn| match operation {
            AUTH_LOGIN => login::login(turn, request),
            FOLDERS_CREATE => folders::create(turn, request),
            FOLDERS_GET => folders::get(turn, request),
            PRESCRIPTIONS_UPLOAD => upload::upload(turn, request),
            PRESCRIPTIONS_RESULT => results::one(turn, request),
            PRESCRIPTIONS_RESULTS => results::of_folder(turn, request),
            CONFIGURATION_GET => configuration::get(turn, request),
            _ => configuration::update(turn, request),
        });
        answer.unwrap_or_else(|refusal| self.refused(refusal))
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        let login = request.raw_path() == "/api/v1/auth/login";
        self.refused(match status {
            StatusCode::TOO_MANY_REQUESTS if login => Refusal::attempts(),
            _ => Refusal::other(status),
        })
    }

    fn drift(&self, operation: &'static str, body: &mut Value) {
        drift::drift(operation, body);
    }
}

impl MedReader {
    fn refused(&self, refusal: Refusal) -> Answer {
        refusal.answer(self.0.settings().error_shape)
    }
}
