//! The operation `erp.files.set_send`.

use common_http::{CallOptions, Request, Result, safe_debug};

use super::{Files, SET_SEND, send};
use crate::ids::FileId;

/// Where `isSend` stands in the request: the document calls it a parameter and says no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendFlagIn {
    /// `?isSend=true`: our first reading.
    #[default]
    Query,
    /// `{"isSend": true}` as JSON: the other reading.
    Body,
}

/// Allows a file to be sent by e-mail or Viber, or not. Made by [`Files::set_send`].
#[must_use = "nothing is sent before `send`"]
pub struct SetSend {
    files: Files,
    file: FileId,
    send: bool,
    options: CallOptions,
}

safe_debug!(SetSend { file, send });

impl SetSend {
    pub(super) fn new(files: Files, file: FileId, send: bool) -> Self {
        Self {
            files,
            file,
            send,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// use erp_files_client::{CallOptions, Effect};
    ///
    /// // Setting a flag twice leaves it set, where you know that the ERP sends nothing by itself.
    /// let call = files.set_send(&1.into(), true).options(CallOptions::default().effect(Effect::Idempotent));
    /// # let _ = call;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        let file = self.file.as_str();
        let request = self
            .files
            .request(&SET_SEND, &self.options)
            .path("id", file);
        match self.files.settings.send_flag_in {
            SendFlagIn::Query => request.query("isSend", if self.send { "true" } else { "false" }),
            SendFlagIn::Body => request.json(&serde_json::json!({ "isSend": self.send })),
        }
    }

    /// Sets the flag. It only allows the sending (documented).
    ///
    /// Counts as an effect: repeated only when it was not sent or was refused. A cancelled call may have set it.
    ///
    /// # Errors
    /// - `not_found`: there is no such file
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `server`, `timeout`, `interrupted`: its fate is unknown; the list tells
    /// - the others of [`ListFiles::send`](super::ListFiles::send)
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let files = client.files(&7.into(), &12.into());
    /// # files.upload("result.pdf", erp_files_client::Body::from("%PDF-1.7 ...")).send().await?;
    /// let listed = files.list().send().await?;
    /// let id = listed[0].file_id().unwrap();
    /// files.set_send(&id, true).send().await?;
    /// assert_eq!(files.list().send().await?[0].is_send, Some(true));
    /// # Ok::<(), erp_files_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<()> {
        send(self.request()).await.map(drop)
    }
}
