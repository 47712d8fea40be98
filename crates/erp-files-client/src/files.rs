//! Files of a patient's analysis: list, send flag, delete, and uploads in three steps.
//!
//! An upload is `initialize` (the ERP gives a signed address) → `transfer` (the file goes there) → `finalize`.
//! [`Files::upload`] does the three as one, settles conflicts and lost answers by looking at the list, and can be taken up
//! again in another process; each step is there by hand as well.

mod delete;
mod finalize;
mod initialize;
mod journal;
mod list;
mod model;
mod send_flag;
mod transfer;
mod upload;

use common_http::{
    Answer, Body, CallOptions, Delivery, Engine, ErrorKind, Operation, Request, Result,
};

pub use self::delete::DeleteFile;
pub use self::finalize::FinalizeUpload;
pub use self::initialize::InitializeUpload;
pub use self::journal::{UploadJournal, UploadState};
pub use self::list::ListFiles;
pub use self::model::FileEntry;
pub use self::send_flag::{SendFlagIn, SetSend};
pub use self::transfer::{BlobType, TransferFile, UploadTarget};
pub use self::upload::{OnConflict, UnfinishedUpload, Upload, UploadOutcome};
use crate::client::Settings;
use crate::ids::{AnalysisId, FileId, PatientId};

/// `POST .../files/initialize/{fileName}`: asks for a signed address under which the file is uploaded.
pub(crate) static INITIALIZE: Operation = Operation::post(
    "erp.files.initialize",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/initialize/{fileName}",
);

/// `PUT` to the signed address: the file itself. Whoever does it twice leaves the same file.
pub(crate) static TRANSFER: Operation = Operation::put("erp.files.transfer", "/{signedAddress}")
    .transfer()
    .public();

/// `POST .../files/{fileName}`: says that the file is there.
pub(crate) static FINALIZE: Operation = Operation::post(
    "erp.files.finalize",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{fileName}",
);

/// `GET .../files`: all files of the analysis.
pub(crate) static LIST: Operation = Operation::get(
    "erp.files.list",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files",
);

/// `PATCH .../files/{id}`: whether the file may be sent by e-mail or Viber.
pub(crate) static SET_SEND: Operation = Operation::patch(
    "erp.files.set_send",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
);

/// `DELETE .../files/{id}`.
pub(crate) static DELETE: Operation = Operation::delete(
    "erp.files.delete",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
);

/// The files of one analysis of one patient. Made by [`ErpFilesClient::files`](crate::ErpFilesClient::files); cheap to clone.
#[derive(Clone)]
pub struct Files {
    engine: Engine,
    settings: Settings,
    patient: PatientId,
    analysis: AnalysisId,
}

common_http::safe_debug!(Files {});

impl Files {
    pub(crate) fn new(
        engine: Engine,
        settings: Settings,
        patient: PatientId,
        analysis: AnalysisId,
    ) -> Self {
        Self {
            engine,
            settings,
            patient,
            analysis,
        }
    }

    /// Lists the files. See [`ListFiles::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// let list = files.list();
    /// # let _ = list;
    /// # }
    /// ```
    pub fn list(&self) -> ListFiles {
        ListFiles::new(self.clone())
    }

    /// Uploads a file under this name. See [`Upload::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// let upload = files.upload("result.pdf", erp_files_client::Body::from("%PDF-1.7 ..."));
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn upload(&self, name: impl Into<String>, body: Body) -> Upload {
        Upload::new(self.clone(), name.into(), body)
    }

    /// Takes an upload up again that another process began. See [`UploadJournal`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, state: erp_files_client::files::UploadState) {
    /// let upload = files.resume(state, erp_files_client::Body::from("%PDF-1.7 ..."));
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn resume(&self, state: UploadState, body: Body) -> Upload {
        Upload::resume(self.clone(), state, body)
    }

    /// Allows a file to be sent by e-mail or Viber, or not. See [`SetSend::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// let call = files.set_send(&1.into(), true);
    /// # let _ = call;
    /// # }
    /// ```
    pub fn set_send(&self, file: &FileId, send: bool) -> SetSend {
        SetSend::new(self.clone(), file.clone(), send)
    }

    /// Deletes a file. See [`DeleteFile::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// let call = files.delete(&1.into());
    /// # let _ = call;
    /// # }
    /// ```
    pub fn delete(&self, file: &FileId) -> DeleteFile {
        DeleteFile::new(self.clone(), file.clone())
    }

    /// First step of an upload by hand: asks for a signed address. See [`InitializeUpload::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// let call = files.initialize("result.pdf");
    /// # let _ = call;
    /// # }
    /// ```
    pub fn initialize(&self, name: impl Into<String>) -> InitializeUpload {
        InitializeUpload::new(self.clone(), name.into())
    }

    /// Second step by hand: sends the file there. See [`InitializeUpload::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, target: erp_files_client::files::UploadTarget) {
    /// let call = files.transfer(&target, erp_files_client::Body::from("%PDF-1.7 ..."));
    /// # let _ = call;
    /// # }
    /// ```
    pub fn transfer(&self, target: &UploadTarget, body: Body) -> TransferFile {
        TransferFile::new(self.clone(), target.clone(), body)
    }

    /// Third step by hand: says that the file is there. See [`InitializeUpload::send`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// let call = files.finalize("result.pdf");
    /// # let _ = call;
    /// # }
    /// ```
    pub fn finalize(&self, name: impl Into<String>) -> FinalizeUpload {
        FinalizeUpload::new(self.clone(), name.into())
    }

    fn request(&self, operation: &Operation, options: &CallOptions) -> Request {
        self.engine
            .request(operation)
            .path("patientId", self.patient.as_str())
            .path("analysisId", self.analysis.as_str())
            .options(options.clone())
    }
}

/// Sends a request to the ERP itself, and says of a 403 what the vendor's every article says of it.
async fn send(request: Request) -> Result<Answer> {
    request.send().await.map_err(|error| {
        // Of a call that was not sent it is the word of a token provider.
        match (error.kind(), error.delivery()) {
            (_, Delivery::NotSent) => error,
            (ErrorKind::PermissionDenied, _) => {
                error.with_detail("the access token lacks the scope gambit:erp")
            }
            _ => error,
        }
    })
}
