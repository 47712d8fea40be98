//! The endpoints, and what else makes the backend the vendor of a sandbox.

mod configuration;
mod folders;
mod prescriptions;
mod sessions;

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use common_http::Result;
use common_http::sandbox::{Answer, Host, Listen, Request, Route, Vendor};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::client::{MedReaderClient, MedReaderClientBuilder};
use crate::sandbox::errors::Refusal;
use crate::sandbox::readings;
use crate::sandbox::settings::Settings;
use crate::sandbox::state::Backend;
use crate::sandbox::webhooks;

macro_rules! route {
    ($operation:literal, $method:ident, $path:literal, $handler:path) => {
        Route::new($operation, Method::$method, $path, |backend, request| {
            backend.answer(request, $handler)
        })
    };
}

static ROUTES: [Route<Backend>; 8] = [
    route!(
        "medreader.sessions.open",
        POST,
        "/api/v1/auth/login",
        sessions::open
    ),
    route!(
        "medreader.folders.create",
        POST,
        "/api/v1/folders",
        folders::create
    ),
    route!(
        "medreader.folders.get",
        GET,
        "/api/v1/folders/{folder-id}",
        folders::get
    ),
    route!(
        "medreader.prescriptions.upload",
        POST,
        "/api/v1/prescription-files",
        prescriptions::upload
    ),
    route!(
        "medreader.prescriptions.result",
        GET,
        "/api/v1/prescriptions/{prescription-id}/result",
        prescriptions::result
    ),
    route!(
        "medreader.prescriptions.results",
        GET,
        "/api/v1/prescriptions/results",
        prescriptions::results
    ),
    route!(
        "medreader.configuration.get",
        GET,
        "/api/v1/tenant/configurations",
        configuration::get
    ),
    route!(
        "medreader.configuration.update",
        PUT,
        "/api/v1/tenant/configurations",
        configuration::update
    ),
];

impl Vendor for Backend {
    type Settings = Settings;
    type Client = MedReaderClient;
    type ClientBuilder = MedReaderClientBuilder;

    fn listen(settings: &Settings) -> Vec<Listen> {
        vec![Listen {
            port: settings.port,
            header_case: settings.header_case,
            body_limit: settings.body_limit,
        }]
    }

    fn new(settings: Settings, host: Host) -> io::Result<Self> {
        Self::new(settings, host)
    }

    fn client_builder(&self) -> MedReaderClientBuilder {
        let settings = &self.settings;
        MedReaderClient::builder()
            .base_url(&self.url)
            .tenant(&*settings.tenant_id)
            .credentials(&*settings.email, &*settings.password)
    }

    fn build(builder: MedReaderClientBuilder) -> Result<MedReaderClient> {
        builder.build()
    }

    fn routes() -> &'static [Route<Self>] {
        &ROUTES
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        let is_login = request.raw_path() == "/api/v1/auth/login";
        let refusal = if is_login && status == StatusCode::TOO_MANY_REQUESTS {
            Refusal::attempts(None)
        } else {
            Refusal::other(status)
        };
        refusal.answer(self.settings.error_shape)
    }

    fn drift(_operation: &'static str, body: &mut Value) {
        readings::drift(body);
    }

    fn background(self: &Arc<Self>) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        Some(Box::pin(webhooks::send(Arc::clone(self))))
    }
}
