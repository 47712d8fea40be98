//! The operations of Gensoft, and the vendor behind the sandbox.

use std::io;

use common_http::Result;
use common_http::sandbox::{Answer, Host, Listen, Request, Route, Vendor, add_unknown_fields};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::client::{GensoftClient, GensoftClientBuilder};
use crate::sandbox::errors::Refusal;
use crate::sandbox::readings::KeyForm;
use crate::sandbox::settings::Settings;
use crate::sandbox::state::Laboratory;
use crate::sandbox::{attendances, reports};

/// Each path with and without its slash, so that a call whose slash is wrong is logged as what it
/// was meant to be.
static ROUTES: [Route<Laboratory>; 4] = [
    send_at("/api/v1/attendance/"),
    send_at("/api/v1/attendance"),
    upload_at("/api/v1/results/upload/execution/{executionId}"),
    upload_at("/api/v1/results/upload/execution/{executionId}/"),
];

const fn send_at(path: &'static str) -> Route<Laboratory> {
    Route::new(
        "gensoft.attendances.send",
        Method::POST,
        path,
        |laboratory, request| {
            attendances::send(laboratory, request).unwrap_or_else(Refusal::answer)
        },
    )
}

const fn upload_at(path: &'static str) -> Route<Laboratory> {
    Route::new(
        "gensoft.reports.upload",
        Method::PUT,
        path,
        |laboratory, request| reports::upload(laboratory, request).unwrap_or_else(Refusal::answer),
    )
}

impl Vendor for Laboratory {
    type Settings = Settings;
    type Client = GensoftClient;
    type ClientBuilder = GensoftClientBuilder;

    fn listen(settings: &Settings) -> Vec<Listen> {
        vec![settings.listen()]
    }

    fn new(settings: Settings, host: Host) -> io::Result<Self> {
        Self::at(settings, host)
    }

    fn client_builder(&self) -> GensoftClientBuilder {
        let builder = GensoftClient::builder()
            .base_url(&self.url)
            .api_key(self.api_key());
        match &self.settings.key_form {
            KeyForm::Prefixed(prefix) => builder.auth_prefix(prefix),
            KeyForm::Bare | KeyForm::Any => builder,
        }
    }

    fn build(builder: GensoftClientBuilder) -> Result<GensoftClient> {
        builder.build()
    }

    fn routes() -> &'static [Route<Self>] {
        &ROUTES
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        Refusal::of_status(status, request).answer()
    }

    fn drift(_operation: &'static str, body: &mut Value) {
        add_unknown_fields(body);
    }
}
