//! The three steps as one, with conflicts and lost answers settled by looking at the list ([`steps`]).

mod begin;
mod listed;
mod outcome;
mod steps;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use common_http::{Body, CallOptions, Result, safe_debug};

pub use self::outcome::{UnfinishedUpload, UploadOutcome};
use super::{Files, UploadJournal, UploadState};

/// What to do where a file of the name exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Of every step but the transfer, which alone reports progress.
    options: CallOptions,
    transfer_options: CallOptions,
    /// Whether any step has left.
    sent: AtomicBool,
    /// The state that was kept last, whether there is a journal or not.
    last: Mutex<Option<UploadState>>,
}

safe_debug!(Upload { body, on_conflict });

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
            transfer_options: CallOptions::default(),
            sent: AtomicBool::new(false),
            last: Mutex::new(None),
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
    /// # fn example(files: erp_files_client::files::Files, pdf: erp_files_client::Body) {
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
    /// # fn example(files: erp_files_client::files::Files, pdf: erp_files_client::Body) {
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
    /// # fn example(files: erp_files_client::files::Files, pdf: erp_files_client::Body, sha256: String) {
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
    /// let upload = files.upload("result.pdf", erp_files_client::Body::from("%PDF-1.7 ...")).journal(journal);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn journal(mut self, journal: impl UploadJournal) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// Sets the settings of each step: attempts, and a deadline that every step has for itself, looks at the list among
    /// them; progress is the transfer's alone. A limit for the whole is a `timeout` around [`send`](Self::send), which leaves what a
    /// cancelled upload leaves.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, pdf: erp_files_client::Body) {
    /// use erp_files_client::CallOptions;
    ///
    /// let options = CallOptions::default()
    ///     .on_progress(|progress| println!("attempt {}: {} bytes", progress.attempt, progress.sent));
    /// let upload = files.upload("result.pdf", pdf).options(options);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options.clone().without_progress();
        self.transfer_options = options;
        self
    }

    /// Uploads the file. Nothing is sent for one that cannot be read.
    ///
    /// Where an answer is lost, the list is asked what has happened, for it holds finished files only (our reading); where that
    /// does not settle it, the error says which step is in doubt. Once the ERP has given an address,
    /// [`send_or_state`](Self::send_or_state) and the [`journal`](Self::journal) have what is needed to take the upload up again.
    /// A cancelled upload leaves an unfinished one.
    ///
    /// Taken up again, an upload that turns out to be finished ends well, and one whose address or name the storage or the
    /// ERP no longer knows starts anew. Where somebody else has finished a file of the name meanwhile, that is a conflict like
    /// any other. Only where a finalize of ours has left, whatever its answer, is his file not told apart from ours.
    ///
    /// A name is the same as a listed one where it is so byte for byte, or in Unicode's composed form (NFC). One that differs in
    /// casing alone is never deleted nor passed for this one: where the name is taken, it is `file_exists`.
    ///
    /// What the error says of [`delivery`](crate::Error::delivery) is said of all the steps: `NotSent` only where none has
    /// left. A replacement that fails may have deleted the old file.
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
    /// use erp_files_client::Body;
    /// use erp_files_client::files::UploadOutcome;
    ///
    /// let pdf = Body::from("%PDF-1.7 ..."); // or Body::from_path("result.pdf").await?
    /// let outcome = client.files(&7.into(), &12.into()).upload("result.pdf", pdf).send().await?;
    /// assert!(matches!(outcome, UploadOutcome::Uploaded { file_id: Some(_), .. }));
    /// # Ok::<(), erp_files_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(mut self) -> Result<UploadOutcome> {
        self.run().await
    }

    /// As [`send`](Self::send); a failure has with it what the upload can be taken up again from.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use erp_files_client::sandbox::{FILES_FINALIZE, Fault, Sandbox};
    /// # let sandbox = Sandbox::start().await.unwrap();
    /// # let files = sandbox.client().files(&7.into(), &12.into());
    /// # sandbox.fail_next(FILES_FINALIZE, Fault::status(http::StatusCode::BAD_REQUEST)).unwrap();
    /// use erp_files_client::Body;
    ///
    /// let pdf = Body::from("%PDF-1.7 ...");
    /// let upload = files.upload("result.pdf", pdf.clone());
    /// if let Err(unfinished) = upload.send_or_state().await {
    ///     println!("{unfinished}");
    ///     if let Some(state) = unfinished.state().cloned() {
    ///         // Later, or in another process: `state.to_json()` keeps it.
    ///         files.resume(state, pdf).send().await?;
    ///     }
    /// }
    /// # assert_eq!(files.list().send().await?.len(), 1);
    /// # Ok::<(), erp_files_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send_or_state(mut self) -> Result<UploadOutcome, UnfinishedUpload> {
        self.run().await.map_err(|error| {
            let last = self.last.get_mut().unwrap_or_else(PoisonError::into_inner);
            UnfinishedUpload::new(error, last.take())
        })
    }
}
