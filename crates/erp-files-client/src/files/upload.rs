//! The three steps as one, with conflicts and lost answers settled by looking at the list ([`steps`]).

mod steps;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use common_http::{Body, CallOptions, Result};

use super::{Files, UploadJournal, UploadState};
use crate::ids::FileId;

/// What to do where a file of the name exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// End with `conflict` and the code `file_exists`.
    #[default]
    Error,
    /// Leave the file that is there, and say so.
    Skip,
    /// Delete the file that is there, and upload this one. Nothing is deleted for a file that cannot be read, nor where several
    /// files have the name. What fails between the two leaves neither file: upload again.
    Replace,
}

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadOutcome {
    /// The file is there, with this id where the list tells it.
    Uploaded(Option<FileId>),
    /// The file is there in place of another, with this id where the list tells it.
    Replaced(Option<FileId>),
    /// A file of the name was there before, with this id where the list tells it; nothing was uploaded.
    Skipped(Option<FileId>),
}

impl UploadOutcome {
    /// The outcome as one word, stable across versions: `uploaded`, `replaced` or `skipped`.
    ///
    /// ```
    /// use erp_files_client::files::UploadOutcome;
    ///
    /// assert_eq!(UploadOutcome::Uploaded(None).as_str(), "uploaded");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Uploaded(_) => "uploaded",
            Self::Replaced(_) => "replaced",
            Self::Skipped(_) => "skipped",
        }
    }

    /// The id of the file that is there now, where the list tells it.
    ///
    /// ```
    /// # fn example(outcome: erp_files_client::files::UploadOutcome) {
    /// if let Some(id) = outcome.file_id() {
    ///     println!("{id:?}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn file_id(&self) -> Option<&FileId> {
        match self {
            Self::Uploaded(id) | Self::Replaced(id) | Self::Skipped(id) => id.as_ref(),
        }
    }
}

/// Uploads a file: initialize → transfer → finalize. Made by [`Files::upload`] and [`Files::resume`].
#[must_use = "nothing is sent before `send`"]
pub struct Upload {
    files: Files,
    name: String,
    body: Body,
    begun: Option<UploadState>,
    on_conflict: OnConflict,
    content_type: Option<String>,
    fingerprint: Option<String>,
    journal: Option<Arc<dyn UploadJournal>>,
    options: CallOptions,
}

impl Upload {
    pub(super) fn new(files: Files, name: String, body: Body) -> Self {
        Self {
            files,
            name,
            body,
            begun: None,
            on_conflict: OnConflict::default(),
            content_type: None,
            fingerprint: None,
            journal: None,
            options: CallOptions::default(),
        }
    }

    pub(super) fn resume(files: Files, state: UploadState, body: Body) -> Self {
        Self {
            begun: Some(state.clone()),
            ..Self::new(files, state.name, body)
        }
    }

    /// Says what to do where a file of the name exists.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, pdf: common_http::Body) {
    /// use erp_files_client::files::OnConflict;
    ///
    /// let upload = files.upload("result.pdf", pdf).on_conflict(OnConflict::Replace);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// Sends this `Content-Type` to the storage; without it none is sent.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, pdf: common_http::Body) {
    /// let upload = files.upload("result.pdf", pdf).content_type("application/pdf");
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Says what tells this content from another, such as a hash of it; it is kept in the [`UploadState`]. An upload that is
    /// taken up again with another fingerprint, or another length, does not pass what was transferred before for the content of
    /// now: it is transferred again, or, where the earlier content was finished, counts as a conflict.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, pdf: common_http::Body, sha256: String) {
    /// let upload = files.upload("result.pdf", pdf).fingerprint(sha256);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn fingerprint(mut self, fingerprint: impl Into<String>) -> Self {
        self.fingerprint = Some(fingerprint.into());
        self
    }

    /// Keeps the upload's state as it goes. See [`UploadJournal`] for an example.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, journal: impl erp_files_client::files::UploadJournal) {
    /// let upload = files.upload("result.pdf", common_http::Body::from("%PDF-1.7 ...")).journal(journal);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn journal(mut self, journal: impl UploadJournal) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// Sets the settings of the transfer: progress, deadline, attempts.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, pdf: common_http::Body) {
    /// use common_http::CallOptions;
    ///
    /// let options = CallOptions::default()
    ///     .on_progress(|progress| println!("attempt {}: {} bytes", progress.attempt, progress.sent));
    /// let upload = files.upload("result.pdf", pdf).options(options);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Uploads the file. Nothing is sent for one that cannot be read.
    ///
    /// Where an answer is lost, the list is asked what has happened; where that does not settle it, the error says which step
    /// is in doubt, and the [`journal`](Self::journal) has what is needed to take the upload up again. A cancelled upload leaves
    /// an unfinished one.
    ///
    /// Taken up again, an upload that turns out to be finished ends well, and one whose address or name the storage or the
    /// ERP no longer knows starts anew. Where somebody else has finished a file of the name meanwhile, that is a conflict like
    /// any other.
    ///
    /// # Errors
    /// - `conflict` with the code `file_exists`: a file of this name exists
    /// - `conflict` with the code `unfinished_upload`: the name is taken, but no such file is listed: an upload of it was begun
    ///   and not finished. Resume it, or choose another name
    /// - `local_io`: the file or the journal cannot be read or written
    /// - `invalid_input`: the file's length is not known, the name is refused, or a state is of another analysis
    /// - those of the three steps
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use common_http::Body;
    /// use erp_files_client::files::UploadOutcome;
    ///
    /// let pdf = Body::from("%PDF-1.7 ..."); // or Body::from_path("result.pdf").await?
    /// let outcome = client.files(&7.into(), &12.into()).upload("result.pdf", pdf).send().await?;
    /// assert!(matches!(outcome, UploadOutcome::Uploaded(Some(_))));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<UploadOutcome> {
        self.run().await
    }
}
