//! The first step of an upload: an address for the name, once conflicts and lost answers are settled.

use common_http::{Delivery, Error, ErrorKind, Result};

use super::listed::Listed;
use super::{OnConflict, Upload};
use crate::files::{INITIALIZE, UploadTarget};
use crate::ids::FileId;

/// Where the file is to go, or that it need not.
pub(super) enum Begun {
    Target {
        target: UploadTarget,
        replaces: bool,
    },
    Skipped(Option<FileId>),
}

/// What came of asking for an address.
enum Asked {
    Target(UploadTarget),
    /// The name is taken, as the list has it; `late`: by whom came after a first look at the list.
    Taken {
        error: Error,
        listed: Listed,
        late: bool,
    },
}

impl Upload {
    pub(super) async fn begin(&self) -> Result<Begun> {
        match self.ask(false).await? {
            Asked::Target(target) => Ok(Begun::Target {
                target,
                replaces: false,
            }),
            Asked::Taken {
                error,
                listed,
                late,
            } => self.settle(error, listed, late).await,
        }
    }

    /// Asks for an address. Where the answer is lost, the list is looked at, and it is asked once more where nothing is listed.
    async fn ask(&self, replaces: bool) -> Result<Asked> {
        let lost = match self.initialize(replaces).await {
            Ok(target) => return Ok(Asked::Target(target)),
            Err(error) if error.kind() == ErrorKind::Conflict => {
                return self.taken(error, false).await;
            }
            Err(error) if error.delivery() == Delivery::Unknown => error,
            Err(error) => return Err(error),
        };
        match self.find().await {
            // Without a list nobody knows; the lost answer is then the news.
            Err(_) => Err(lost),
            Ok(listed @ Listed::Yes(_)) => Ok(Asked::Taken {
                error: refused_unheard(&lost),
                listed,
                late: false,
            }),
            Ok(Listed::No | Listed::InOtherCasing) => match self.initialize(replaces).await {
                Ok(target) => Ok(Asked::Target(target)),
                // Whatever the second one is answered, the first may have reserved the name.
                Err(error) if error.kind() == ErrorKind::Conflict => {
                    self.taken(in_doubt(error), true).await
                }
                Err(error) => Err(in_doubt(error)),
            },
        }
    }

    async fn initialize(&self, replaces: bool) -> Result<UploadTarget> {
        let call = self.files.initialize(&self.name);
        let given = self.noted(call.options(self.options.clone()).ask().await)?;
        let target = given.target(&self.files.settings.hosts);
        // With other settings the address can be used, and where names are reserved there is no second one.
        if let Err(error) = &target
            && error.kind() == ErrorKind::Config
        {
            let state = self.state(&given.address, replaces);
            self.save(&state, &INITIALIZE).await?;
        }
        target
    }

    /// Looks by whom the name is taken.
    async fn taken(&self, error: Error, late: bool) -> Result<Asked> {
        match self.find().await {
            Ok(listed) => Ok(Asked::Taken {
                error,
                listed,
                late,
            }),
            Err(_) => Err(error.with_detail("the name is taken; by what, the list could not tell")),
        }
    }

    async fn settle(&self, error: Error, listed: Listed, late: bool) -> Result<Begun> {
        match (listed, self.on_conflict) {
            (Listed::No, _) => Err(unfinished(error)),
            // Another file, as far as anybody knows: neither deleted nor passed for this one.
            (Listed::InOtherCasing, _) => Err(exists(
                error,
                "a file of this name in another casing exists",
            )),
            (Listed::Yes(_), OnConflict::Error) => Err(exists(error, "a file of this name exists")),
            (Listed::Yes(id), OnConflict::Skip) => Ok(Begun::Skipped(id)),
            // Somebody else was faster: it is not deleted.
            (Listed::Yes(_), OnConflict::Replace) if late => {
                Err(exists(error, "a file of this name exists by now"))
            }
            (Listed::Yes(None), OnConflict::Replace) => Err(exists(
                error,
                "the file of this name has no id, or is not the only one, and so cannot be deleted",
            )),
            (Listed::Yes(Some(id)), OnConflict::Replace) => self.replace(&id).await,
        }
    }

    async fn replace(&self, id: &FileId) -> Result<Begun> {
        // Nothing is deleted for a file that has vanished meanwhile.
        self.look().await?;
        let delete = self.files.delete(id).options(self.options.clone());
        match self.noted(delete.send().await) {
            Ok(()) => {}
            // Somebody else has deleted it.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        match self.ask(true).await? {
            Asked::Target(target) => Ok(Begun::Target {
                target,
                replaces: true,
            }),
            // None is deleted a second time.
            Asked::Taken { error, listed, .. } => Box::pin(self.settle(error, listed, true)).await,
        }
    }
}

/// A lost initialize whose name is listed: finished files alone are, so it has been refused, or would have been.
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
    error
        .with_detail(
            "the name is taken, but no such file is listed: an upload of it was not finished",
        )
        .with_code("unfinished_upload", true)
}
