//! The operation `erp.files.delete`.

use common_http::{CallOptions, ErrorKind, Request, Result, safe_debug};

use super::{DELETE, Files, send};
use crate::ids::FileId;

/// Deletes a file. Made by [`Files::delete`].
#[must_use = "nothing is sent before `send`"]
pub struct DeleteFile {
    files: Files,
    file: FileId,
    options: CallOptions,
}

safe_debug!(DeleteFile { file });

impl DeleteFile {
    pub(super) fn new(files: Files, file: FileId) -> Self {
        Self {
            files,
            file,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// use erp_files_client::CallOptions;
    ///
    /// let delete = files.delete(&1.into()).options(CallOptions::default().max_attempts(2));
    /// # let _ = delete;
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
        self.files.request(&DELETE, &self.options).path("id", file)
    }

    /// Deletes the file.
    ///
    /// Repeated when it fails: where a repetition finds no file any more, an earlier attempt has deleted it, and that is
    /// success. A cancelled call may have deleted it.
    ///
    /// # Errors
    /// - `not_found`: there was no such file at the first attempt
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - those of [`ListFiles::send`](super::ListFiles::send)
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let files = client.files(&7.into(), &12.into());
    /// # files.upload("result.pdf", erp_files_client::Body::from("%PDF-1.7 ...")).send().await?;
    /// for file in files.list().send().await? {
    ///     if let Some(id) = file.file_id() {
    ///         files.delete(&id).send().await?;
    ///     }
    /// }
    /// # assert!(files.list().send().await?.is_empty());
    /// # Ok::<(), erp_files_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<()> {
        match send(self.request()).await {
            Ok(_) => Ok(()),
            // Delivery is in doubt only where an earlier attempt may have done it.
            Err(error)
                if error.kind() == ErrorKind::NotFound
                    && error.delivery() == common_http::Delivery::Unknown =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
