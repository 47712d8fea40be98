//! The three steps as one: conflicts and lost answers are settled with the help of the list.

mod begin;
mod name;
mod outcome;
mod state;
mod steps;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use common_http::{Body, CallOptions, Result, Store, safe_debug, sent_by_await};

pub use self::outcome::UploadOutcome;
use crate::files::Files;

impl Files {
    /// Uploads a file under this name: initialize → transfer → finalize.
    ///
    /// If an answer is lost, the list shows what has happened, since it has finished files only
    /// (our reading). If that does not settle it, the error says which step is in doubt. With a
    /// [store](Upload::resumable), an upload that fails can be resumed. A cancelled upload may
    /// leave an unfinished one, which has reserved the name.
    ///
    /// At the end the list is read once more. If it does not have the file although the ERP
    /// finalized it, the outcome is [`Unconfirmed`](UploadOutcome::Unconfirmed).
    ///
    /// A listed name is the same name if it is equal byte for byte, or in Unicode's composed form
    /// (NFC). A file whose name differs only in case is never deleted, nor taken for this one: if
    /// the name is refused because of it, that is `file_exists`.
    ///
    /// The error's [`delivery`](crate::Error::delivery) covers all steps: `NotSent` only if none
    /// was sent. A replacement that fails may have deleted the old file.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::Body;
    /// use erp_files_client::files::{OnConflict, UploadOutcome};
    ///
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let pdf = Body::from("%PDF-1.7 ..."); // or Body::from_path("result.pdf").await?
    /// let outcome = files.upload("result.pdf", pdf).on_conflict(OnConflict::Replace).await?;
    /// assert!(matches!(outcome, UploadOutcome::Uploaded { file_id: Some(_), .. }));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `conflict` with the code `file_exists`: a file of this name exists
    /// - `conflict` with the code `unfinished_upload`: the name is taken, but no such file is
    ///   listed, so an upload of it was started and not finished. Resume it, or choose another name
    /// - `local_io`: the file or the store cannot be read or written
    /// - `invalid_input`: the file's length is not known, the name or the content type is refused, or
    ///   the stored state is another upload's
    /// - those of [`initialize`](Self::initialize), [`transfer`](Self::transfer),
    ///   [`finalize`](Self::finalize), [`list`](Self::list) and [`delete`](Self::delete)
    pub fn upload(&self, name: impl Into<String>, body: Body) -> Upload {
        Upload {
            files: self.clone(),
            name: name.into(),
            body,
            on_conflict: OnConflict::default(),
            content_type: None,
            fingerprint: None,
            store: None,
            options: CallOptions::default(),
            transfer_options: CallOptions::default(),
            sent: AtomicBool::new(false),
        }
    }
}

/// What to do if a file of the name exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnConflict {
    /// Fail with `conflict` and the code `file_exists`.
    #[default]
    Error,
    /// Keep the existing file, and say so.
    Skip,
    /// Delete the existing file, and upload this one.
    ///
    /// Nothing is deleted if the new file cannot be read, or if several files have the name. A
    /// failure between deletion and upload leaves neither file: upload again.
    Replace,
}

/// Uploads a file. Made by [`Files::upload`].
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct Upload {
    files: Files,
    name: String,
    body: Body,
    on_conflict: OnConflict,
    content_type: Option<String>,
    fingerprint: Option<String>,
    store: Option<Arc<dyn Store>>,
    /// Of every step but the transfer, which alone reports progress.
    options: CallOptions,
    transfer_options: CallOptions,
    /// Whether any step was sent.
    sent: AtomicBool,
}

safe_debug!(Upload { body, on_conflict });

impl Upload {
    /// Sets what to do if a file of the name exists.
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// Sends this `Content-Type` to the storage. Without it, none is sent.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Keeps the state of the upload in this store, and resumes from the state that it has.
    ///
    /// The store is tried before anything is sent: one that cannot keep a state, or does not answer
    /// in 5 s, is an error, since the upload would take the name and could not be resumed. The
    /// state is saved before each step that follows the first, and removed when the upload is
    /// finished. A store that fails by then does not stop the upload; that is logged as a warning.
    /// Its key is made of the base URL, the patient, the analysis and the name. The value is JSON
    /// with a `version`, which is 1. Text that is not such a state is not used.
    ///
    /// A resumed upload that turns out to be finished succeeds. If the storage or the ERP has
    /// forgotten it, it starts again. A file of the name that somebody else has finished meanwhile
    /// is a conflict like any other. Once a finalize of ours was sent, whatever its answer, a
    /// listed file of that name counts as ours.
    ///
    /// Do not run the same upload twice at the same time: both would send their file to the same
    /// URL, and one would succeed with the content of the other. Hold a lock while it runs.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::sandbox::Fault;
    /// use erp_files_client::{Body, MemoryStore};
    ///
    /// let store = MemoryStore::default(); // a `FolderStore` survives a crash
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let upload = || {
    ///     let upload = files.upload("result.pdf", Body::from("%PDF-1.7 ..."));
    ///     upload.resumable(&store)
    /// };
    ///
    /// sandbox.fail_always("erp.files.transfer", Fault::ResetBeforeEffect)?;
    /// assert!(upload().await.is_err());
    /// sandbox.clear_faults();
    /// upload().await?;
    /// assert_eq!(sandbox.count("erp.files.initialize"), 1);
    /// # Ok(()) });
    /// ```
    pub fn resumable(mut self, store: &(impl Store + Clone)) -> Self {
        self.store = Some(Arc::new(store.clone()));
        self
    }

    /// Sets what tells this content from another, such as a hash of it. It is kept in the state.
    /// Without it, that is the time at which a file was last changed; other bodies have none.
    ///
    /// If the fingerprint or the length differs when an upload is resumed, what was transferred
    /// before is not taken for this content: it is transferred again, or, if the earlier content
    /// was finished, counts as a conflict.
    pub fn fingerprint(mut self, fingerprint: impl Into<String>) -> Self {
        self.fingerprint = Some(fingerprint.into());
        self
    }

    /// Sets options of each step: attempts, and a deadline for every request by itself.
    ///
    /// Progress is that of the transfer. To limit the whole upload, put a `timeout` around it,
    /// which cancels it.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options.clone().without_progress();
        self.transfer_options = options;
        self
    }

    /// Uploads the file: the same as `.await`. Nothing is sent for a file that cannot be read.
    ///
    /// # Errors
    /// Those of [`Files::upload`].
    pub async fn send(self) -> Result<UploadOutcome> {
        // The future is large, and not every caller's should be.
        Box::pin(self.run()).await
    }
}

sent_by_await!(Upload => UploadOutcome);
