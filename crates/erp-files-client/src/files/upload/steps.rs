//! How an upload goes on from where it is.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use common_http::{Delivery, Error, ErrorKind, Operation, Result, Secret};
use http::StatusCode;

use super::begin::{Begun, in_doubt};
use super::listed::Listed;
use super::{Upload, UploadOutcome};
use crate::files::{FINALIZE, INITIALIZE, TRANSFER, UploadState, UploadTarget};
use crate::vendor::ErrorCode;

impl Upload {
    pub(super) async fn run(&mut self) -> Result<UploadOutcome> {
        let begun = self.begun.take();
        self.remember(begun.clone());
        // Large, and not for every caller to carry.
        let ended = Box::pin(self.steps(begun)).await;
        ended.map_err(|error| {
            // The call is all of its steps: what was sent by an earlier one has left.
            match error.delivery() == Delivery::NotSent && self.sent.load(Ordering::Relaxed) {
                true => error.with_delivery(Delivery::Answered),
                false => error,
            }
        })
    }

    async fn steps(&self, begun: Option<UploadState>) -> Result<UploadOutcome> {
        self.check(begun.as_ref()).await?;
        match begun {
            Some(state) => self.resumed(state).await,
            None => match self.begin().await? {
                Begun::Target { target, replaces } => {
                    let state = self.state(&target.secret(), replaces);
                    self.go_on(&target, state).await
                }
                Begun::Skipped(id) => Ok(UploadOutcome::Skipped { file_id: id }),
            },
        }
    }

    /// What can be refused before anything is sent: a name that is taken for a file that cannot be read stays taken.
    async fn check(&self, begun: Option<&UploadState>) -> Result<()> {
        let refuse = |why| {
            Err(Error::new(ErrorKind::InvalidInput)
                .with_detail(why)
                .with_operation(INITIALIZE.id()))
        };
        if self.body.len().is_none() {
            return refuse("the file's length is not known, and the storage takes no chunks");
        }
        let same = |state: &UploadState| {
            state.patient == self.files.patient.as_str()
                && state.analysis == self.files.analysis.as_str()
        };
        match begun {
            Some(state) if !same(state) => return refuse("the state is of another analysis"),
            _ => {}
        }
        self.look().await
    }

    /// Whether the file can be read.
    pub(super) async fn look(&self) -> Result<()> {
        let (engine, mut options) = (&self.files.engine, self.options.clone());
        let looked = engine.peek(&INITIALIZE, &self.body, 1, &mut options);
        looked.await.map(drop)
    }

    /// Takes note that something was sent.
    pub(super) fn noted<T>(&self, result: Result<T>) -> Result<T> {
        let unsent = matches!(&result, Err(error) if error.delivery() == Delivery::NotSent);
        if !unsent {
            self.sent.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Takes up what another process began.
    async fn resumed(&self, begun: UploadState) -> Result<UploadOutcome> {
        let same = self.has_content_of(&begun);
        let mut state = self.state(&begun.address, begun.replaces);
        state.transferred = same && begun.transferred;
        state.finalizing = same && begun.finalizing;
        // Whether it was finished before the state was cleared, the list tells.
        if let listed @ Listed::Yes(_) = self.find().await? {
            return match state.finalizing {
                true => self.finished(listed, state.replaces).await,
                // By somebody else, or with what the file was then: under the kept address may lie what belongs to it.
                false => self.start_anew(false).await,
            };
        }
        let replaces = state.replaces;
        let done = match state.transferred {
            true => match self.finalize(state.clone()).await {
                // What was transferred may be there no more.
                Err(error) if is_refused(&error) => self.transferred_again(state).await,
                done => done,
            },
            false => self.transferred_again(state).await,
        };
        match done {
            Err(error) if is_useless(&error) => self.start_anew(replaces).await,
            done => done,
        }
    }

    async fn transferred_again(&self, state: UploadState) -> Result<UploadOutcome> {
        let target = UploadTarget::parse(state.address.expose(), &self.files.settings.hosts)
            .map_err(|error| error.with_operation(TRANSFER.id()))?;
        self.go_on(&target, state).await
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
                let state = self.state(&target.secret(), replaces || replaced);
                self.go_on(&target, state).await
            }
            Ok(Begun::Skipped(id)) => {
                self.forget().await;
                Ok(UploadOutcome::Skipped { file_id: id })
            }
            Err(error) => {
                if ErrorCode::of(&error) == Some(ErrorCode::FileExists) {
                    self.forget().await;
                }
                Err(error)
            }
        }
    }

    /// The second step and the third.
    async fn go_on(&self, target: &UploadTarget, mut state: UploadState) -> Result<UploadOutcome> {
        state.transferred = false;
        self.save(&state, &INITIALIZE).await?;
        let mut transfer = self
            .files
            .transfer(target, self.body.clone())
            .options(self.transfer_options.clone());
        if let Some(content_type) = &self.content_type {
            transfer = transfer.content_type(content_type);
        }
        self.noted(transfer.send().await)?;
        state.transferred = true;
        self.finalize(state).await
    }

