//! Chapter 3: the files of a patient's analysis.

use common_http::{Body, Error, ErrorKind, Item};
use erp_files_client::files::{Files, UploadOutcome};
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{AnalysisId, FileId, OPERATIONS, PatientId};
use examples::failure::Failure;
use examples::{built_in, output};

use crate::stage::Stage;
use crate::summary::Visits;
use crate::table::Table;

const REPORT: &str = "exame-do-sono-exemplo.pdf";
const DRAFT: &str = "rascunho-exemplo.pdf";

pub(crate) async fn chapter(stage: &Stage) -> Result<Visits, Failure> {
    stage.chapter("3. The gambit ERP: files of a patient's analysis")?;
    let sandbox = built_in::started(Sandbox::start().await)?;
    // The sandbox accepts any id of a patient or an analysis.
    let files = sandbox
        .client()
        .files(&PatientId::from(7), &AnalysisId::from(12));

    // The first call gets an access token first.
    stage.doing("listing the files");
    let count = files.list().await?.len();
    stage.done("erp.sessions.open", "an access token, valid for an hour")?;
    stage.done("erp.files.list", format_args!("{count} files so far"))?;

    let body = Body::from_path(stage.report()).await?;
    let bytes = body.len().unwrap_or_default();
    let upload = files
        .upload(REPORT, body)
        .content_type("application/pdf")
        .options(stage.sending_report("uploading the report"));
    let report = known(&upload.await?)?;
    stage.done("erp.files.initialize", "an address to upload to")?;
    let sent = format!("{}, directly to the ERP's storage", output::size(bytes));
    stage.done("erp.files.transfer", sent)?;
    let uploaded = "the report is a file of the analysis: one call, three requests";
    stage.done("erp.files.finalize", uploaded)?;

    stage.doing("allowing it to be sent");
    files.set_send(&report, true).await?;
    stage.done("erp.files.set_send", "it may be sent to the patient")?;

    stage.doing("uploading a draft");
    let draft = files.upload(DRAFT, Body::from("%PDF-1.7 EXAMPLE"));
    let draft = known(&draft.await?)?;
    show(stage, &files).await?;
    stage.doing("deleting the draft");
    files.delete(&draft).await?;
    stage.done("erp.files.delete", "the draft is gone")?;
    Ok(Visits::of("erp", OPERATIONS, &sandbox))
}

/// The id of an uploaded file.
fn known(upload: &UploadOutcome) -> Result<FileId, Failure> {
    upload.file_id().cloned().ok_or_else(|| {
        let error = Error::new(ErrorKind::NotFound)
            .with_operation("erp.files.list")
            .with_detail("the list does not show the id of the uploaded file");
        Failure::from(error)
    })
}

async fn show(stage: &Stage, files: &Files) -> Result<(), Failure> {
    stage.doing("listing the files");
    let mut table = Table::new(["file", "may be sent", "name"]);
    for file in files.list().await?.into_iter().filter_map(Item::into_value) {
        let yes_or_no = |send| if send { "yes" } else { "no" };
        table.row([
            file.id.map(String::from),
            file.is_send.map(|send| yes_or_no(send).to_owned()),
            file.name,
        ]);
    }
    stage.done("erp.files.list", "now with a draft, uploaded the same way")?;
    stage.table(&table)
}
