//! How an upload goes on from where it is.

use common_http::{Delivery, Error, ErrorKind, Result, Secret};

use super::{OnConflict, Upload, UploadOutcome};
use crate::files::model::FileEntry;
use crate::files::{FINALIZE, INITIALIZE, TRANSFER, UploadState, UploadTarget};
use crate::ids::FileId;
use crate::vendor::ErrorCode;

/// Where the file is to go, or that it need not.
enum Begun {
    Target {
        target: UploadTarget,
        replaces: bool,
    },
    Skipped(Option<FileId>),
}

impl Upload {
    pub(super) async fn run(mut self) -> Result<UploadOutcome> {
        self.check().await?;
        match self.begun.take() {
            Some(state) => self.resumed(state).await,
            None => match self.begin().await? {
                Begun::Target { target, replaces } => self.go_on(&target, replaces).await,
                Begun::Skipped(id) => Ok(UploadOutcome::Skipped(id)),
            },
        }
    }

    /// What can be refused before anything is sent: a name that is taken for a file that cannot be read stays taken.
    async fn check(&self) -> Result<()> {
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
            Some(state) if !same(state) => return refuse("the state is of another analysis"),
            _ => {}
        }
        self.look().await
    }

    /// Whether the file can be read.
    async fn look(&self) -> Result<()> {
        let (engine, mut options) = (&self.files.engine, self.options.clone());
        let looked = engine.look(&INITIALIZE, &self.body, 1, &mut options);
        looked.await.map(drop)
    }

    /// Takes up what another process began.
    async fn resumed(&self, state: UploadState) -> Result<UploadOutcome> {
        let same_content = self.has_content_of(&state);
        if state.transferred {
            // Whether it was finished before the state was cleared, the list tells.
            match self.find().await? {
                Some(entry) if same_content => {
                    return self.finished(Some(entry), state.replaces).await;
                }
                // Finished, with what the file was then.
                Some(_) => return self.start_anew(false).await,
                None if same_content => {
                    return match self.finalize(state.replaces).await {
                        Err(error) if is_forgotten(&error) => self.start_anew(state.replaces).await,
                        done => done,
                    };
                }
                None => {}
            }
        }
        let target = UploadTarget::parse(state.address.expose(), &self.files.settings.hosts)?;
        match self.go_on(&target, state.replaces).await {
            Err(error) if is_useless(&error) => self.start_anew(state.replaces).await,
            done => done,
        }
    }

    fn has_content_of(&self, state: &UploadState) -> bool {
        let same_fingerprint = match (&state.fingerprint, &self.fingerprint) {
            (Some(then), Some(now)) => then == now,
            _ => true,
        };
        state.length == self.body.len() && same_fingerprint
    }

    /// From the first step again, since the state is of no use. It stays, unless the list shows that nothing is left of it:
    /// an ERP that now fails may know of the upload later.
    async fn start_anew(&self, replaced: bool) -> Result<UploadOutcome> {
        match self.begin().await {
            Ok(Begun::Target { target, replaces }) => {
                self.go_on(&target, replaces || replaced).await
            }
            Ok(Begun::Skipped(id)) => {
                self.forget().await;
                Ok(UploadOutcome::Skipped(id))
            }
            Err(error) => {
                if ErrorCode::of(&error) == Some(ErrorCode::FileExists) {
                    self.forget().await;
                }
                Err(error)
            }
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
                // Nothing is deleted for a file that has vanished meanwhile.
                self.look().await?;
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

    /// The second step and the third.
    async fn go_on(&self, target: &UploadTarget, replaces: bool) -> Result<UploadOutcome> {
        self.save(target, false, replaces).await?;
        let mut transfer = self
            .files
            .transfer(target, self.body.clone())
            .options(self.options.clone());
        if let Some(content_type) = &self.content_type {
            transfer = transfer.content_type(content_type);
        }
        transfer.send().await?;
        self.save(target, true, replaces).await?;
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
            let may_be_done =
                error.delivery() == Delivery::Unknown || (last.is_some() && is_forgotten(&error));
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

    /// Finished: finds the id where it can, and only then forgets the state, so that whoever is killed before finds the upload
    /// finished and not a file in his way.
    async fn finished(&self, entry: Option<FileEntry>, replaces: bool) -> Result<UploadOutcome> {
        let entry = match entry {
            Some(entry) => Some(entry),
            None => self.find().await.ok().flatten(),
        };
        self.forget().await;
        let id = entry.and_then(|entry| entry.file_id());
        Ok(match replaces {
            true => UploadOutcome::Replaced(id),
            false => UploadOutcome::Uploaded(id),
        })
    }

    /// A state that is left behind all the same is found to be finished when it is resumed.
    async fn forget(&self) {
        if let Some(journal) = &self.journal {
            let _ = journal.clear().await;
        }
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
            fingerprint: self.fingerprint.clone(),
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

/// The ERP knows nothing of what is to be finalized.
fn is_forgotten(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict)
}

/// The storage takes nothing under this address any more, expired or not.
fn is_useless(error: &Error) -> bool {
    error.operation() == Some(TRANSFER.id())
        && matches!(
            error.kind(),
            ErrorKind::PermissionDenied | ErrorKind::NotFound
        )
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
