//! The three steps as one, with conflicts and lost answers settled by looking at the list.

use std::sync::Arc;

use common_http::{Body, CallOptions, Delivery, Error, ErrorKind, Result, Secret};

use super::model::FileEntry;
use super::transfer::UploadTarget;
use super::{FINALIZE, Files, INITIALIZE, UploadJournal, UploadState};
use crate::ids::FileId;
use crate::vendor::ErrorCode;

/// What to do where a file of the name exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// End with `conflict` and the code `file_exists`.
    #[default]
    Error,
    /// Leave the file that is there, and say so.
    Skip,
    /// Delete the file that is there, and upload this one.
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
    journal: Option<Arc<dyn UploadJournal>>,
    options: CallOptions,
}

/// Where the file is to go, or that it need not.
enum Begun {
    Target {
        target: UploadTarget,
        replaces: bool,
    },
    Skipped(Option<FileId>),
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

    /// Uploads the file.
    ///
    /// Where an answer is lost, the list is asked what has happened; where that does not settle it, the error says which step
    /// is in doubt, and the [`journal`](Self::journal) has what is needed to take the upload up again. A cancelled upload leaves
    /// an unfinished one.
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
    pub async fn send(mut self) -> Result<UploadOutcome> {
        self.check()?;
        let (target, replaces) = match self.begun.take() {
            // Whether it was finished before the state was cleared, the list tells.
            Some(state) if state.transferred && state.length == self.body.len() => {
                return match self.find().await? {
                    Some(entry) => self.finished(Some(entry), state.replaces).await,
                    None => self.finalize(state.replaces).await,
                };
            }
            Some(state) => {
                let address = state.address.expose();
                let target = UploadTarget::parse(address, &self.files.settings.hosts)?;
                match self.transfer(&target).await {
                    Ok(()) => return self.transferred(target, state.replaces).await,
                    Err(error) if ErrorCode::of(&error) == Some(ErrorCode::UploadUrlExpired) => {
                        match self.begin().await? {
                            Begun::Target { target, replaces } => {
                                (target, replaces || state.replaces)
                            }
                            Begun::Skipped(id) => return Ok(UploadOutcome::Skipped(id)),
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            None => match self.begin().await? {
                Begun::Target { target, replaces } => (target, replaces),
                Begun::Skipped(id) => return Ok(UploadOutcome::Skipped(id)),
            },
        };
        self.save(&target, false, replaces).await?;
        self.transfer(&target).await?;
        self.transferred(target, replaces).await
    }

    fn check(&self) -> Result<()> {
        let refuse = |why| {
            Err(Error::builder(ErrorKind::InvalidInput)
                .detail(why)
                .operation(INITIALIZE.id())
                .build())
        };
        if self.body.len().is_none() {
            return refuse("the file's length is not known, and the storage takes no chunks");
        }
        let same = |state: &UploadState| {
            state.patient == self.files.patient.as_str()
                && state.analysis == self.files.analysis.as_str()
        };
        match &self.begun {
            Some(state) if !same(state) => refuse("the state is of another analysis"),
            _ => Ok(()),
        }
    }

    /// A signed address for this name, once conflicts and a lost answer are settled.
    async fn begin(&self) -> Result<Begun> {
        match self.files.initialize(&self.name).send().await {
            Ok(target) => Ok(Begun::Target {
                target,
                replaces: false,
            }),
            Err(error) if error.kind() == ErrorKind::Conflict => {
                let listed = self.find().await?;
                self.settle(error, listed).await
            }
            Err(error) if error.delivery() == Delivery::Unknown => {
                // Without a list nobody knows; the lost answer is then the news.
                let Ok(listed) = self.find().await else {
                    return Err(error);
                };
                match listed {
                    Some(entry) => self.settle(error, Some(entry)).await,
                    // Whatever the second one says, the first may have reserved the name.
                    None => self.initialize_again(false).await.map_err(in_doubt),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The name is taken.
    async fn settle(&self, error: Error, listed: Option<FileEntry>) -> Result<Begun> {
        let Some(entry) = listed else {
            return Err(unfinished(error));
        };
        match (self.on_conflict, entry.file_id()) {
            (OnConflict::Error, _) => Err(error
                .into_builder()
                .kind(ErrorKind::Conflict)
                .detail("a file of this name exists")
                .code("file_exists", true)
                .build()),
            (OnConflict::Skip, id) => Ok(Begun::Skipped(id)),
            (OnConflict::Replace, None) => Err(error
                .into_builder()
                .kind(ErrorKind::Conflict)
                .detail("the file of this name has no id to delete it by")
                .code("file_exists", true)
                .build()),
            (OnConflict::Replace, Some(id)) => {
                // Nothing is deleted for a file that cannot be read.
                self.body.peek(1).await?;
                self.files.delete(&id).send().await?;
                self.initialize_again(true).await
            }
        }
    }

    async fn initialize_again(&self, replaces: bool) -> Result<Begun> {
        match self.files.initialize(&self.name).send().await {
            Ok(target) => Ok(Begun::Target { target, replaces }),
            Err(error) if error.kind() == ErrorKind::Conflict => Err(unfinished(error)),
            Err(error) => Err(error),
        }
    }

    async fn transfer(&self, target: &UploadTarget) -> Result<()> {
        let mut transfer = self
            .files
            .transfer(target, self.body.clone())
            .options(self.options.clone());
        if let Some(content_type) = &self.content_type {
            transfer = transfer.content_type(content_type);
        }
        transfer.send().await
    }

    async fn transferred(&self, target: UploadTarget, replaces: bool) -> Result<UploadOutcome> {
        self.save(&target, true, replaces).await?;
        self.finalize(replaces).await
    }

    /// Finalizes, and looks where the answer is lost: once more where the file is not there.
    async fn finalize(&self, replaces: bool) -> Result<UploadOutcome> {
        let mut last = None;
        for _ in 0..2 {
            let error = match self.files.finalize(&self.name).send().await {
                Ok(()) => return self.finished(None, replaces).await,
                Err(error) => error,
            };
            // A second one may be refused because the first has done it.
            let may_be_done = error.delivery() == Delivery::Unknown
                || (last.is_some()
                    && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict));
            if !may_be_done {
                return Err(error);
            }
            match self.find().await {
                Ok(Some(entry)) => return self.finished(Some(entry), replaces).await,
                Ok(None) => last = Some(error),
                Err(_) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| {
            Error::builder(ErrorKind::Server)
                .operation(FINALIZE.id())
                .build()
        }))
    }

    /// Finished: forgets the state, and finds the id where it can.
    async fn finished(&self, entry: Option<FileEntry>, replaces: bool) -> Result<UploadOutcome> {
        if let Some(journal) = &self.journal {
            // The file is there: what is left behind is found to be finished when it is resumed.
            let _ = journal.clear().await;
        }
        let entry = match entry {
            Some(entry) => Some(entry),
            None => self.find().await.ok().flatten(),
        };
        let id = entry.and_then(|entry| entry.file_id());
        Ok(match replaces {
            true => UploadOutcome::Replaced(id),
            false => UploadOutcome::Uploaded(id),
        })
    }

    async fn save(&self, target: &UploadTarget, transferred: bool, replaces: bool) -> Result<()> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let state = UploadState {
            patient: self.files.patient.as_str().to_owned(),
            analysis: self.files.analysis.as_str().to_owned(),
            name: self.name.clone(),
            address: Secret::from(target.expose()),
            length: self.body.len(),
            transferred,
            replaces,
        };
        journal.save(&state).await.map_err(|_| {
            Error::builder(ErrorKind::LocalIo)
                .detail("the upload's state could not be kept")
                .operation(INITIALIZE.id())
                .build()
        })
    }

    async fn find(&self) -> Result<Option<FileEntry>> {
        let mut listed = self.files.list().send().await?.into_iter();
        Ok(listed.find(|entry| entry.name.as_deref() == Some(self.name.as_str())))
    }
}

fn in_doubt(error: Error) -> Error {
    error.into_builder().delivery(Delivery::Unknown).build()
}

fn unfinished(error: Error) -> Error {
    error
        .into_builder()
        .kind(ErrorKind::Conflict)
        .detail("the name is taken, but no such file is listed: an upload of it was not finished")
        .code("unfinished_upload", true)
        .build()
}
