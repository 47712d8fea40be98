//! Sends a job to its vendor.

use std::sync::Arc;

use common_http::{Body, Error, ErrorKind, Result};
use erp_files_client::files::UploadOutcome;
use erp_files_client::{AnalysisId, PatientId};
use gensoft_client::ExecutionId;
use medreader_client::FolderId;
use medreader_client::prescriptions::PrescriptionFile;

use super::decision::Outcome;
use super::queue::Claimed;
use super::task::Task;
use super::upload_state::UploadState;
use super::vendors::Vendors;

/// What is known after an attempt.
pub(super) struct Sent {
    pub(super) outcome: Outcome,
    /// How the job came to be done, if it is.
    pub(super) how: &'static str,
    pub(super) remote_id: Option<String>,
    pub(super) error: Option<Error>,
}

impl Sent {
    fn delivered(how: &'static str, remote_id: Option<String>) -> Self {
        Self {
            outcome: Outcome::Delivered,
            how,
            remote_id,
            error: None,
        }
    }

    fn failed(error: Error) -> Self {
        Self {
            outcome: Outcome::of(&error),
            how: "delivered",
            remote_id: None,
            error: Some(error),
        }
    }
}

/// Makes one attempt. The client may repeat its calls where that is safe.
pub(super) async fn send(vendors: &Vendors, job: &Claimed, state: Arc<UploadState>) -> Sent {
    let sent = match &job.task {
        Task::GensoftAttendance => attendance(vendors, job).await,
        Task::GensoftReport { execution } => report(vendors, job, execution).await,
        Task::ErpFile { .. } => erp_file(vendors, job, state).await,
        Task::MedreaderPrescription { folder, name } => {
            prescription(vendors, job, folder, name).await
        }
    };
    sent.unwrap_or_else(Sent::failed)
}

async fn attendance(vendors: &Vendors, job: &Claimed) -> Result<Sent> {
    let client = vendors.gensoft.as_ref().ok_or_else(no_client)?;
    let call = client.attendances().send_text(job.content.clone());
    call.await?;
    // The vendor's document says nothing of an id in the answer.
    Ok(Sent::delivered("delivered", None))
}

async fn report(vendors: &Vendors, job: &Claimed, execution: &str) -> Result<Sent> {
    let client = vendors.gensoft.as_ref().ok_or_else(no_client)?;
    let pdf = Body::from(job.content.clone());
    let upload = client.reports().upload(&ExecutionId::from(execution), pdf);
    upload.await?;
    Ok(Sent::delivered("delivered", None))
}

async fn erp_file(vendors: &Vendors, job: &Claimed, state: Arc<UploadState>) -> Result<Sent> {
    let client = vendors.erp.as_ref().ok_or_else(no_client)?;
    let Task::ErpFile {
        patient,
        analysis,
        name,
        on_conflict,
    } = &job.task
    else {
        return Err(no_client());
    };
    let patient = PatientId::from(patient.as_str());
    let files = client.files(&patient, &AnalysisId::from(analysis.as_str()));
    let outcome = files
        .upload(name, Body::from(job.content.clone()))
        .on_conflict(*on_conflict)
        .fingerprint(&job.sha256)
        .resumable(&state)
        .await?;
    let id = outcome.file_id().map(|id| id.as_str().to_owned());
    Ok(match &outcome {
        UploadOutcome::Replaced { .. } => Sent::delivered("replaced", id),
        UploadOutcome::Skipped { .. } => Sent::delivered("skipped", id),
        UploadOutcome::Uploaded { .. } => Sent::delivered("delivered", id),
        _ => Sent {
            outcome: Outcome::Unconfirmed,
            ..Sent::failed(unconfirmed())
        },
    })
}

async fn prescription(vendors: &Vendors, job: &Claimed, folder: &str, name: &str) -> Result<Sent> {
    let client = vendors.medreader.as_ref().ok_or_else(no_client)?;
    let file = PrescriptionFile::from_bytes(name, job.content.clone());
    let upload = client.prescriptions().upload(&FolderId::from(folder), file);
    let id = upload.await?.id.as_str().to_owned();
    Ok(Sent::delivered("delivered", Some(id)))
}

/// A worker takes no jobs of vendors that it has no client for.
fn no_client() -> Error {
    Error::new(ErrorKind::Config).with_detail("this worker has no client of the vendor")
}

/// All was sent, and the list does not show the file.
fn unconfirmed() -> Error {
    Error::new(ErrorKind::NotFound)
        .with_operation("erp.files.list")
        .with_detail("all was sent, but the ERP's list does not show the file")
        .with_code("unconfirmed", true)
        .with_attempts(1)
        .with_delivery(common_http::Delivery::Unknown)
}
