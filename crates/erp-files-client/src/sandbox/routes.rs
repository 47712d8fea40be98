//! The endpoints, and what else makes a clinic the vendor of a sandbox.

use std::io;

use common_http::Result;
use common_http::sandbox::{Answer, Host, Listen, Request, Route, Vendor, add_unknown_fields};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::auth::ClientCredentials;
use crate::client::{ErpFilesClient, ErpFilesClientBuilder};
use crate::sandbox::errors::Refusal;
use crate::sandbox::settings::Settings;
use crate::sandbox::state::Clinic;
use crate::sandbox::{files, sessions, storage, uploads};

/// The address of the storage, which is another than that of the ERP.
const STORAGE: usize = 1;

static ROUTES: [Route<Clinic>; 7] = [
    Route::new(
        "erp.sessions.open",
        Method::POST,
        "/connect/token",
        sessions::open,
    ),
    Route::new(
        "erp.files.initialize",
        Method::POST,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/initialize/{fileName}",
        |clinic, request| admitted(clinic, request, uploads::initialize),
    ),
    Route::new(
        "erp.files.transfer",
        Method::PUT,
        "/storage/{place}/{fileName}",
        storage::transfer,
    )
    .at(STORAGE),
    Route::new(
        "erp.files.finalize",
        Method::POST,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{fileName}",
        |clinic, request| admitted(clinic, request, uploads::finalize),
    ),
    Route::new(
        "erp.files.list",
        Method::GET,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files",
        |clinic, request| admitted(clinic, request, files::list),
    ),
    Route::new(
        "erp.files.set_send",
        Method::PATCH,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
        |clinic, request| admitted(clinic, request, files::set_send),
    ),
    Route::new(
        "erp.files.delete",
        Method::DELETE,
        "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
        |clinic, request| admitted(clinic, request, files::delete),
    ),
];

impl Vendor for Clinic {
    type Settings = Settings;
    type Client = ErpFilesClient;
    type ClientBuilder = ErpFilesClientBuilder;

    fn listen(settings: &Settings) -> Vec<Listen> {
        let erp = Listen {
            port: settings.port,
            header_case: settings.header_case,
            ..Listen::default()
        };
        let storage = Listen {
            port: settings.storage_port,
            body_limit: settings.largest_file,
            ..erp
        };
        vec![erp, storage]
    }

    fn new(settings: Settings, host: Host) -> io::Result<Self> {
        Self::new(settings, host)
    }

    fn client_builder(&self) -> ErpFilesClientBuilder {
        let (id, secret) = (&self.settings.client_id, &self.settings.client_secret);
        let credentials = ClientCredentials::new(id.as_str(), secret.as_str());
        ErpFilesClient::builder()
            .base_url(&self.url)
            .credentials(credentials.token_url(self.token_url()))
    }

    fn build(builder: ErpFilesClientBuilder) -> Result<ErpFilesClient> {
        builder.build()
    }

    fn routes() -> &'static [Route<Self>] {
        &ROUTES
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        if request.address() == STORAGE {
            storage::refusal(self, status)
        } else {
            Refusal::of_server(status)
        }
    }

    /// Undocumented fields everywhere. In a list, every second date is null.
    fn drift(operation: &'static str, body: &mut Value) {
        if operation == "erp.files.list" {
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

type Act = fn(&Clinic, &Request) -> std::result::Result<Answer, Refusal>;

/// Acts on a request to the ERP that is admitted.
fn admitted(clinic: &Clinic, request: &Request, act: Act) -> Answer {
    let answer = admit(clinic, request).and_then(|()| act(clinic, request));
    answer.unwrap_or_else(|refusal| refusal.answer(clinic.settings.error_shape))
}

/// Checks length, token and analysis, in the order of such a vendor's servers.
fn admit(clinic: &Clinic, request: &Request) -> std::result::Result<(), Refusal> {
    let settings = &clinic.settings;
    let has_length = request.headers().contains_key("content-length")
        || request.headers().contains_key("transfer-encoding");
    if settings.length_required && *request.method() == Method::POST && !has_length {
        return Err(Refusal::length_required());
    }
    sessions::authorize(clinic, request)?;
    let requested = (request.arg("patientId"), request.arg("analysisId"));
    let is_known = |known: &(String, String)| (known.0.as_str(), known.1.as_str()) == requested;
    match &settings.analyses {
        Some(analyses) if !analyses.iter().any(is_known) => Err(Refusal::not_found()),
        _ => Ok(()),
    }
}
