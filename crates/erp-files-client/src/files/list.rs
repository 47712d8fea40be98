//! The operation `erp.files.list`.

use common_http::{CallOptions, RawJson, Request, Result, safe_debug};

use super::model::{FileEntry, entries};
use super::{Files, LIST, send};

/// Lists the files of an analysis. Made by [`Files::list`].
#[must_use = "nothing is sent before `send`"]
pub struct ListFiles {
    files: Files,
    options: CallOptions,
}

safe_debug!(ListFiles {});

impl ListFiles {
    pub(super) fn new(files: Files) -> Self {
        Self {
            files,
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
    /// let list = files.list().options(CallOptions::default().deadline(Duration::from_secs(5)));
    /// # let _ = list;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.files.request(&LIST, &self.options)
    }

    /// Asks for the list. It is the answer itself (a JSON array) or stands in an object under `items`, `files`, `data`,
    /// `value`, `results` or `result`, in any case (our reading: the vendor's example is blank).
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind.
    ///
    /// # Errors
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `not_found`: no such patient or analysis (inferred)
    /// - `decode`: the answer is no list
    /// - `credentials` and the other errors of a token request; `unauthenticated`
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// for file in client.files(&7.into(), &12.into()).list().send().await? {
    ///     println!("{:?} may be sent: {:?}", file.file_id(), file.is_send);
    /// }
    /// # Ok::<(), erp_files_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Vec<FileEntry>> {
        let answer = send(self.request()).await?;
        let list: RawJson = answer.json()?;
        entries(&list).ok_or_else(|| {
            let error = answer.unreadable();
            error.with_detail("the answer is not a list of files")
        })
    }
}
