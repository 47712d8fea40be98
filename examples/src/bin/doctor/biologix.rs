//! Biologix: a login, and a page of exams.

use biologix_client::exams::{
    AfNotification, AfterQuestions, CardiologyResult, Exam, ExamBase, ExamPage, ExamPatient,
    ExamResult, ExamStatus, ExamType, Gender, IssuedBy, OdiCategory, OximetryResult, Oxistar,
    PartnerSleepStudy, SnoringResult,
};
use biologix_client::sandbox::Sandbox;
use biologix_client::{BiologixClient, BiologixClientBuilder, ErrorKind, PartnerId, SessionInfo};
use common_http::Item;
use examples::failure::Failure;
use examples::{configured, settings};
use serde_json::Value;

use crate::report::Report;
use crate::unknown::Unknown;
use crate::{network, readings, setup};

pub(crate) const SETTINGS: [&str; 4] = [
    "BIOLOGIX_BASE_URL",
    "BIOLOGIX_USERNAME",
    "BIOLOGIX_PASSWORD",
    "BIOLOGIX_PARTNER_ID",
];

/// How many exams are read. Enough to see most fields and codes.
const EXAMS: u32 = 20;

/// Checks Biologix if it is configured, or its sandbox.
pub(crate) async fn check(built_in: bool) -> Result<Option<Report>, Failure> {
    if !built_in && !setup::is_any_set(&SETTINGS) {
        return Ok(None);
    }
    let sandbox: Option<Sandbox> = setup::sandbox(built_in).await?;
    let report = Report::new(&["login", "scope", "read"]);
    Ok(Some(match target(sandbox.as_ref()) {
        Ok(target) => target.check(report).await,
        Err(failure) => report.unusable(&failure),
    }))
}

struct Target {
    url: String,
    client: BiologixClient,
    partner: PartnerId,
    http: common_http::HttpOptions,
}

fn target(sandbox: Option<&Sandbox>) -> Result<Target, Failure> {
    let (url, builder, partner): (_, BiologixClientBuilder, _) = match sandbox {
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
    Ok(Target {
        url,
        client: client.map_err(|error| settings::refused(error, SETTINGS[0]))?,
        partner,
        http,
    })
}

impl Target {
    async fn check(self, mut report: Report) -> Report {
        report.ok("settings", "complete");
        let Self { url, http, .. } = &self;
        if network::check(&mut report, SETTINGS[0], url, http).await
            && self.login(&mut report).await
        {
            self.read(&mut report).await;
        }
        report.finish()
    }

    async fn login(&self, report: &mut Report) -> bool {
        match self.client.sessions().open().await {
            Ok(session) => {
                report.ok("login", "accepted");
                let unknown = &mut report.unknown;
                unknown.fields::<SessionInfo>("login", &session.extra, |login| &login.extra);
                let start = serde_json::to_value(&session.token_start).ok();
                if let Some(form) = readings::time(start.as_ref()) {
                    report.reading("login.token_start", form);
                }
                true
            }
            Err(error) => {
                let refused = error.kind() == ErrorKind::Credentials;
                let advice = "check BIOLOGIX_USERNAME and BIOLOGIX_PASSWORD";
                report.error("login", &error, refused.then_some(advice));
                false
            }
        }
    }

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
                let advice = match error.kind() {
                    ErrorKind::NotFound => Some("check BIOLOGIX_BASE_URL and BIOLOGIX_PARTNER_ID"),
                    ErrorKind::InvalidInput => Some("check BIOLOGIX_PARTNER_ID"),
                    _ => None,
                };
                report.error("read", &error, advice);
            }
        }
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
        match exam.get(name) {
            None => report.reading("exams.missing", "absent"),
            Some(Value::Null) => report.reading("exams.missing", "null"),
            Some(_) => {}
        }
    }
    if let Some(Value::String(id)) = exam.get("examId") {
        report.reading("exams.ids", form_of_id(id));
    }
    for (name, path) in [
        ("exams.status", "/status"),
        ("exams.serial_number", "/oxistar/serialNumber"),
        ("exams.answers", "/afterQuestions/sleepQuality"),
    ] {
        if let Some(form) = readings::kind(exam.pointer(path)) {
            report.reading(name, form);
        }
    }
    for (name, path) in [
        ("exams.start_time", "/base/startTime"),
        ("exams.birth_date", "/patient/birthDate"),
        ("exams.other_times", "/base/symptomsUpdatedTime"),
    ] {
        if let Some(form) = readings::time(exam.pointer(path)) {
            report.reading(name, form);
        }
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
    unknown.fields::<Exam>("exams[]", &exam.extra, |exam| &exam.extra);
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
    macro_rules! blocks {
        ($($field:ident $name:literal $model:ty),+ $(,)?) => { $(
            if let Some(block) = &exam.$field {
                let path = concat!("exams[].", $name);
                unknown.fields::<$model>(path, &block.extra, |block| &block.extra);
            }
        )+ };
    }
    blocks!(
        base "base" ExamBase,
        patient "patient" ExamPatient,
        result "result" ExamResult,
        issued_by "issuedBy" IssuedBy,
        oxistar "oxistar" Oxistar,
        partner_sleep_study "partnerSleepStudy" PartnerSleepStudy,
        after_questions "afterQuestions" AfterQuestions,
    );
}

fn read_result(unknown: &mut Unknown, result: &ExamResult) {
    if let Some(snoring) = &result.snoring {
        let path = "exams[].result.snoring";
        unknown.fields::<SnoringResult>(path, &snoring.extra, |block| &block.extra);
    }
    if let Some(oximetry) = &result.oximetry {
        let path = "exams[].result.oximetry";
        unknown.fields::<OximetryResult>(path, &oximetry.extra, |block| &block.extra);
        let category = matches!(oximetry.odi_category, Some(OdiCategory::Unknown(_)));
        unknown.code("exams[].result.oximetry.odiCategory", category);
    }
    if let Some(cardiology) = &result.cardiology {
        let path = "exams[].result.cardiology";
        unknown.fields::<CardiologyResult>(path, &cardiology.extra, |block| &block.extra);
        let notification = matches!(cardiology.af_notification, Some(AfNotification::Unknown(_)));
        unknown.code("exams[].result.cardiology.afNotification", notification);
    }
}