    /// Finalizes, and looks where the answer is lost: once more where the file is not there.
    async fn finalize(&self, mut state: UploadState) -> Result<UploadOutcome> {
        // One was sent by an earlier process, and what became of it is not known.
        let was_in_doubt = state.finalizing;
        state.finalizing = true;
        self.save(&state, &TRANSFER).await?;
        let error = match self.finalize_once().await {
            Ok(()) => return self.finished(Listed::No, state.replaces).await,
            Err(error) => error,
        };
        let is_in_doubt = error.delivery() == Delivery::Unknown;
        if !is_in_doubt && !was_in_doubt {
            if error.delivery() == Delivery::NotSent {
                // None of ours was seen, so whatever is listed later is another's. Where that cannot be kept, the failure is
                // this one all the same.
                state.finalizing = false;
                let _ = self.save(&state, &TRANSFER).await;
            }
            return Err(error);
        }
        // It may be refused because the earlier one has had its effect meanwhile.
        if !is_in_doubt && !is_refused(&error) {
            return Err(error);
        }
        match self.find().await {
            Ok(listed @ Listed::Yes(_)) => return self.finished(listed, state.replaces).await,
            Ok(_) if is_in_doubt => {}
            Ok(_) | Err(_) => return Err(error),
        }
        let error = match self.finalize_once().await {
            Ok(()) => return self.finished(Listed::No, state.replaces).await,
            // Whatever is said of it, the first one may have its effect.
            Err(error) => in_doubt(error),
        };
        match self.find().await {
            Ok(listed @ Listed::Yes(_)) => self.finished(listed, state.replaces).await,
            Ok(_) | Err(_) => Err(error),
        }
    }

    async fn finalize_once(&self) -> Result<()> {
        let call = self.files.finalize(&self.name);
        self.noted(call.options(self.options.clone()).send().await)
    }

    /// Finished: finds the id where it can, and only then forgets the state, so that whoever is killed before finds the upload
    /// finished and not a file in his way.
    async fn finished(&self, listed: Listed, replaces: bool) -> Result<UploadOutcome> {
        let listed = match listed {
            Listed::Yes(_) => listed,
            _ => self.find().await.unwrap_or(Listed::No),
        };
        self.forget().await;
        let file_id = match listed {
            Listed::Yes(id) => id,
            Listed::No | Listed::InOtherCasing => None,
        };
        Ok(match replaces {
            true => UploadOutcome::Replaced { file_id },
            false => UploadOutcome::Uploaded { file_id },
        })
    }

    /// A state that is left behind all the same is found to be finished when it is resumed.
    async fn forget(&self) {
        self.remember(None);
        if let Some(journal) = &self.journal {
            let _ = journal.clear().await;
        }
    }

    /// What is to be kept of this upload, before it is transferred.
    pub(super) fn state(&self, address: &Secret, replaces: bool) -> UploadState {
        UploadState {
            patient: self.files.patient.as_str().to_owned(),
            analysis: self.files.analysis.as_str().to_owned(),
            name: self.name.clone(),
            address: address.clone(),
            length: self.body.len(),
            fingerprint: self.fingerprint.clone(),
            transferred: false,
            finalizing: false,
            replaces,
        }
    }

    /// Keeps how far the upload has come: to the end of this step.
    pub(super) async fn save(&self, state: &UploadState, step: &Operation) -> Result<()> {
        self.remember(Some(state.clone()));
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        journal.save(state).await.map_err(|_| {
            Error::new(ErrorKind::LocalIo)
                .with_detail("the upload's state could not be kept")
                .with_operation(step.id())
                .with_delivery(Delivery::Answered)
        })
    }

    fn remember(&self, state: Option<UploadState>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// The ERP does not finalize, and would not with another token or later.
fn is_refused(error: &Error) -> bool {
    const NOT_OF_THE_FILE: [StatusCode; 4] = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    let refused =
        |status: StatusCode| status.is_client_error() && !NOT_OF_THE_FILE.contains(&status);
    error.operation() == Some(FINALIZE.id())
        && error.delivery() == Delivery::Answered
        && error.status().is_some_and(refused)
}

/// What was kept leads nowhere: the storage takes nothing under the address any more, expired or not, or the ERP knows nothing
/// of what is to be finalized.
fn is_useless(error: &Error) -> bool {
    let storage = error.operation() == Some(TRANSFER.id());
    match error.kind() {
        ErrorKind::PermissionDenied => storage,
        ErrorKind::NotFound => storage || is_refused(error),
        ErrorKind::Conflict => is_refused(error),
        _ => false,
    }
}
