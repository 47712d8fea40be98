//! The files of a patient's analysis.

use common_http::{Body, Error, ErrorKind};
use erp_files_client::files::{Files, UploadOutcome};
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{AnalysisId, FileId, OPERATIONS, PatientId};
use examples::failure::Failure;

use crate::stage::{Stage, size, started};
use crate::summary::Visits;
use crate::table::Table;

const REPORT: &str = "exame-do-sono-exemplo.pdf";
const DRAFT: &str = "rascunho-exemplo.pdf";

pub(crate) async fn chapter(stage: &Stage) -> Result<Visits, Failure> {
    stage.chapter("3. The gambit ERP: files of a patient's analysis")?;
    let sandbox = started(Sandbox::start().await)?;
    // The sandbox knows every patient and every analysis.
    let files = sandbox
        .client()
        .files(&PatientId::from(7), &AnalysisId::from(12));

    // The first call asks for an access token before it.
    stage.doing("listing the files");
    let count = files.list().send().await?.len();
    stage.done("erp.oauth.token", "an access token, for an hour")?;
    stage.done("erp.files.list", format_args!("{count} files so far"))?;

    let body = Body::from_path(stage.report()).await?;
    let bytes = body.len().unwrap_or_default();
    let upload = files
        .upload(REPORT, body)
        .content_type("application/pdf")
        .options(stage.sending_report("uploading the report"));
    let report = known(&upload.send().await?)?;
    stage.done("erp.files.initialize", "an address to upload to")?;
    let sent = format!("{}, past the ERP into its storage", size(bytes));
    stage.done("erp.files.transfer", sent)?;
    let uploaded = "the report is a file of the analysis: three steps, one call";
    stage.done("erp.files.finalize", uploaded)?;

    stage.doing("allowing it to be sent");
    files.set_send(&report, true).send().await?;
    stage.done("erp.files.set_send", "it may be sent to the patient")?;

    stage.doing("uploading a draft");
    let draft = files.upload(DRAFT, Body::from("%PDF-1.7 EXAMPLE"));
    let draft = known(&draft.send().await?)?;
    show(stage, &files).await?;
    stage.doing("deleting the draft");
    files.delete(&draft).send().await?;
    stage.done("erp.files.delete", "the draft is gone")?;
    Ok(Visits::count("erp", OPERATIONS, |operation| {
        sandbox.count(operation)
    }))
}

/// The id of a file that was uploaded.
fn known(upload: &UploadOutcome) -> Result<FileId, Failure> {
    upload.file_id().cloned().ok_or_else(|| {
        let error = Error::new(ErrorKind::NotFound)
            .with_operation("erp.files.list")
            .with_detail("the list does not tell the id of the file that was uploaded");
        Failure::from(error)
    })
}

async fn show(stage: &Stage, files: &Files) -> Result<(), Failure> {
    stage.doing("listing the files");
    let mut table = Table::new(["file", "may be sent", "name"]);
    for file in files.list().send().await? {
        let send = |send| match send {
            true => "yes".to_owned(),
            false => "no".to_owned(),
        };
        table.row([
            file.file_id().map(|id| id.as_str().to_owned()),
            file.is_send.map(send),
            file.name,
        ]);
    }
    stage.done("erp.files.list", "with a draft that was uploaded beside it")?;
    stage.table(&table)
}
