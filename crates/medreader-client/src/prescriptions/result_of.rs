//! Waiting for the result of an upload, whose id as a prescription the vendor does not promise.

use std::time::Duration;

use common_http::{CallOptions, Clock, Error, ErrorKind, Recorded, Result, safe_debug};
use futures_core::Stream;

use super::Prescriptions;
use super::result::{PrescriptionResult, RESULT};
use super::results::ListedResult;
use super::snapshot::{FolderSnapshot, is_same};
use super::wait::{
    Arrival, Polled, TOO_LATE, Target, TimeLeft, WaitOptions, may_pass, no_events, wait,
};
use super::whose::Evidence;
use crate::ids::{AnalysisId, FolderId, PrescriptionId, UploadId};
use crate::sessions::OPEN;

impl Prescriptions {
    /// Waits for the result of an upload, whose id as a prescription is not known for sure.
    ///
    /// It reads the result under the upload's own id. If that stays unknown for
    /// [`WaitOptions::folder_after`] and there is a [snapshot](ResultOf::since), it also checks
    /// which results are new in the folder. A single one is taken for the upload's; several are
    /// given back to choose from.
    ///
    /// The upload's own id may be that of another prescription. A result under it is not taken if
    /// the snapshot has the id already, or if the result names another id or folder. The latter is
    /// taken if the folder's list shows that it is the upload's: the upload's id is new there, or
    /// the result names the folder and its id is new.
    pub fn result_of(&self, upload: &UploadId) -> ResultOf {
        ResultOf {
            prescriptions: self.clone(),
            known: Evidence::of(upload),
            options: CallOptions::default(),
        }
    }
}

/// The result of an upload, and how it was found.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "each way must be handled")]
pub enum FoundResult {
    /// Under the upload's own id.
    SameId(Box<Recorded<PrescriptionResult>>),
    /// Under the only id that is new in the folder since the snapshot. It is the upload's only if
    /// nobody else uploaded into that folder in the meantime.
    OnlyNewInFolder(Box<Recorded<PrescriptionResult>>),
    /// It is not under the upload's own id, and which of these it is cannot be told: several are
    /// new in the folder, or the list has items that cannot be read.
    Ambiguous(Vec<ListedResult>),
}

impl FoundResult {
    /// The result, unless it is ambiguous.
    #[must_use]
    pub fn result(&self) -> Option<&Recorded<PrescriptionResult>> {
        match self {
            Self::SameId(result) | Self::OnlyNewInFolder(result) => Some(result),
            Self::Ambiguous(_) => None,
        }
    }
}

/// Waits for the result of an upload: [`Prescriptions::result_of`].
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use medreader_client::prescriptions::{PrescriptionFile, WaitOptions};
/// use medreader_client::sandbox::Sandbox;
///
/// let sandbox = Sandbox::start().await?;
/// let folder = sandbox.client().folders().create("Pacientes Exemplo").await?;
/// let prescriptions = sandbox.client().prescriptions();
/// let before = prescriptions.snapshot(&folder.id).await?;
/// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
/// let upload = prescriptions.upload(&folder.id, file).await?;
///
/// let waiting = prescriptions.result_of(&upload.id).folder(upload.folder_id.clone());
/// let waiting = waiting.since(before);
/// let found = waiting.wait(WaitOptions::default()).await?;
/// assert!(found.result().is_some_and(|result| result.is_final()));
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent before `wait`"]
pub struct ResultOf {
    prescriptions: Prescriptions,
    known: Evidence,
    options: CallOptions,
}

safe_debug!(ResultOf { known });

impl ResultOf {
    /// Sets what the folder had before the upload. Without it, only the upload's own id is tried.
    pub fn since(mut self, before: FolderSnapshot) -> Self {
        self.known.before = Some(before);
        self
    }

    /// Sets the folder's id in the upload's answer, which may differ from the caller's.
    ///
    /// A result that names another folder is not taken. Without this and without a snapshot, any
    /// folder will do.
    pub fn folder(mut self, folder: impl Into<Option<FolderId>>) -> Self {
        self.known.folder = folder.into();
        self
    }

    /// Sets options of each poll, except the deadline: that is the wait's.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Polls until the result is final, and gives it, even if its status is
    /// [`Error`](super::ResultStatus::Error).
    ///
    /// Only reads: a cancelled wait leaves nothing behind and can be started again.
    ///
    /// # Errors
    /// - `timeout`: nothing final was found before the wait's deadline; status and code are those
    ///   of the last poll by id, and the text says if the result under it is another's. A folder
    ///   that cannot be read, except for refused credentials, does not end the wait
    /// - `invalid_input`: no path can have the upload's id, and there is no snapshot
    /// - `rejected`: the vendor refuses the upload's id (400, 422), and there is no snapshot
    /// - all others of [`GetResult::wait`](super::GetResult::wait), which also says what a failed
    ///   last poll gives
    pub async fn wait(self, options: WaitOptions) -> Result<FoundResult> {
        let arrival = wait(self.clock(), self.target(&options), &options, no_events()).await?;
        Ok(arrival.found)
    }

    /// Like [`wait`](Self::wait), but polls sooner when a webhook comes, see
    /// [`GetResult::wait_or_event`](super::GetResult::wait_or_event).
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use medreader_client::Result;
    /// use medreader_client::prescriptions::{FoundResult, ResultOf, WaitOptions};
    /// use medreader_client::webhook::Events;
    ///
    /// async fn found(waiting: ResultOf, events: Events) -> Result<FoundResult> {
    ///     let ids = events.map(|event| event.id.clone());
    ///     Ok(waiting.wait_or_event(WaitOptions::default(), ids).await?.found)
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub async fn wait_or_event(
        self,
        options: WaitOptions,
        events: impl Stream<Item = AnalysisId> + Send,
    ) -> Result<Arrival<FoundResult>> {
        wait(self.clock(), self.target(&options), &options, events).await
    }

