//! Uploading a prescription and waiting for its result.

use std::process::ExitCode;
use std::time::Duration;

use common_http::{Delivery, Error, ErrorKind, Recorded};
use examples::failure::Failure;
use examples::{output, stop};
use medreader_client::prescriptions::{
    FolderSnapshot, FoundResult, ListedResult, PrescriptionResult, ResultStatus, Upload,
    WaitOptions,
};
use medreader_client::{FolderId, UploadId};
use tokio::time::timeout;

use crate::args::Process;
use crate::tenant::{Tenant, failure};
use crate::{prescriptions, resource};

/// How long listing the folder may take before the upload.
const LONGEST_SNAPSHOT: Duration = Duration::from_secs(5);

/// How many candidates for the result are named.
const MOST_NAMED: usize = 10;

pub(crate) async fn run(
    tenant: &Tenant,
    process: &Process,
    json: bool,
) -> Result<ExitCode, Failure> {
    let file = prescriptions::open(&process.upload).await?;
    tenant.progress.begin_call("logging in");
    tenant.client.sessions().open().await.map_err(failure)?;
    let before = snapshot(tenant, &process.upload.folder).await;
    let sent = prescriptions::send(tenant, &process.upload, file).await;
    let upload: Upload = sent.map_err(failure)?.into_inner();

    tenant.progress.begin_call("waiting for the result");
    stop::advise(uploaded(&upload.id));
    let waiting = tenant.client.prescriptions().result_of(&upload.id);
    let mut waiting = waiting.folder(upload.folder_id);
    if let Some(before) = before {
        waiting = waiting.since(before);
    }
    let patience = WaitOptions::default().deadline(Duration::from_secs(u64::from(process.timeout)));
    let found = waiting
        .wait(patience)
        .await
        .map_err(|error| not_found(error, &upload.id))?;
    tenant.progress.end();
    match found {
        FoundResult::SameId(result) => print(&result, json),
        FoundResult::OnlyNewInFolder(result) => {
            output::note(format_args!(
                "note: this is the only new result in the folder, with another id than the \
                 upload's ({}): it may belong to another upload made at the same time",
                output::one_line(upload.id.as_str())
            ));
            print(&result, json)
        }
        FoundResult::Ambiguous(candidates) => Err(ambiguous(&candidates)),
    }
}

fn print(result: &Recorded<PrescriptionResult>, json: bool) -> Result<ExitCode, Failure> {
    resource::print(result.raw(), json)?;
    if result.status != Some(ResultStatus::Error) {
        return Ok(ExitCode::SUCCESS);
    }
    output::note(
        "error: medreader.prescriptions.result: \
         the vendor could not read the prescription (status error)",
    );
    output::note("advice: is it a prescription, and can a person read it? A better scan may help");
    Ok(ExitCode::FAILURE)
}

/// The results in the folder before the upload.
///
/// They help to find the new result if its id is not the upload's. `None` if they cannot be read
/// quickly: then only the upload's id is tried.
async fn snapshot(tenant: &Tenant, folder: &str) -> Option<FolderSnapshot> {
    tenant.progress.begin_call("listing the folder");
    let folder = FolderId::from(folder);
    let prescriptions = tenant.client.prescriptions();
    let before = timeout(LONGEST_SNAPSHOT, prescriptions.snapshot(&folder)).await;
    before.ok()?.ok()
}

/// The wait failed, but not the upload: the advice shows its id, to prevent a second one.
fn not_found(error: Error, upload: &UploadId) -> Failure {
    // No path can have the vendor's id. The arguments were not wrong.
    let error = match error.kind() {
        ErrorKind::InvalidInput => Error::new(ErrorKind::Decode)
            .with_operation("medreader.prescriptions.upload")
            .with_detail("the upload's id cannot be part of a path")
            .with_delivery(Delivery::Answered)
            .with_attempts(1),
        _ => error,
    };
    failure(error).advise(uploaded(upload))
}

/// The upload's id may be that of another result, so the advice is to list them.
fn uploaded(upload: &UploadId) -> String {
    format!(
        "the file was uploaded, as {}: do not upload it again; find its result later with \
         `results --folder ID`",
        output::one_line(upload.as_str())
    )
}

fn ambiguous(candidates: &[ListedResult]) -> Failure {
    let named = candidates.iter().take(MOST_NAMED);
    let ids: Vec<_> = named.map(|new| output::one_line(new.id.as_str())).collect();
    let more = match candidates.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let error = Error::new(ErrorKind::Conflict)
        .with_operation("medreader.prescriptions.results")
        .with_detail("nothing shows which new result in the folder is the upload's")
        .with_delivery(Delivery::Answered)
        .with_attempts(1);
    Failure::from(error).advise(format!(
        "the file was uploaded: do not upload it again; its result is one of {}{more}",
        ids.join(", ")
    ))
}
