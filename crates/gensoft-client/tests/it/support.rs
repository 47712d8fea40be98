//! Shared by the tests.

use std::sync::Arc;

use common_http::transport::FakeTransport;
use gensoft_client::sandbox::{PathForm, RecordedRequest, ReportForm, Sandbox, Settings};
use gensoft_client::{Answer, Body, CallOptions, ExecutionId, GensoftClient, HttpOptions, Result};
use serde_json::{Value, json};
use testing::retry::eager_policy;
pub(crate) use testing::time::soon;

pub(crate) const ATTENDANCES_SEND: &str = "gensoft.attendances.send";
pub(crate) const REPORTS_UPLOAD: &str = "gensoft.reports.upload";
pub(crate) const PDF: &str = "%PDF-1.4\nsynthetic\n%%EOF\n";

/// The default settings, without the pauses between attempts.
pub(crate) fn eager() -> HttpOptions {
    HttpOptions::default().retry(eager_policy()).no_proxy()
}

/// A client of the sandbox with a retry budget of its own.
pub(crate) fn client(sandbox: &Sandbox, http: HttpOptions) -> GensoftClient {
    let builder = sandbox.client_builder().http(http);
    builder.build().expect("settings that fit together")
}

/// A client over a scripted network, for paused time.
pub(crate) fn over(network: &Arc<FakeTransport>, http: HttpOptions) -> GensoftClient {
    let builder = GensoftClient::builder()
        .base_url("http://localhost")
        .api_key("EXAMPLE-API-KEY");
    let built = builder.http(http.transport(network.clone())).build();
    built.expect("settings that fit together")
}

pub(crate) fn order() -> Value {
    json!({ "campo": "valor ficticio" })
}

/// A sandbox with the default settings, but for what `set` changes.
pub(crate) async fn start_with(set: impl FnOnce(&mut Settings)) -> Sandbox {
    let mut settings = Settings::default();
    set(&mut settings);
    Sandbox::with(settings).await.unwrap()
}

/// Settings of a sandbox that accepts a report in each of our readings.
pub(crate) fn of_all_forms() -> Settings {
    Settings {
        report_path: PathForm::Either,
        report_form: ReportForm::Either,
        ..Settings::default()
    }
}

/// The only request of an operation.
pub(crate) fn only(sandbox: &Sandbox, operation: &str) -> RecordedRequest {
    let mut requests = sandbox.requests_for(operation);
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// The operations of Gensoft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Attendance,
    Report,
    /// The report in the other readings: a form, sent to the path with a slash.
    Form,
}

impl Op {
    pub(crate) const ALL: [Self; 2] = [Self::Attendance, Self::Report];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Attendance => ATTENDANCES_SEND,
            Self::Report | Self::Form => REPORTS_UPLOAD,
        }
    }

    pub(crate) async fn call(self, client: &GensoftClient) -> Result<Answer> {
        self.call_with(client, CallOptions::default()).await
    }

    pub(crate) async fn call_with(
        self,
        client: &GensoftClient,
        options: CallOptions,
    ) -> Result<Answer> {
        match self {
            Self::Attendance => {
                soon(client.attendances().send(&order()).options(options).send()).await
            }
            Self::Report | Self::Form => {
                let upload = client
                    .reports()
                    .upload(&ExecutionId::from(10), Body::from(PDF));
                let upload = match self {
                    Self::Form => upload.multipart("file").trailing_slash(true),
                    _ => upload,
                };
                soon(upload.options(options).send()).await
            }
        }
    }

    /// How often the vendor acted.
    pub(crate) fn effects(self, sandbox: &Sandbox) -> usize {
        match self {
            Self::Attendance => sandbox.attendances().len(),
            Self::Report | Self::Form => sandbox.report_versions("10").len(),
        }
    }
}
