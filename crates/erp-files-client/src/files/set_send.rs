//! The operation `erp.files.set_send`.

use common_http::{Call, Operation};
use serde_json::json;

use crate::files::{Files, reads};
use crate::ids::FileId;

/// `PATCH .../files/{id}`: sets whether the file may be sent by e-mail or Viber.
pub(crate) static SET_SEND: Operation = Operation::patch(
    "erp.files.set_send",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/{id}",
);

/// Where `isSend` is sent. The document calls it a parameter and says no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendFlagIn {
    /// In the query, `?isSend=true`: our first reading.
    #[default]
    Query,
    /// In a JSON body, `{"isSend": true}`: the other reading.
    Body,
}

impl Files {
    /// Sets whether a file may be sent by e-mail or Viber. It only allows the sending (documented).
    ///
    /// It counts as an effect: it is repeated only if it was not sent or was refused. If you know
    /// that the ERP sends nothing by itself, [`CallOptions::effect`](crate::CallOptions::effect)
    /// can say that it is idempotent. A cancelled call may have set the flag.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// # sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 ...");
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let listed = files.list().await?;
    /// if let Some(id) = listed[0].value().and_then(|file| file.id.as_ref()) {
    ///     files.set_send(id, true).await?;
    /// }
    /// assert!(sandbox.files("7", "12")[0].is_send);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `not_found`: there is no such file
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `server`, `timeout`, `interrupted`: it may have had its effect; the list shows whether
    /// - the others of [`list`](Self::list)
    pub fn set_send(&self, file: &FileId, send: bool) -> Call<()> {
        let request = self.request(&SET_SEND).path("id", file.as_str());
        let request = match self.settings.send_flag_in {
            SendFlagIn::Query => request.query("isSend", send.to_string()),
            SendFlagIn::Body => request.json(&json!({ "isSend": send })),
        };
        reads(request, |_| Ok(()))
    }
}
