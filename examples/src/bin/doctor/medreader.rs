//! MedReader: a login, the tenant's settings with the webhook's address, and what is answered for a
//! folder that cannot exist.

use common_http::{Error, Extra, RawJson, Recorded};
use examples::failure::Failure;
use examples::settings;
use medreader_client::configuration::TenantConfiguration;
use medreader_client::prescriptions::{FolderResults, ResultStatus};
use medreader_client::sandbox::{Backend, Sandbox};
use medreader_client::{
    ErrorCode, ErrorKind, FolderId, HttpOptions, Item, MedReaderClient, MedReaderClientBuilder,
};
use serde_json::Value;

use crate::report::Report;
use crate::target::{self, Target};
use crate::{readings, setup, webhook};

const SETTINGS: [&str; 4] = [
    "MEDREADER_BASE_URL",
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
];

/// The nil UUID, which no folder has.
const NO_FOLDER: &str = "00000000-0000-0000-0000-000000000000";

pub(crate) struct MedReader {
    client: MedReaderClient,
    /// Calls the webhook's address.
    http: HttpOptions,
}

impl Target for MedReader {
    type Vendor = Backend;

    const SETTINGS: &'static [&'static str] = &SETTINGS;
    const CHECKS: &'static [&'static str] = &["login", "scope", "read", "webhook", "webhook_slash"];

    fn configured(sandbox: Option<&Sandbox>) -> Result<(String, HttpOptions, Self), Failure> {
        let (url, builder) = match sandbox {
            Some(sandbox) => (sandbox.url().to_owned(), sandbox.client_builder()),
            None => {
                let [url, ..] = settings::required(SETTINGS)?;
                let builder = MedReaderClientBuilder::from_env().map_err(settings::wrong)?;
                (url, builder)
            }
        };
        let http = setup::http()?;
        let names = "MEDREADER_BASE_URL and MEDREADER_TENANT_ID";
        let client = builder.http(http.clone()).build();
        let client = client.map_err(|error| settings::refused(error, names))?;
        Ok((url, http.clone(), Self { client, http }))
    }

    async fn examine(&self, report: &mut Report) {
        let opened = self.client.sessions().open().await;
        let login = target::login(report, ("login", "accepted"), opened, advice_of_login);
        let Some(user) = login else { return };
        let unknown = &mut report.unknown;
        unknown.fields("login.user", [&user], |user| &user.extra);
        let login: Extra = serde_json::from_str(user.login.expose()).unwrap_or_default();
        for (name, value) in &login {
            let is_known = ["token_type", "expires_in"].contains(&name.as_str());
            unknown.field("login", name, value, is_known);
        }
        self.refused_reads(report).await;
        self.read(report).await;
    }
}

impl MedReader {
    /// Reads the tenant's settings, and checks the webhook's address in them.
    async fn read(&self, report: &mut Report) {
        match self.client.configuration().get().await {
            Ok(configuration) => {
                report.ok("scope", "the user may read the tenant's settings");
                report.ok("read", "the tenant's settings");
                read_configuration(report, &configuration);
                let url = configuration.webhook_url.as_deref();
                webhook::check(report, url, &self.http).await;
                return;
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let advice = "uploads work without it; the settings need the permission `admin` \
                              or `configurations`";
                report.minor("scope", &error, Some(advice));
                report.skip("read", "needs `scope`");
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                report.ok("scope", "the user may read the tenant's settings");
                report.minor("read", &error, Some("this tenant has no settings yet"));
            }
            Err(error) => {
                report.skip("scope", "the read did not show it");
                report.error("read", &error, None);
            }
        }
        for check in webhook::CHECKS {
            report.skip(check, "its address is in the tenant's settings");
        }
    }

    /// What MedReader answers for a folder that is not there shows two readings.
    async fn refused_reads(&self, report: &mut Report) {
        let folder = FolderId::from(NO_FOLDER);
        if let Err(error) = self.client.folders().get(&folder).await {
            shape_of_error(report, &error);
        }
        match self.client.prescriptions().results(&folder).await {
            Ok(results) => {
                report.reading("results.unknown_folder", "no-results");
                read_results(report, &results);
            }
            Err(error) => {
                let is_answer = error.status().is_some();
                let form = match error.kind() {
                    ErrorKind::NotFound => "not-found",
                    _ => "other",
                };
                report.reading("results.unknown_folder", is_answer.then_some(form));
                shape_of_error(report, &error);
            }
        }
    }
}

fn advice_of_login(error: &Error) -> Option<&'static str> {
    match (error.kind(), ErrorCode::of(error)) {
        (_, Some(ErrorCode::TenantInvalid)) => Some("check MEDREADER_TENANT_ID"),
        (_, Some(ErrorCode::TooManyAttempts)) => Some(
            "too many logins failed: wait, and check MEDREADER_EMAIL and MEDREADER_PASSWORD first",
        ),
        (ErrorKind::Credentials, _) => {
            Some("check MEDREADER_EMAIL, MEDREADER_PASSWORD and MEDREADER_TENANT_ID")
        }
        _ => None,
    }
}

/// Only an answer of MedReader itself shows how it writes its errors.
fn shape_of_error(report: &mut Report, error: &Error) {
    if error.status().is_none() {
        return;
    }
    report.code(error);
    let text = String::from_utf8_lossy(error.body()).into_owned();
    let body = RawJson::from_text(text).and_then(|json| json.parse::<Value>());
    // The first place that has the code is where the client found it.
    let has_code = |body: &Value, place: &str| {
        let text = body.pointer(place).and_then(Value::as_str);
        let text = text.map(|text| text.trim().replace('-', "_"));
        let code = error.code().zip(text);
        code.is_some_and(|(code, text)| code.eq_ignore_ascii_case(&text))
    };
    report.reading(
        "errors.body",
        match body {
            _ if error.body().is_empty() => "empty",
            Ok(body) if has_code(&body, "/error") => "error",
            Ok(body) if has_code(&body, "/error/code") => "nested",
            Ok(body) if has_code(&body, "/code") => "code",
            Ok(_) => "other",
            Err(_) => "text",
        },
    );
}

fn read_configuration(report: &mut Report, configuration: &Recorded<TenantConfiguration>) {
    let unknown = &mut report.unknown;
    unknown.fields("configuration", [&**configuration], |read| &read.extra);
    let raw: Value = configuration.raw().parse().unwrap_or_default();
    for name in ["s3_secret_access_key", "webhook_password"] {
        match raw.get(name) {
            Some(Value::String(secret)) => {
                let is_masked = !secret.is_empty() && secret.bytes().all(|byte| byte == b'*');
                let form = if is_masked { "masked" } else { "shown" };
                report.reading("configuration.secrets", form);
            }
            None | Some(Value::Null) => {}
            // The model keeps nothing of a secret.
            Some(odd) => report.unknown.field("configuration", name, odd, true),
        }
    }
    for name in [
        "s3_bucket_name",
        "s3_region",
        "s3_access_key_id",
        "s3_base_path",
        "webhook_url",
        "webhook_user",
    ] {
        report.reading("configuration.unset", readings::missing(raw.get(name)));
    }
}

fn read_results(report: &mut Report, results: &FolderResults) {
    let unknown = &mut report.unknown;
    unknown.fields("results", [results], |read| &read.extra);
    for item in &results.results {
        match item {
            Item::Read(result) => {
                unknown.fields("results[]", [&**result], |read| &read.extra);
                let is_unknown = matches!(result.status, Some(ResultStatus::Unknown(_)));
                unknown.code("results[].status", is_unknown);
            }
            Item::Rejected(rejected) => unknown.item("results[]", rejected),
        }
    }
}
