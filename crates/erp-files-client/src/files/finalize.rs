//! The operation `erp.files.finalize`.

use common_http::{Call, Operation};

use crate::files::{Files, reads};

/// `POST .../files/{fileName}`: says that the file was transferred.
pub(crate) static FINALIZE: Operation = Operation::post(
    "erp.files.finalize",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{fileName}",
);

impl Files {
    /// Third step of an upload by hand: says that the file was transferred.
    ///
    /// The body is empty (documented), so `Content-Length` is 0. [`initialize`](Self::initialize)
    /// has an example.
    ///
    /// It has an effect: it is repeated only if it was not sent or was refused. A cancelled call
    /// may have finished the upload.
    ///
    /// # Errors
    /// - `not_found`, `conflict`: nothing was uploaded under this name (inferred)
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `server`, `timeout`, `interrupted`: it may have had its effect; the list shows whether
    /// - the others of [`list`](Self::list)
    pub fn finalize(&self, name: impl Into<String>) -> Call<()> {
        let request = self.request(&FINALIZE).path("fileName", name);
        reads(request, |_| Ok(()))
    }
}
