//! How an upload goes on from where it is.

use common_http::{Delivery, Error, ErrorKind, Operation, Result, Secret};

use super::{OnConflict, Upload, UploadOutcome};
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

/// A file of the name is listed: with its id, where there is one and no other file has the name.
struct Listed {
    id: Option<FileId>,
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
        let is_transferred = state.transferred && self.has_content_of(&state);
        // Whether it was finished before the state was cleared, the list tells.
        match self.find().await? {
            Some(listed) if is_transferred => {
                return self.finished(Some(listed), state.replaces).await;
            }
            // Finished, with what the file was then or by somebody else: under the kept address may lie what belongs to it.
            Some(_) => return self.start_anew(false).await,
            None => {}
        }
        let done = match is_transferred {
            true => self.finalize(state.replaces).await,
            false => {
                let target =
                    UploadTarget::parse(state.address.expose(), &self.files.settings.hosts)
                        .map_err(|error| error.into_builder().operation(TRANSFER.id()).build())?;
                self.go_on(&target, state.replaces).await
            }
        };
        match done {
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
                    Some(listed) => self.settle(error, Some(listed)).await,
                    // Whatever the second one says, the first may have reserved the name.
                    None => self.initialize_again(false).await.map_err(in_doubt),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The name is taken.
    async fn settle(&self, error: Error, listed: Option<Listed>) -> Result<Begun> {
        let Some(Listed { id }) = listed else {
            return Err(unfinished(error));
        };
        match (self.on_conflict, id) {
            (OnConflict::Error, _) => Err(exists(error, "a file of this name exists")),
            (OnConflict::Skip, id) => Ok(Begun::Skipped(id)),
            (OnConflict::Replace, None) => Err(exists(
                error,
                "the file of this name has no id, or is not the only one, and so cannot be deleted",
            )),
            (OnConflict::Replace, Some(id)) => self.replace(error, &id).await,
        }
    }

    async fn replace(&self, error: Error, id: &FileId) -> Result<Begun> {
        // Nothing is deleted for a file that has vanished meanwhile.
        if let Err(unreadable) = self.look().await {
            let delivery = error.delivery();
            return Err(unreadable.into_builder().delivery(delivery).build());
        }
        match self.files.delete(id).send().await {
            Ok(()) => {}
            // Somebody else has deleted it.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.initialize_again(true).await
    }

    async fn initialize_again(&self, replaces: bool) -> Result<Begun> {
        let error = match self.files.initialize(&self.name).send().await {
            Ok(target) => return Ok(Begun::Target { target, replaces }),
            Err(error) if error.kind() == ErrorKind::Conflict => error,
            Err(error) => return Err(error),
        };
        match (self.find().await, self.on_conflict) {
            (Ok(None), _) => Err(unfinished(error)),
            (Ok(Some(Listed { id })), OnConflict::Skip) => Ok(Begun::Skipped(id)),
            // Somebody else was faster: it is not deleted a second time.
            (Ok(Some(_)), _) => Err(exists(error, "a file of this name exists by now")),
            (Err(_), _) => Err(error),
        }
    }

    /// The second step and the third.
    async fn go_on(&self, target: &UploadTarget, replaces: bool) -> Result<UploadOutcome> {
        self.save(target, &INITIALIZE, replaces).await?;
        let mut transfer = self
            .files
            .transfer(target, self.body.clone())
            .options(self.options.clone());
        if let Some(content_type) = &self.content_type {
            transfer = transfer.content_type(content_type);
        }
        transfer.send().await?;
        self.save(target, &TRANSFER, replaces).await?;
        self.finalize(replaces).await
    }

    /// Finalizes, and looks where the answer is lost: once more where the file is not there.
    async fn finalize(&self, replaces: bool) -> Result<UploadOutcome> {
        let error = match self.files.finalize(&self.name).send().await {
            Ok(()) => return self.finished(None, replaces).await,
            Err(error) => error,
        };
        if error.delivery() != Delivery::Unknown {
            return Err(error);
        }
        match self.find().await {
            Ok(Some(listed)) => return self.finished(Some(listed), replaces).await,
            Ok(None) => {}
            Err(_) => return Err(error),
        }
        let error = match self.files.finalize(&self.name).send().await {
            Ok(()) => return self.finished(None, replaces).await,
            // Whatever is said of it, the first one may have its effect.
            Err(error) => in_doubt(error),
        };
        // It may be refused because the first one has had it meanwhile.
        match self.find().await {
            Ok(Some(listed)) => self.finished(Some(listed), replaces).await,
            Ok(None) | Err(_) => Err(error),
        }
    }

    /// Finished: finds the id where it can, and only then forgets the state, so that whoever is killed before finds the upload
    /// finished and not a file in his way.
    async fn finished(&self, listed: Option<Listed>, replaces: bool) -> Result<UploadOutcome> {
        let listed = match listed {
            Some(listed) => Some(listed),
            None => self.find().await.ok().flatten(),
        };
        self.forget().await;
        let id = listed.and_then(|listed| listed.id);
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

    /// Keeps how far the upload has come: to the end of this step.
    async fn save(&self, target: &UploadTarget, step: &Operation, replaces: bool) -> Result<()> {
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
            transferred: step.id() == TRANSFER.id(),
            replaces,
        };
        journal.save(&state).await.map_err(|_| {
            Error::builder(ErrorKind::LocalIo)
                .detail("the upload's state could not be kept")
                .operation(step.id())
                .delivery(Delivery::Answered)
                .build()
        })
    }

    /// What the list says of the name.
    async fn find(&self) -> Result<Option<Listed>> {
        let mut listed = self.files.list().send().await?;
        listed.retain(|entry| entry.name.as_deref() == Some(self.name.as_str()));
        Ok(listed.first().map(|entry| Listed {
            id: entry.file_id().filter(|_| listed.len() == 1),
        }))
    }
}

/// What was kept leads nowhere: the storage takes nothing under the address any more, expired or not, or the ERP knows nothing
/// of what is to be finalized.
fn is_useless(error: &Error) -> bool {
    let (storage, erp) = (Some(TRANSFER.id()), Some(FINALIZE.id()));
    match error.kind() {
        ErrorKind::PermissionDenied => error.operation() == storage,
        ErrorKind::NotFound => error.operation() == storage || error.operation() == erp,
        ErrorKind::Conflict => error.operation() == erp,
        _ => false,
    }
}

fn in_doubt(error: Error) -> Error {
    error.into_builder().delivery(Delivery::Unknown).build()
}

fn exists(error: Error, why: &'static str) -> Error {
    error
        .into_builder()
        .kind(ErrorKind::Conflict)
        .detail(why)
        .code("file_exists", true)
        .build()
}

fn unfinished(error: Error) -> Error {
    error
        .into_builder()
        .kind(ErrorKind::Conflict)
        .detail("the name is taken, but no such file is listed: an upload of it was not finished")
        .code("unfinished_upload", true)
        .build()
}