    fn clock(&self) -> Clock {
        self.prescriptions.engine.clock().clone()
    }

    fn target(self, options: &WaitOptions) -> UploadTarget {
        UploadTarget {
            folder_after: options.folder_after.min(options.deadline / 2),
            last: None,
            of: self,
        }
    }

    /// Reads the result with this id as it is now.
    async fn read(
        &self,
        id: &PrescriptionId,
        left: &TimeLeft,
    ) -> Result<Recorded<PrescriptionResult>> {
        let call = self.prescriptions.result(id);
        call.options(left.limit(&self.options)).await
    }
}

/// Why there is nothing under the upload's own id.
const OLD: &str = "the folder had the upload's id before the upload, and no new result was found \
                   in time";
const ANOTHERS: &str = "the result under the upload's id names another id or folder, and no new \
                        one was found in time";

/// Whether every poll would end with this error, and another could lock the account.
fn ends_every_poll(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Credentials | ErrorKind::Unauthenticated
    ) || error.operation() == Some(OPEN.id())
}

/// Whether it is no id of a prescription: no path can have it, or the vendor says so.
fn refuses_id(error: &Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    match error.kind() {
        ErrorKind::InvalidInput => true,
        ErrorKind::Rejected => {
            matches!(status, Some(400 | 422)) && error.operation() == Some(RESULT.id())
        }
        _ => false,
    }
}

/// A wait under way.
struct UploadTarget {
    of: ResultOf,
    folder_after: Duration,
    /// The last result under the upload's own id.
    last: Option<Recorded<PrescriptionResult>>,
}

impl UploadTarget {
    /// Reads the result under the upload's own id, unless that was another's before the upload.
    async fn under_own_id(
        &mut self,
        left: &TimeLeft,
    ) -> Result<Polled<Recorded<PrescriptionResult>>> {
        let known = &self.of.known;
        if known.is_old() {
            let timeout = Error::new(ErrorKind::Timeout).with_detail(OLD);
            return Ok(Polled::NotYet(timeout.with_operation(RESULT.id())));
        }
        let mut result = self.of.read(&known.own_id, left).await;
        // The list may have the id in another case, and the vendor may know it only like this.
        let listed = known.promised().filter(|listed| **listed != known.own_id);
        let is_unknown = |error: &Error| error.kind() == ErrorKind::NotFound || refuses_id(error);
        if let (Err(error), Some(listed)) = (&result, listed)
            && is_unknown(error)
        {
            result = self.of.read(listed, left).await;
        }
        let mut is_anothers = false;
        if let Ok(result) = &result {
            is_anothers = !known.is_own(result);
            self.last = Some(result.clone());
        }
        let polled = Polled::of(result, &RESULT, |result| !is_anothers && result.is_final());
        Ok(match polled? {
            Polled::NotYet(timeout) if is_anothers => Polled::NotYet(timeout.with_detail(ANOTHERS)),
            polled => polled,
        })
    }

    /// Whether the upload's own id is that of its result. The folder is of no interest then.
    fn is_under_own_id(&self) -> bool {
        let known = &self.of.known;
        known.promised().is_some() || self.last.as_ref().is_some_and(|last| known.is_own(last))
    }

    /// The upload's result among what is new in the folder, once it is final.
    async fn in_folder(&mut self, left: &TimeLeft) -> Result<Option<FoundResult>> {
        let Some(before) = &self.of.known.before else {
            return Ok(None);
        };
        let list = self.of.prescriptions.results(before.folder());
        let list = list.options(left.limit(&self.of.options)).await?;
        let can_tell = self.of.known.learn(&list);
        if self.is_under_own_id() {
            let known = &self.of.known;
            let last = self.last.clone();
            let own = last.filter(|last| known.is_own(last) && last.is_final());
            return Ok(own.map(|own| FoundResult::SameId(Box::new(own))));
        }
        Ok(match self.of.known.new.as_slice() {
            [] => None,
            [only] if can_tell => {
                let result = self.of.read(&only.id, left).await?;
                let is_final = result.is_final();
                is_final.then(|| FoundResult::OnlyNewInFolder(Box::new(result)))
            }
            new => Some(FoundResult::Ambiguous(new.to_vec())),
        })
    }
}

impl Target for UploadTarget {
    type Found = FoundResult;

    async fn poll(&mut self, left: &TimeLeft) -> Result<Polled<FoundResult>> {
        let timeout = match self.under_own_id(left).await {
            Ok(Polled::Found(result)) => {
                return Ok(Polled::Found(FoundResult::SameId(Box::new(result))));
            }
            Ok(Polled::NotYet(timeout)) => timeout,
            Ok(Polled::Failed(error)) => return Ok(Polled::Failed(error)),
            // The folder may still have the result.
            Err(error) if refuses_id(&error) && self.of.known.before.is_some() => {
                error.with_kind(ErrorKind::Timeout).with_detail(TOO_LATE)
            }
            Err(error) => return Err(error),
        };
        let not_yet = Polled::NotYet(timeout);
        if self.is_under_own_id() || left.waited() < self.folder_after {
            return Ok(not_yet);
        }
        match self.in_folder(left).await {
            Ok(Some(found)) => Ok(Polled::Found(found)),
            Ok(None) => Ok(not_yet),
            Err(error) if may_pass(&error) => Ok(Polled::Failed(error)),
            Err(error) if ends_every_poll(&error) => Err(error),
            // The folder only helps: the result may still come under the upload's own id.
            Err(_) => Ok(not_yet),
        }
    }

    fn is_named_by(&self, event: &AnalysisId) -> bool {
        is_same(event, &self.of.known.own_id)
    }
}
