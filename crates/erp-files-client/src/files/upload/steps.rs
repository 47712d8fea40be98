//! How an upload goes on from where it is.

use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use common_http::{Delivery, Error, ErrorKind, Result, Secret, StoreKey};
use http::{HeaderValue, StatusCode};
use tokio::time::timeout;

use crate::errors::{ERP, ErrorCode};
use crate::files::upload::begin::{Begun, in_doubt};
use crate::files::upload::name::Presence;
use crate::files::upload::state::{Of, State};
use crate::files::upload::{Upload, UploadOutcome};
use crate::files::{FINALIZE, INITIALIZE, TRANSFER, UploadTarget};

/// How long to wait before each further look at the list for a finished file.
const LOOK_AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

impl Upload {
    pub(super) async fn run(self) -> Result<UploadOutcome> {
        self.steps().await.map_err(|error| {
            // The call is all of its steps, so what an earlier one sent counts.
            if error.delivery() == Delivery::NotSent && self.sent.load(Ordering::Relaxed) {
                error.with_delivery(Delivery::Answered)
            } else {
                error
            }
        })
    }

    async fn steps(&self) -> Result<UploadOutcome> {
        // All that can be refused locally comes first: the name of an upload that was started stays
        // taken.
        if self.body.len().is_none() {
            return Err(refused(
                "the file's length is not known, and the storage takes no chunks",
            ));
        }
        let content_type = self.content_type.as_deref();
        if content_type.is_some_and(|text| HeaderValue::from_str(text).is_err()) {
            return Err(refused("the content type is not a valid header value"));
        }
        let saved = self.saved().await?;
        self.peek().await?;
        self.try_store(saved.as_ref()).await?;
        match saved {
            Some(state) => self.resumed(state).await,
            None => match self.begin().await? {
                Begun::Target { target, replaces } => {
                    let state = self.new_state(&target.secret(), replaces);
                    self.go_on(&target, state).await
                }
                Begun::Skipped(id) => Ok(UploadOutcome::Skipped { file_id: id }),
            },
        }
    }

    /// Whether the file can be read.
    pub(super) async fn peek(&self) -> Result<()> {
        let (engine, mut options) = (&self.files.engine, self.options.clone());
        let peeked = engine.peek(&INITIALIZE, &self.body, 1, &mut options);
        peeked.await.map(drop)
    }

    pub(super) async fn find(&self) -> Result<Presence> {
        let list = self.files.list().options(self.options.clone());
        let list = self.noted(list.await)?;
        Ok(Presence::of(&self.name, &list))
    }

    /// Looks a finished file up. The list may lag behind for a moment.
    async fn find_finished(&self) -> Result<Presence> {
        let mut found = self.find().await?;
        for pause in LOOK_AGAIN {
            if matches!(found, Presence::Present(_)) {
                break;
            }
            self.files.engine.clock().sleep(pause).await;
            match self.find().await {
                Ok(presence) => found = presence,
                Err(_) => break,
            }
        }
        Ok(found)
    }

