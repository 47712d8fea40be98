//! Chapter 1: a sleep centre's exams, and the report of one.

use biologix_client::exams::{Exam, ExamStatus, ExamType};
use biologix_client::sandbox::{Sandbox, Settings};
use biologix_client::{ExamKey, OPERATIONS, PartnerId};
use common_http::{Error, ErrorKind};
use examples::failure::Failure;
use examples::{built_in, output};

use crate::stage::Stage;
use crate::summary::Visits;
use crate::table::Table;

const EXAMS: usize = 9;
const PAGE: u32 = 5;
/// Large enough for its progress bar to be seen.
const REPORT_BYTES: usize = 8_000_000;

pub(crate) async fn chapter(stage: &Stage) -> Result<Visits, Failure> {
    stage.chapter("1. Biologix: a centre's sleep exams")?;
    let settings = Settings {
        exams: EXAMS,
        report_bytes: REPORT_BYTES,
        ..Settings::default()
    };
    let sandbox = built_in::started(Sandbox::with(settings).await)?;
    let client = sandbox.client();

    stage.doing("opening a session");
    client.sessions().open().await?;
    stage.done("biologix.sessions.open", "a session is open")?;

    stage.doing("listing exams");
    let mut table = Table::new(["exam", "night", "type", "status", "ODI", "SpO2", "patient"]);
    let mut first_done = None;
    let partner = PartnerId::from(&sandbox.settings.partner_id);
    let mut items = client.exams(&partner).list().page_size(PAGE).items();
    while let Some(item) = items.next().await.transpose()? {
        // An item that is not readable as an exam is skipped; the others are unaffected.
        let Some(exam) = item.value() else { continue };
        table.row(row(exam));
        let is_sleep_exam = exam.exam_type == Some(ExamType::SleepExam);
        if is_sleep_exam && exam.is_done() && first_done.is_none() {
            first_done = exam.report_key().map(|key| (exam.exam_id.clone(), key));
        }
    }
    let pages = format!("{EXAMS} exams, in pages of {PAGE}, newest first");
    stage.done("biologix.exams.list", pages)?;
    stage.table(&table)?;

    let (exam, key) = first_done.ok_or_else(no_report)?;
    let bytes = save(stage, &sandbox, &key).await?;
    let saved = format!(
        "the report of {exam} is saved, a PDF of {}",
        output::size(bytes)
    );
    stage.done("biologix.reports.get", saved)?;
    Ok(Visits::of("biologix", OPERATIONS, &sandbox))
}

async fn save(stage: &Stage, sandbox: &Sandbox, key: &ExamKey) -> Result<u64, Failure> {
    stage.doing("saving the report");
    let report = sandbox.client().reports().get(key).await?;
    Ok(report.save_to(stage.report()).await?)
}

fn row(exam: &Exam) -> [Option<String>; 7] {
    let night = exam.start_time().and_then(|start| start.as_str().get(..10));
    let oximetry = exam
        .result
        .as_ref()
        .and_then(|result| result.oximetry.as_ref());
    let patient = exam.patient.as_ref();
    [
        Some(exam.exam_id.clone()),
        night.map(str::to_owned),
        exam.exam_type.map(|kind| match kind {
            ExamType::SnoringTest => "snoring".to_owned(),
            ExamType::SleepExam => "sleep".to_owned(),
            other => format!("code {}", other.code()),
        }),
        exam.status.map(status),
        oximetry
            .and_then(|oximetry| oximetry.odi)
            .map(|odi| format!("{odi:.1}")),
        oximetry
            .and_then(|oximetry| oximetry.spo2_min)
            .map(|lowest| format!("{lowest:.0} %")),
        patient.and_then(|patient| patient.name.clone()),
    ]
}

fn status(status: ExamStatus) -> String {
    let word = match status {
        ExamStatus::Issued => "issued",
        ExamStatus::Started => "started",
        ExamStatus::Cancelled => "cancelled",
        ExamStatus::Scheduled => "scheduled",
        ExamStatus::Processing => "processing",
        ExamStatus::Error | ExamStatus::ProcessError => "failed",
        ExamStatus::Done => "done",
        other => return format!("code {}", other.code()),
    };
    word.to_owned()
}

fn no_report() -> Failure {
    let error = Error::new(ErrorKind::NotFound)
        .with_operation("biologix.exams.list")
        .with_detail("no sleep exam of the list has a report");
    Failure::from(error)
}
