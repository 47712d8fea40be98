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
    /// The body is empty (documented), so `Content-Length` is 0.
    ///
    /// It has an effect: it is repeated only if it was not sent or was refused. A cancelled call
    /// may have finished the upload.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::{Body, ErrorKind};
    ///
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let error = files.finalize("result.pdf").await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotFound, "nothing was transferred");
    ///
    /// let target = files.initialize("result.pdf").await?;
    /// files.transfer(&target, Body::from("%PDF-1.7 ...")).await?;
    /// files.finalize("result.pdf").await?;
    /// # Ok(()) });
    /// ```
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
