//! Prescriptions: files that are uploaded to be read, and the results of reading them.
//!
//! **Ids.** The vendor has three kinds and does not promise that any is equal to another: an upload is answered with an
//! [`UploadId`], results have a [`PrescriptionId`], and a webhook carries an [`AnalysisId`]. What holds for sure is that
//! the results of a folder have what was uploaded into it. [`Prescriptions::result_of`] tries the upload's id first and
//! then looks at what is new in the folder, and says which of the two it was.
//!
//! What holds for all types: only an id must be there; a field that is absent or null is `None`, fields that no type names are
//! kept in `extra`, and so are those of another JSON type than documented, whose typed field is `None`; `Debug` shows ids, status and sizes, nothing of a file's name or of what was read. In a program's tests
//! they are built from JSON, and so is the [`Recorded`](crate::Recorded) that a call gives.
//!
//! ```
//! use medreader_client::prescriptions::{PrescriptionResult, ResultStatus};
//!
//! let result: PrescriptionResult = serde_json::from_str(
//!     r#"{"id": "00000000-0000-4000-8000-000000000001", "status": "completed", "prescription_confidence_score": 95}"#,
//! )?;
//! assert_eq!(result.status, Some(ResultStatus::Completed));
//! assert_eq!(result.prescription_confidence_score, Some(95.0));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod file;
mod format;
mod result;
mod result_of;
mod results;
mod upload;
mod wait;

use common_http::{Engine, Operation};

pub use self::file::PrescriptionFile;
pub use self::format::FileFormat;
pub use self::result::{GetResult, PrescriptionResult, ResultStatus};
pub use self::result_of::{FolderSnapshot, FoundResult, ResultOf};
pub use self::results::{FolderResults, ListResults, Listed, ListedResult};
pub use self::upload::{Upload, UploadPrescription};
pub use self::wait::{Arrival, Prompt, WaitOptions};
#[cfg(doc)]
use crate::ids::AnalysisId;
use crate::ids::{FolderId, PrescriptionId, UploadId};

/// `POST /api/v1/prescription-files`: a file to be read.
pub(crate) static UPLOAD: Operation = Operation::post(
    "medreader.prescriptions.upload",
    "/api/v1/prescription-files",
)
.transfer();

/// `GET /api/v1/prescriptions/{prescription-id}/result`: the result of reading one.
pub(crate) static RESULT: Operation = Operation::get(
    "medreader.prescriptions.result",
    "/api/v1/prescriptions/{prescription-id}/result",
);

/// `GET /api/v1/prescriptions/results`: the results of a folder.
pub(crate) static RESULTS: Operation = Operation::get(
    "medreader.prescriptions.results",
    "/api/v1/prescriptions/results",
);

/// A tenant's prescriptions. Made by [`MedReaderClient::prescriptions`](crate::MedReaderClient::prescriptions).
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
/// # let client = sandbox.client();
/// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
/// use medreader_client::prescriptions::{FoundResult, PrescriptionFile, WaitOptions};
///
/// let prescriptions = client.prescriptions();
/// let before = prescriptions.results(&folder).send().await?.snapshot(&folder);
/// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
/// let upload = prescriptions.upload(&folder, file).send().await?;
/// match prescriptions.result_of(&upload.id).since(before).wait(WaitOptions::default()).await? {
///     FoundResult::SameId(result) => {
///         println!("{:?}, score {:?}", result.status, result.prescription_confidence_score);
///     }
///     // Whoever else uploads into this folder makes it another patient's.
///     FoundResult::OnlyNewInFolder(result) => println!("{} is to be confirmed", result.id),
///     FoundResult::Ambiguous(candidates) => println!("one of {} results", candidates.len()),
/// }
/// # Ok::<(), medreader_client::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Prescriptions {
    engine: Engine,
}

impl Prescriptions {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// Uploads a file into a folder, to be read.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// let upload = client.prescriptions().upload(&folder, file).send().await?;
    /// println!("uploaded as {}", upload.id);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn upload(&self, folder: &FolderId, file: PrescriptionFile) -> UploadPrescription {
        UploadPrescription::new(self.engine.clone(), folder.clone(), file)
    }

    /// Reads the result of a prescription, or waits for it.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let upload = client.prescriptions().upload(&folder, file).send().await?;
    /// let id = upload.id.assume_prescription_id();
    /// let result = client.prescriptions().result(&id).send().await?;
    /// println!("{:?}", result.status);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn result(&self, id: &PrescriptionId) -> GetResult {
        GetResult::new(self.engine.clone(), id.clone())
    }

    /// Lists the results of a folder.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// let list = client.prescriptions().results(&folder).send().await?;
    /// assert_eq!(list.readable().count(), 0);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn results(&self, folder: &FolderId) -> ListResults {
        ListResults::new(self.engine.clone(), folder.clone())
    }

    /// Waits for the result of an upload, whose id among the prescriptions is not known for sure.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let upload = client.prescriptions().upload(&folder, file).send().await?;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let waiting = client.prescriptions().result_of(&upload.id);
    /// let found = waiting.wait(WaitOptions::default()).await?;
    /// assert!(found.result().is_some());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn result_of(&self, upload: &UploadId) -> ResultOf {
        ResultOf::new(self.engine.clone(), upload.clone())
    }
}
