//! The ERP: a token, and the files of one analysis if it is named.

use common_http::{Cause, Item, RawJson};
use erp_files_client::files::FileEntry;
use erp_files_client::http::Method;
use erp_files_client::sandbox::{Clinic, Sandbox};
use erp_files_client::{
    AnalysisId, ErpFilesClient, ErpFilesClientBuilder, Error, ErrorCode, ErrorKind, HttpOptions,
    PatientId, SCOPE,
};
use examples::failure::Failure;
use examples::settings;
use serde_json::Value;

use crate::report::Report;
use crate::target::{self, Target};
use crate::{readings, setup};

/// Patient and analysis in the sandbox, which knows every id.
const EXAMPLE: &str = "EXAMPLE";

pub(crate) struct Erp {
    client: ErpFilesClient,
    /// Whose files are listed.
    analysis: Option<(String, String)>,
    /// The scope that is requested with a token; `None` for a fixed token.
    scope: Option<String>,
}

impl Target for Erp {
    type Vendor = Clinic;

    const SETTINGS: &'static [&'static str] = &[
        "ERP_BASE_URL",
        "ERP_ACCESS_TOKEN",
        "ERP_CLIENT_ID",
        "ERP_CLIENT_SECRET",
        "ERP_SCOPE",
        "ERP_TOKEN_URL",
    ];
    const CHECKS: &'static [&'static str] = &["token", "scope", "read"];

    fn configured(sandbox: Option<&Sandbox>) -> Result<(String, HttpOptions, Self), Failure> {
        let fixed = settings::optional("ERP_ACCESS_TOKEN")?;
        let (url, builder) = match sandbox {
            Some(sandbox) => {
                sandbox.add_file(EXAMPLE, EXAMPLE, "EXAMPLE.pdf", "%PDF-1.7 EXAMPLE");
                (sandbox.url().to_owned(), sandbox.client_builder())
            }
            None => {
                if fixed.is_none() {
                    settings::required([Self::ADDRESS, "ERP_CLIENT_ID", "ERP_CLIENT_SECRET"])?;
                }
                let [url] = settings::required([Self::ADDRESS])?;
                let builder = ErpFilesClientBuilder::from_env().map_err(settings::wrong)?;
                (url, builder)
            }
        };
        let analysis = match sandbox {
            Some(_) => Some((EXAMPLE.to_owned(), EXAMPLE.to_owned())),
            None => settings::optional("ERP_PATIENT")?.zip(settings::optional("ERP_ANALYSIS")?),
        };
        let scope = settings::optional("ERP_SCOPE")?.unwrap_or_else(|| SCOPE.to_owned());
        let http = setup::http()?;
        let names = "ERP_BASE_URL and ERP_TOKEN_URL";
        let client = builder.http(http.clone()).build();
        let target = Self {
            client: client.map_err(|error| settings::refused(error, names))?,
            analysis,
            scope: fixed.is_none().then_some(scope),
        };
        Ok((url, http, target))
    }

    async fn examine(&self, report: &mut Report) {
        if self.scope.is_none() {
            report.skip("token", "ERP_ACCESS_TOKEN is used as it is");
        } else {
            let opened = self.client.sessions().open().await;
            let check = ("token", "the token endpoint gave one");
            if target::login(report, check, opened, advice_of_token).is_none() {
                return;
            }
        }
        self.read(report).await;
    }
}

impl Erp {
    async fn read(&self, report: &mut Report) {
        let Some((patient, analysis)) = &self.analysis else {
            self.requested_scope(report);
            report.skip(
                "read",
                "set ERP_PATIENT and ERP_ANALYSIS to list the files of one",
            );
            return;
        };
        let patient_id = PatientId::from(patient.as_str());
        let files = self
            .client
            .files(&patient_id, &AnalysisId::from(analysis.as_str()));
        match files.list().await {
            Ok(files) => {
                report.ok("scope", "the token may list files");
                read_files(report, &files);
                self.read_shape(report, patient, analysis).await;
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let advice = "the token lacks the scope gambit:erp: check ERP_SCOPE, and ask the \
                              vendor's support whether this client may have it";
                report.error("scope", &error, Some(advice));
            }
            Err(error) => {
                report.skip("scope", "the read did not show it");
                report.error("read", &error, advice_of_read(&error));
            }
        }
    }

