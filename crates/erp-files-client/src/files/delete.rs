//! The operation `erp.files.delete`.

use common_http::{Call, Delivery, Error, ErrorKind, Operation};

use crate::files::{Files, explained};
use crate::ids::FileId;

/// `DELETE .../files/{id}`.
pub(crate) static DELETE: Operation = Operation::delete(
    "erp.files.delete",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
);

impl Files {
    /// Deletes a file.
    ///
    /// It is repeated if it fails. If a repetition does not find the file, an earlier attempt
    /// deleted it, and that is success. A cancelled call may have deleted it.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// # sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 ...");
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// for id in files.list().await?.iter().filter_map(|file| file.value()?.id.clone()) {
    ///     files.delete(&id).await?;
    /// }
    /// assert!(files.list().await?.is_empty());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `not_found`: the first attempt did not find the file
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - the others of [`list`](Self::list)
    pub fn delete(&self, file: &FileId) -> Call<()> {
        let request = self.request(&DELETE).path("id", file.as_str());
        request.settles(|ended| match ended {
            Err(error) if !was_deleted_before(&error) => Err(explained(error)),
            Ok(_) | Err(_) => Ok(()),
        })
    }
}

/// Delivery is in doubt only if an earlier attempt may have deleted the file.
fn was_deleted_before(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && error.delivery() == Delivery::Unknown
}
