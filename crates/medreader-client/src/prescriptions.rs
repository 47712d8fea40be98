//! Prescriptions: files that are uploaded to be read, and the results of reading them.
//!
//! **Ids.** The vendor has three kinds and does not promise that any is equal to another: the
//! answer to an upload has an [`UploadId`], results have a [`PrescriptionId`], and a webhook has an
//! [`AnalysisId`]. It is only certain that the results of a folder contain what was uploaded into
//! it. [`Prescriptions::result_of`] tries the upload's id first, then what is new in the folder,
//! and says which of the two it was.
//!
//! **Models.** Only an id is required. A field that is absent or null is `None`; unknown fields and
//! fields of an unexpected type are kept in `extra`. `Debug` shows ids, status and sizes, but no
//! file names and nothing that was read. A program's tests build them from JSON, and the
//! [`Recorded`](crate::Recorded) of a call likewise.

mod format;
mod result;
mod result_of;
mod results;
mod snapshot;
mod upload;
mod wait;
mod whose;

use common_http::Engine;

pub use self::format::FileFormat;
pub(crate) use self::result::RESULT;
pub use self::result::{GetResult, PrescriptionResult, ResultStatus};
pub use self::result_of::{FoundResult, ResultOf};
pub(crate) use self::results::RESULTS;
pub use self::results::{FolderResults, ListedResult};
pub use self::snapshot::FolderSnapshot;
pub(crate) use self::upload::UPLOAD;
pub use self::upload::{PrescriptionFile, Upload, UploadPrescription};
pub use self::wait::{Arrival, Prompt, WaitOptions};
#[cfg(doc)]
use crate::ids::{AnalysisId, PrescriptionId, UploadId};

/// The prescriptions of a tenant:
/// [`MedReaderClient::prescriptions`](crate::MedReaderClient::prescriptions).
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use medreader_client::prescriptions::{FoundResult, PrescriptionFile, WaitOptions};
/// use medreader_client::sandbox::Sandbox;
///
/// let sandbox = Sandbox::start().await?;
/// let folder = sandbox.client().folders().create("Pacientes Exemplo").await?.id.clone();
/// let prescriptions = sandbox.client().prescriptions();
///
/// let before = prescriptions.snapshot(&folder).await?;
/// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
/// let upload = prescriptions.upload(&folder, file).await?;
/// let waiting = prescriptions.result_of(&upload.id).folder(upload.folder_id.clone());
/// match waiting.since(before).wait(WaitOptions::default()).await? {
///     FoundResult::SameId(result) => {
///         println!("{:?}, score {:?}", result.status, result.prescription_confidence_score);
///     }
///     // If somebody else uploads into this folder, it may be another patient's.
///     FoundResult::OnlyNewInFolder(result) => println!("{} is to be confirmed", result.id),
///     FoundResult::Ambiguous(candidates) => println!("one of {} results", candidates.len()),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Prescriptions {
    pub(crate) engine: Engine,
}