    /// Without a read, only what was asked for is known.
    fn requested_scope(&self, report: &mut Report) {
        match &self.scope {
            None => report.skip("scope", "only a read shows it"),
            Some(scope) if scope.split(' ').any(|scope| scope == SCOPE) => {
                report.skip(
                    "scope",
                    "gambit:erp was requested; only a read shows whether it is there",
                );
            }
            Some(_) => report.fail(
                "scope",
                "ERP_SCOPE does not have gambit:erp",
                "the files need it: add it, or unset ERP_SCOPE",
            ),
        }
    }

    /// The client reads every form of the list and keeps its items only, so they do not say which
    /// form came: the list is asked for once more, without a model.
    async fn read_shape(&self, report: &mut Report, patient: &str, analysis: &str) {
        let path = "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files";
        let request = self.client.request(Method::GET, path);
        let request = request
            .path("patientId", patient)
            .path("analysisId", analysis);
        let list = request.await.ok();
        let list = list.and_then(|answer| answer.json::<Value>().ok());
        let shape = match list {
            Some(Value::Array(_)) => "bare",
            Some(Value::Object(_)) => "wrapped",
            Some(Value::Null) | None => "nothing",
            Some(_) => "other",
        };
        report.reading("files.list", shape);
    }
}

fn advice_of_token(error: &Error) -> Option<&'static str> {
    match (error.kind(), ErrorCode::of(error)) {
        (_, Some(ErrorCode::InvalidScope)) => {
            Some("check ERP_SCOPE; the vendor's support knows which scopes this client may have")
        }
        (ErrorKind::Connect, _) if matches!(error.cause(), Some(Cause::Dns | Cause::Refused)) => {
            Some("is ERP_TOKEN_URL right, and can this machine reach it?")
        }
        (ErrorKind::Credentials, _) => Some("check ERP_CLIENT_ID, ERP_CLIENT_SECRET and ERP_SCOPE"),
        (ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::Decode, _) => {
            Some("check ERP_TOKEN_URL")
        }
        _ => None,
    }
}

fn advice_of_read(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::Unauthenticated => Some(
            "is the access token valid for this clinic, and not expired? Check ERP_BASE_URL and \
             the credentials",
        ),
        ErrorKind::NotFound | ErrorKind::InvalidInput => {
            Some("check ERP_BASE_URL, ERP_PATIENT and ERP_ANALYSIS")
        }
        _ => None,
    }
}

fn read_files(report: &mut Report, files: &[Item<FileEntry>]) {
    let count = files.len();
    let mut read = files.iter().filter_map(Item::value);
    if count == 0 || read.any(|file| file.name.is_some()) {
        report.ok("read", format_args!("files listed: {count}"));
    } else {
        report.warn(
            "read",
            format_args!("files listed: {count}, none with a readable name"),
            "an upload cannot be found in this list, and ends unconfirmed: report its unknown fields",
        );
    }
    for item in files {
        if let Some(rejected) = item.rejected() {
            report.unknown.item("files[]", rejected);
        }
        let raw: RawJson = item.raw().clone();
        let Ok(Value::Object(members)) = raw.parse() else {
            continue;
        };
        for (name, value) in &members {
            report.reading("files.names", form_of_name(name));
            if name.eq_ignore_ascii_case("id") {
                report.reading("files.ids", readings::kind(Some(value)));
            }
            if is_date(name) {
                report.reading("files.dates", readings::time(Some(value)));
            }
        }
        let extra = item.value().map(|file| &file.extra);
        for (name, value) in extra.into_iter().flatten() {
            let is_known = ["id", "fileId", "fileName", "name", "isSend"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name));
            if !is_date(name) {
                report.unknown.field("files[]", name, value, is_known);
            }
        }
    }
}

fn is_date(name: &str) -> bool {
    let known = ["dateCr", "createdAt", "dateCreated"];
    known.iter().any(|date| date.eq_ignore_ascii_case(name))
}

fn form_of_name(name: &str) -> &'static str {
    match name.chars().next() {
        Some(first) if first.is_ascii_uppercase() => "pascal",
        Some(first) if first.is_ascii_lowercase() => "camel",
        _ => "other",
    }
}
