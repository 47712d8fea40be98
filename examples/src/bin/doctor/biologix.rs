//! Biologix: a login, and a page of exams.

use biologix_client::exams::{
    AfNotification, Exam, ExamPage, ExamResult, ExamStatus, ExamType, Gender, OdiCategory,
};
use biologix_client::sandbox::{Centre, Sandbox};
use biologix_client::{BiologixClient, Error, ErrorKind, HttpOptions, PartnerId};
use common_http::Item;
use examples::failure::Failure;
use examples::{configured, settings};
use serde_json::Value;

use crate::report::Report;
use crate::target::{self, Target};
use crate::unknown::Unknown;
use crate::{readings, setup};

const SETTINGS: [&str; 4] = [
    "BIOLOGIX_BASE_URL",
    "BIOLOGIX_USERNAME",
    "BIOLOGIX_PASSWORD",
    "BIOLOGIX_PARTNER_ID",
];

/// How many exams are read. Enough to see most fields and codes.
const EXAMS: u32 = 20;

pub(crate) struct Biologix {
    client: BiologixClient,
    partner: PartnerId,
}

impl Target for Biologix {
    type Vendor = Centre;

    const SETTINGS: &'static [&'static str] = &SETTINGS;
    const CHECKS: &'static [&'static str] = &["login", "scope", "read"];

    fn configured(sandbox: Option<&Sandbox>) -> Result<(String, HttpOptions, Self), Failure> {
        let (url, builder, partner) = match sandbox {
            Some(sandbox) => {
                let partner = PartnerId::from(sandbox.settings.partner_id.as_str());
                (sandbox.url().to_owned(), sandbox.client_builder(), partner)
            }
            None => {
                let [url, ..] = settings::required(SETTINGS)?;
                let (builder, partner) = configured::biologix(url.clone())?;
                (url, builder, partner)
            }
        };
        let http = setup::http()?;
        let client = builder.http(http.clone()).build();
        let client = client.map_err(|error| settings::refused(error, Self::ADDRESS))?;
        Ok((url, http, Self { client, partner }))
    }

    async fn examine(&self, report: &mut Report) {
        let opened = self.client.sessions().open().await;
        let login = target::login(report, ("login", "accepted"), opened, advice_of_login);
        let Some(session) = login else { return };
        let unknown = &mut report.unknown;
        unknown.fields("login", [&session], |login| &login.extra);
        let start = serde_json::to_value(&session.token_start).ok();
        report.reading("login.token_start", readings::time(start.as_ref()));
        self.read(report).await;
    }
}

impl Biologix {
    async fn read(&self, report: &mut Report) {
        let list = self.client.exams(&self.partner).list().page_size(EXAMS);
        match list.await {
            Ok(page) => {
                report.ok("scope", "the account may list the centre's exams");
                report.ok("read", format_args!("exams listed: {}", page.items.len()));
                read_page(report, &page);
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let advice = "is BIOLOGIX_PARTNER_ID the centre of this account, and may the \
                              account list exams?";
                report.error("scope", &error, Some(advice));
            }
            Err(error) => {
                report.skip("scope", "the read did not show it");
                report.error("read", &error, advice_of_read(&error));
            }
        }
    }
}

fn advice_of_login(error: &Error) -> Option<&'static str> {
    let refused = error.kind() == ErrorKind::Credentials;
    refused.then_some("check BIOLOGIX_USERNAME and BIOLOGIX_PASSWORD")
}

fn advice_of_read(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::NotFound => Some("check BIOLOGIX_BASE_URL and BIOLOGIX_PARTNER_ID"),
        ErrorKind::InvalidInput => Some("check BIOLOGIX_PARTNER_ID"),
        _ => None,
    }
}

fn read_page(report: &mut Report, page: &ExamPage) {
    let header = |is_there: bool| if is_there { "header" } else { "none" };
    report.reading("exams.total", header(page.total.is_some()));
    report.reading("exams.limit", header(page.limit.is_some()));
    for item in &page.items {
        match item {
            Item::Read(exam) => read_exam(&mut report.unknown, exam),
            Item::Rejected(rejected) => report.unknown.item("exams[]", rejected),
        }
        let raw: Value = item.raw().parse().unwrap_or_default();
        read_forms(report, &raw);
    }
}

fn read_forms(report: &mut Report, exam: &Value) {
    for name in ["examKey", "patientUserId", "base", "result", "patient"] {
        report.reading("exams.missing", readings::missing(exam.get(name)));
    }
    if let Some(Value::String(id)) = exam.get("examId") {
        report.reading("exams.ids", form_of_id(id));
    }
    for (name, path) in [
        ("exams.status", "/status"),
        ("exams.serial_number", "/oxistar/serialNumber"),
        ("exams.answers", "/afterQuestions/sleepQuality"),
    ] {
        report.reading(name, readings::kind(exam.pointer(path)));
    }
    for (name, path) in [
        ("exams.start_time", "/base/startTime"),
        ("exams.birth_date", "/patient/birthDate"),
        ("exams.other_times", "/base/symptomsUpdatedTime"),
    ] {
        report.reading(name, readings::time(exam.pointer(path)));
    }
}

/// Seven digits and two letters were observed.
fn form_of_id(id: &str) -> &'static str {
    let is_observed = id.len() == 9
        && id.bytes().take(7).all(|byte| byte.is_ascii_digit())
        && id.bytes().skip(7).all(|byte| byte.is_ascii_uppercase());
    if is_observed {
        "digits-and-letters"
    } else {
        "other"
    }
}

fn read_exam(unknown: &mut Unknown, exam: &Exam) {
    unknown.fields("exams[]", [exam], |exam| &exam.extra);
    unknown.code(
        "exams[].status",
        matches!(exam.status, Some(ExamStatus::Unknown(_))),
    );
    unknown.code(
        "exams[].type",
        matches!(exam.exam_type, Some(ExamType::Unknown(_))),
    );
    if let Some(patient) = &exam.patient {
        let gender = matches!(patient.gender, Some(Gender::Unknown(_)));
        unknown.code("exams[].patient.gender", gender);
    }
    if let Some(result) = &exam.result {
        read_result(unknown, result);
    }
    unknown.fields("exams[].base", &exam.base, |block| &block.extra);
    unknown.fields("exams[].patient", &exam.patient, |block| &block.extra);
    unknown.fields("exams[].result", &exam.result, |block| &block.extra);
    unknown.fields("exams[].issuedBy", &exam.issued_by, |block| &block.extra);
    unknown.fields("exams[].oxistar", &exam.oxistar, |block| &block.extra);
    let (study, questions) = (&exam.partner_sleep_study, &exam.after_questions);
    unknown.fields("exams[].partnerSleepStudy", study, |block| &block.extra);
    unknown.fields("exams[].afterQuestions", questions, |block| &block.extra);
}

fn read_result(unknown: &mut Unknown, result: &ExamResult) {
    let path = "exams[].result.snoring";
    unknown.fields(path, &result.snoring, |block| &block.extra);
    let path = "exams[].result.oximetry";
    unknown.fields(path, &result.oximetry, |block| &block.extra);
    let path = "exams[].result.cardiology";
    unknown.fields(path, &result.cardiology, |block| &block.extra);
    if let Some(oximetry) = &result.oximetry {
        let category = matches!(oximetry.odi_category, Some(OdiCategory::Unknown(_)));
        unknown.code("exams[].result.oximetry.odiCategory", category);
    }
    if let Some(cardiology) = &result.cardiology {
        let notification = matches!(cardiology.af_notification, Some(AfNotification::Unknown(_)));
        unknown.code("exams[].result.cardiology.afNotification", notification);
    }
}
