//! The operation `erp.files.finalize`.

use common_http::{CallOptions, Request, Result, safe_debug};

use super::{FINALIZE, Files, send};

/// Says that a file is there. Made by [`Files::finalize`].
#[must_use = "nothing is sent before `send`"]
pub struct FinalizeUpload {
    files: Files,
    name: String,
    options: CallOptions,
}

safe_debug!(FinalizeUpload {});

impl FinalizeUpload {
    pub(super) fn new(files: Files, name: String) -> Self {
        Self {
            files,
            name,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// use std::time::Duration;
    /// use erp_files_client::CallOptions;
    ///
    /// let call = files.finalize("result.pdf").options(CallOptions::default().deadline(Duration::from_secs(20)));
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
        self.files
            .request(&FINALIZE, &self.options)
            .path("fileName", &*self.name)
    }

    /// Says that the file is there, with an empty body (documented) and so `Content-Length: 0`. See
    /// [`InitializeUpload::send`](super::InitializeUpload::send) for an example.
    ///
    /// It has an effect: repeated only when it was not sent or was refused. A cancelled call may have finished the upload.
    ///
    /// # Errors
    /// - `not_found`, `conflict`: nothing was uploaded under this name (inferred)
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `server`, `timeout`, `interrupted`: its fate is unknown; the list tells
    /// - the others of [`ListFiles::send`](super::ListFiles::send)
    ///
    /// ```
    /// # async fn example(files: erp_files_client::files::Files) -> erp_files_client::Result<()> {
    /// files.finalize("result.pdf").send().await?;
    /// # Ok(()) }
    /// ```
    pub async fn send(self) -> Result<()> {
        send(self.request()).await.map(drop)
    }
}
