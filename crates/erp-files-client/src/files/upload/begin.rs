//! The first step of an upload: a URL for the name, once conflicts and lost answers are settled.

use common_http::{Delivery, Error, ErrorKind, Result};

use crate::files::upload::name::Presence;
use crate::files::upload::{OnConflict, Upload};
use crate::files::{INITIALIZE, UploadTarget};
use crate::ids::FileId;

/// Where to send the file, or that it need not be sent.
pub(super) enum Begun {
    Target {
        target: UploadTarget,
        replaces: bool,
    },
    Skipped(Option<FileId>),
}

/// The answer to the request for a URL.
enum Answered {
    Target(UploadTarget),
    /// The name is taken, as the list has it.
    Taken {
        error: Error,
        presence: Presence,
        /// By somebody who came after a first look at the list.
        late: bool,
    },
}

impl Upload {
    pub(super) async fn begin(&self) -> Result<Begun> {
        match self.request_url(false).await? {
            Answered::Target(target) => Ok(Begun::Target {
                target,
                replaces: false,
            }),
            Answered::Taken {
                error,
                presence,
                late,
            } => self.settle(error, presence, late).await,
        }
    }

    /// If the answer is lost and the list does not have the name, requests a URL once more.
    async fn request_url(&self, replaces: bool) -> Result<Answered> {
        let lost = match self.initialize(replaces).await {
            Ok(target) => return Ok(Answered::Target(target)),
            Err(error) if error.kind() == ErrorKind::Conflict => {
                return self.taken(error, false).await;
            }
            Err(error) if error.delivery() == Delivery::Unknown => error,
            Err(error) => return Err(error),
        };
        match self.find().await {
            // The list does not tell, so report the original failure.
            Err(_) | Ok(Presence::Unclear) => Err(lost),
            Ok(presence @ Presence::Present(_)) => Ok(Answered::Taken {
                error: refused_unheard(&lost),
                presence,
                late: false,
            }),
            Ok(Presence::Absent | Presence::InAnotherCase) => {
                match self.initialize(replaces).await {
                    Ok(target) => Ok(Answered::Target(target)),
                    // Whatever the answer to the second, the first may have reserved the name.
                    Err(error) if error.kind() == ErrorKind::Conflict => {
                        self.taken(in_doubt(error), true).await
                    }
                    Err(error) => Err(in_doubt(error)),
                }
            }
        }
    }

    async fn initialize(&self, replaces: bool) -> Result<UploadTarget> {
        let call = self.files.initialize_unchecked(&self.name);
        let issued = self.noted(call.options(self.options.clone()).await)?;
        let target = issued.target(&self.files.settings.hosts);
        // The URL can be used with other settings, and where names are reserved there is no other.
        if let Err(error) = &target
            && error.kind() == ErrorKind::Config
        {
            let state = self.new_state(&issued.url, replaces);
            self.save(&state).await;
        }
        target
    }

    /// Finds out which file has the name.
    async fn taken(&self, error: Error, late: bool) -> Result<Answered> {
        match self.find().await {
            Ok(presence) => Ok(Answered::Taken {
                error,
                presence,
                late,
            }),
            Err(_) => Err(error.with_detail("the name is taken, and the list cannot be read")),
        }
    }

    async fn settle(&self, error: Error, presence: Presence, late: bool) -> Result<Begun> {
        match (presence, self.on_conflict) {
            (Presence::Absent, _) => Err(unfinished(error).with_detail(
                "the name is taken, but no such file is listed: an upload of it was not finished",
            )),
            (Presence::Unclear, _) => Err(unfinished(error)
                .with_detail("the name is taken, and the list has items without a readable name")),
            // It may be another file, so it is neither deleted nor taken for this one.
            (Presence::InAnotherCase, _) => {
                Err(exists(error, "a file of this name in another case exists"))
            }
            (Presence::Present(_), OnConflict::Error) => {
                Err(exists(error, "a file of this name exists"))
            }
            (Presence::Present(id), OnConflict::Skip) => Ok(Begun::Skipped(id)),
            // Somebody else was faster, and their file is not deleted.
            (Presence::Present(_), OnConflict::Replace) if late => {
                Err(exists(error, "a file of this name exists by now"))
            }
            (Presence::Present(None), OnConflict::Replace) => Err(exists(
                error,
                "the file of this name cannot be deleted: it has no id, or is not the only one",
            )),
            (Presence::Present(Some(id)), OnConflict::Replace) => {
                // An ERP that is down deletes no file: it must answer first.
                let target = match error.status() {
                    Some(_) => None,
                    None => self.ask_again().await?,
                };
                self.replace(&id, target).await
            }
        }
    }

    /// A URL, or `None` if the name is taken.
    async fn ask_again(&self) -> Result<Option<UploadTarget>> {
        match self.initialize(true).await {
            Ok(target) => Ok(Some(target)),
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
            Err(error) => Err(in_doubt(error)),
        }
    }

    /// Deletes the file, and requests a URL if there is none yet.
    async fn replace(&self, id: &FileId, target: Option<UploadTarget>) -> Result<Begun> {
        // Nothing is deleted for a file that has vanished meanwhile.
        self.peek().await?;
        let delete = self.files.delete(id).options(self.options.clone());
        match self.noted(delete.await) {
            Ok(()) => {}
            // Somebody else has deleted it.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let replaces = true;
        if let Some(target) = target {
            return Ok(Begun::Target { target, replaces });
        }
        match self.request_url(true).await? {
            Answered::Target(target) => Ok(Begun::Target { target, replaces }),
            // Nothing is deleted a second time.
            Answered::Taken {
                error, presence, ..
            } => Box::pin(self.settle(error, presence, true)).await,
        }
    }
}

/// The error of a lost initialize whose name is listed.
///
/// The list has finished files only, so it was refused, or would have been.
fn refused_unheard(lost: &Error) -> Error {
    Error::new(ErrorKind::Conflict)
        .with_operation(INITIALIZE.id())
        .with_attempts(lost.attempts())
        .with_delivery(Delivery::Answered)
}

pub(super) fn in_doubt(error: Error) -> Error {
    error.with_delivery(Delivery::Unknown)
}

fn exists(error: Error, why: &'static str) -> Error {
    error.with_detail(why).with_code("file_exists", true)
}

fn unfinished(error: Error) -> Error {
    error.with_code("unfinished_upload", true)
}
