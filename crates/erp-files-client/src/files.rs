//! Files of a patient's analysis: list, send flag, deletion, and uploads in three steps.
//!
//! An upload is [`initialize`](Files::initialize) (the ERP issues a signed URL) →
//! [`transfer`](Files::transfer) (the file goes there) → [`finalize`](Files::finalize).
//! [`Files::upload`] does the three as one, settles conflicts and lost answers with the help of the
//! list, and can be resumed by another process.

mod delete;
mod entry;
mod finalize;
mod initialize;
mod list;
mod set_send;
mod transfer;
mod upload;

use common_http::{
    Answer, Call, Delivery, Engine, Error, ErrorKind, ForeignHosts, Operation, Request, Result,
    safe_debug,
};

pub(crate) use self::delete::DELETE;
pub use self::entry::FileEntry;
pub(crate) use self::finalize::FINALIZE;
pub(crate) use self::initialize::INITIALIZE;
pub(crate) use self::list::LIST;
pub(crate) use self::set_send::SET_SEND;
pub use self::set_send::SendFlagIn;
pub(crate) use self::transfer::TRANSFER;
pub use self::transfer::{BlobType, TransferFile, UploadTarget};
pub use self::upload::{OnConflict, Upload, UploadOutcome};
use crate::ids::{AnalysisId, PatientId};

/// Our readings of what the document leaves open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) hosts: ForeignHosts,
    pub(crate) blob_type: BlobType,
    pub(crate) send_flag_in: SendFlagIn,
}

/// The files of a patient's analysis: [`ErpFilesClient::files`](crate::ErpFilesClient::files).
#[derive(Clone)]
#[must_use]
pub struct Files {
    pub(crate) engine: Engine,
    pub(crate) settings: Settings,
    pub(crate) patient: PatientId,
    pub(crate) analysis: AnalysisId,
}

safe_debug!(Files {});

impl Files {
    fn request(&self, operation: &Operation) -> Request {
        self.engine
            .request(operation)
            .path("patientId", self.patient.as_str())
            .path("analysisId", self.analysis.as_str())
    }
}

/// Ends the building of a request to the ERP itself.
fn reads<T>(
    request: Request,
    read: impl FnOnce(Answer) -> Result<T> + Send + Sync + 'static,
) -> Call<T> {
    request.settles(|ended| read(ended.map_err(explained)?))
}

/// Says of a 403 what each of the vendor's articles says of it.
fn explained(error: Error) -> Error {
    // The error of a call that was not sent is a token provider's, with words of its own.
    let is_answer = error.delivery() != Delivery::NotSent;
    if is_answer && error.kind() == ErrorKind::PermissionDenied {
        error.with_detail("the access token lacks the scope gambit:erp")
    } else {
        error
    }
}