    /// Remembers whether anything was sent.
    pub(super) fn noted<T>(&self, result: Result<T>) -> Result<T> {
        let unsent = matches!(&result, Err(error) if error.delivery() == Delivery::NotSent);
        if !unsent {
            self.sent.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Resumes what another process started.
    async fn resumed(&self, saved: State) -> Result<UploadOutcome> {
        let mut state = self.new_state(&saved.url(), saved.replaces);
        let same = state.has_content_of(&saved);
        state.sending = same && saved.sending;
        state.transferred = same && saved.transferred;
        state.finalizing = same && saved.finalizing;
        state.unsettled = same && saved.unsettled;
        // The list shows whether it was finished before its state was removed.
        match self.find().await? {
            presence @ Presence::Present(_) if state.finalizing => {
                return self.finished(Some(presence), state.replaces).await;
            }
            // A second finalize might make a second file.
            Presence::Unclear if state.unsettled => return Ok(UploadOutcome::Unconfirmed {}),
            // Somebody else's file, or the earlier content. It may be what the saved URL leads to, so
            // nothing is sent there.
            Presence::Present(_) => return self.start_again(false).await,
            Presence::Unclear if saved.unsettled => return self.start_again(false).await,
            Presence::Absent | Presence::Unclear | Presence::InAnotherCase => {}
        }
        let replaces = state.replaces;
        let done = if state.transferred {
            match self.finalize(state.clone()).await {
                // What was transferred may no longer be there.
                Err(error) if is_refused(&error) => self.transfer_again(state).await,
                done => done,
            }
        } else {
            self.transfer_again(state).await
        };
        match done {
            Err(error) if is_useless(&error) => self.start_again(replaces).await,
            done => done,
        }
    }

    async fn transfer_again(&self, state: State) -> Result<UploadOutcome> {
        let target = UploadTarget::parse(state.url().expose(), &self.files.settings.hosts)
            .map_err(|error| error.with_operation(TRANSFER.id()))?;
        self.go_on(&target, state).await
    }

    /// Starts again, since the saved state is of no use.
    ///
    /// The state is kept, unless the list shows that nothing is left of it: an ERP that fails now
    /// may know of the upload later.
    async fn start_again(&self, replaced: bool) -> Result<UploadOutcome> {
        match self.begin().await {
            Ok(Begun::Target { target, replaces }) => {
                let state = self.new_state(&target.secret(), replaces || replaced);
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
    async fn go_on(&self, target: &UploadTarget, mut state: State) -> Result<UploadOutcome> {
        // An earlier process has sent it, and the result of that is not known.
        let was_in_doubt = state.sending;
        state.transferred = false;
        state.sending = true;
        self.save(&state).await;
        let mut transfer = self
            .files
            .transfer(target, self.body.clone())
            .in_doubt(was_in_doubt)
            .options(self.transfer_options.clone());
        if let Some(content_type) = &self.content_type {
            transfer = transfer.content_type(content_type);
        }
        if let Err(error) = self.noted(transfer.await) {
            if !was_in_doubt && error.delivery() != Delivery::Unknown {
                // Nothing of ours is there, so what is found there later is not ours.
                state.sending = false;
                self.save(&state).await;
            }
            return Err(error);
        }
        state.transferred = true;
        self.finalize(state).await
    }

    /// Finalizes. If the answer is lost, and the list does not have the file, finalizes once more.
    async fn finalize(&self, mut state: State) -> Result<UploadOutcome> {
        // An earlier process has sent one, and its result is not known.
        let (was_in_doubt, was_unsettled) = (state.finalizing, state.unsettled);
        (state.finalizing, state.unsettled) = (true, true);
        self.save(&state).await;
        let error = match self.finalize_once().await {
            Ok(()) => return self.finished(None, state.replaces).await,
            Err(error) => error,
        };
        let is_in_doubt = error.delivery() == Delivery::Unknown;
        if !is_in_doubt {
            // If none of ours was sent, a file that is listed later is somebody else's.
            state.finalizing = was_in_doubt || error.delivery() != Delivery::NotSent;
            state.unsettled = was_unsettled;
            self.save(&state).await;
            // It may be refused because the earlier one has had its effect meanwhile.
            if !was_in_doubt || !is_refused(&error) {
                return Err(error);
            }
        }
        match self.find().await {
            Ok(presence @ Presence::Present(_)) => {
                return self.finished(Some(presence), state.replaces).await;
            }
            Ok(Presence::Absent | Presence::InAnotherCase) if is_in_doubt => {}
            Ok(_) | Err(_) => return Err(error),
        }
        let error = match self.finalize_once().await {
            Ok(()) => return self.finished(None, state.replaces).await,
            // Whatever its answer, the first one may still have its effect.
            Err(error) => in_doubt(error),
        };
        match self.find().await {
            Ok(presence @ Presence::Present(_)) => {
                self.finished(Some(presence), state.replaces).await
            }
            Ok(_) | Err(_) => Err(error),
        }
    }

    async fn finalize_once(&self) -> Result<()> {
        let call = self.files.finalize(&*self.name);
        self.noted(call.options(self.options.clone()).await)
    }

    /// Looks the file up, if that was not done, and only then removes the state.
    ///
    /// A process that is killed before that finds the upload finished, and not a conflict. A list
    /// that cannot be read costs the id alone: the ERP's word stands, and nothing is against it.
    async fn finished(&self, found: Option<Presence>, replaces: bool) -> Result<UploadOutcome> {
        let found = match found {
            Some(presence) => Ok(presence),
            None => self.find_finished().await,
        };
        let file_id = match found {
            Ok(Presence::Present(id)) => id,
            Ok(Presence::Absent | Presence::Unclear | Presence::InAnotherCase) => {
                return Ok(UploadOutcome::Unconfirmed {});
            }
            Err(_) => None,
        };
        self.forget().await;
        Ok(if replaces {
            UploadOutcome::Replaced { file_id }
        } else {
            UploadOutcome::Uploaded { file_id }
        })
    }

    fn of(&self) -> Of<'_> {
        Of {
            patient: self.files.patient.as_str(),
            analysis: self.files.analysis.as_str(),
            name: &self.name,
        }
    }

    /// The state of this upload before the transfer.
    pub(super) fn new_state(&self, url: &Secret, replaces: bool) -> State {
        let fingerprint = self.fingerprint.clone().or_else(|| {
            let modified = self.body.modified()?.duration_since(UNIX_EPOCH).ok()?;
            Some(modified.as_nanos().to_string())
        });
        State::new(self.of(), url, self.body.len(), fingerprint, replaces)
    }

    fn key(&self) -> StoreKey {
        let base = self.files.engine.base().as_str();
        let of = self.of();
        StoreKey::of(&[ERP.name(), "upload", base, of.patient, of.analysis, of.name])
    }

    /// The state that an earlier process saved.
    async fn saved(&self) -> Result<Option<State>> {
        let Some(store) = &self.store else {
            return Ok(None);
        };
        let text = patiently(store.get(&self.key())).await.map_err(|_| {
            Error::new(ErrorKind::LocalIo)
                .with_detail("the upload's state cannot be read from the store")
                .with_operation(INITIALIZE.id())
        })?;
        let state = text.and_then(|text| State::from_json(text.expose()));
        // The key tells uploads apart, but a store may have its own idea of keys.
        if state.as_ref().is_some_and(|state| state.of() != self.of()) {
            return Err(refused("the stored state is another upload's"));
        }
        Ok(state)
    }

    /// Fails if no state can be kept: after initialize the name would be taken, and the upload
    /// could not be resumed.
    async fn try_store(&self, saved: Option<&State>) -> Result<()> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        let blank = self.new_state(&Secret::from(""), false);
        let text = saved.unwrap_or(&blank).to_json();
        patiently(store.put(&self.key(), &text, None))
            .await
            .map_err(|_| {
                Error::new(ErrorKind::LocalIo)
                    .with_detail("the upload's state cannot be saved in the store")
                    .with_operation(INITIALIZE.id())
            })?;
        if saved.is_none() {
            self.forget().await;
        }
        Ok(())
    }

    /// Saves how far the upload has come. From here on a store that fails does not stop it, since
    /// its best end is a finished file.
    pub(super) async fn save(&self, state: &State) {
        if let Some(store) = &self.store
            && let Err(error) = patiently(store.put(&self.key(), &state.to_json(), None)).await
        {
            tracing::warn!(kind = %error.kind(), "the upload's state could not be saved");
        }
    }

    /// If the state cannot be removed, it is found to be finished when it is resumed.
    async fn forget(&self) {
        if let Some(store) = &self.store {
            let _ = patiently(store.remove(&self.key())).await;
        }
    }
}

/// Ends a store that hangs.
async fn patiently<T>(access: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    const PATIENCE: Duration = Duration::from_secs(5);
    timeout(PATIENCE, access).await?
}

fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_detail(why)
        .with_operation(INITIALIZE.id())
}

/// Whether the ERP refuses to finalize, and would refuse it later or with another token.
fn is_refused(error: &Error) -> bool {
    const NOT_ABOUT_THE_FILE: [StatusCode; 4] = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    let is_about_the_file =
        |status: StatusCode| status.is_client_error() && !NOT_ABOUT_THE_FILE.contains(&status);
    error.operation() == Some(FINALIZE.id())
        && error.delivery() == Delivery::Answered
        && error.status().is_some_and(is_about_the_file)
}

/// Whether the saved state is of no use.
///
/// The storage accepts nothing at the URL any more, or the ERP does not know what to finalize.
fn is_useless(error: &Error) -> bool {
    let storage = error.operation() == Some(TRANSFER.id());
    match error.kind() {
        // One that is not valid yet will be.
        ErrorKind::PermissionDenied => {
            storage && ErrorCode::of(error) != Some(ErrorCode::UploadUrlNotYetValid)
        }
        ErrorKind::NotFound => storage || is_refused(error),
        ErrorKind::Conflict => is_refused(error),
        _ => false,
    }
}
