//! Uploading a prescription and waiting for its result.

use std::process::ExitCode;
use std::time::Duration;

use common_http::{Delivery, Error, ErrorKind, Recorded};
use examples::failure::Failure;
use examples::output;
use medreader_client::prescriptions::{
    FolderSnapshot, FoundResult, ListedResult, PrescriptionResult, ResultStatus, Upload,
    WaitOptions,
};
use medreader_client::{FolderId, UploadId};
use tokio::time::timeout;

use crate::args::Process;
use crate::tenant::{Tenant, failure};
use crate::{prescriptions, resource};

/// How long the look into the folder may take that comes before the upload.
const LONGEST_SNAPSHOT: Duration = Duration::from_secs(5);

/// How many of the results that it could be are named.
const MOST_NAMED: usize = 10;

pub(crate) async fn run(
    tenant: &Tenant,
    process: &Process,
    json: bool,
) -> Result<ExitCode, Failure> {
    let file = prescriptions::open(&process.upload).await?;
    tenant.progress.begin("logging in", None);
    tenant.client.open_session().send().await.map_err(failure)?;
    let before = snapshot(tenant, &process.upload.folder).await;
    let sent = prescriptions::send(tenant, &process.upload, file).await;
    let upload: Upload = sent.map_err(failure)?.into_inner();

    tenant.progress.begin("waiting for the result", None);
    let mut waiting = tenant.client.prescriptions().result_of(&upload.id);
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
                "note: found as the only new result in the folder, under another id than the upload's ({}): if somebody else uploaded there meanwhile, it may be his",
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
        "error: medreader.prescriptions.result: the vendor could not read the prescription (status error)",
    );
    output::note("advice: is it a prescription, and can a person read it? A better scan may do");
    Ok(ExitCode::FAILURE)
}

/// What the folder has so far: it tells the new result where the vendor gives it another id than the upload. Without it
/// the upload's own id has to do, so it is not waited for long.
async fn snapshot(tenant: &Tenant, folder: &str) -> Option<FolderSnapshot> {
    tenant.progress.begin("looking into the folder", None);
    let folder = FolderId::from(folder);
    let call = tenant.client.prescriptions().results(&folder).send();
    match timeout(LONGEST_SNAPSHOT, call).await.ok()? {
        Ok(results) => Some(results.snapshot(&folder)),
        // Perhaps because it has nothing yet. One that is not there at all refuses the upload.
        Err(error) if error.kind() == ErrorKind::NotFound => Some(FolderSnapshot::empty(&folder)),
        Err(_) => None,
    }
}

/// The wait failed, the upload did not: the advice keeps its id, so that nobody uploads the file again.
fn not_found(error: Error, upload: &UploadId) -> Failure {
    failure(error).advise(format!(
        "the file was uploaded, as {}: do not upload it again, ask for its result later",
        output::one_line(upload.as_str())
    ))
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
        .with_detail(
            "several results are new in the folder, and which is the upload's cannot be told",
        )
        .with_delivery(Delivery::Answered)
        .with_attempts(1);
    Failure::from(error).advise(format!(
        "the file was uploaded: do not upload it again; its result is one of {}{more}",
        ids.join(", ")
    ))
}
