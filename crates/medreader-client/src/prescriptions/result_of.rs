//! The result of an upload, whose id among the prescriptions the vendor does not promise.

use std::collections::BTreeSet;
use std::time::Duration;

use common_http::{CallOptions, Engine, Recorded, Result, safe_debug};
use futures_core::Stream;
use serde::{Deserialize, Serialize};

use super::RESULTS;
use super::result::{GetResult, PrescriptionResult};
use super::results::{FolderResults, ListResults, ListedResult};
use super::wait::{Arrival, Look, Seen, TimeLeft, WaitOptions, no_events, wait};
use crate::ids::{AnalysisId, FolderId, PrescriptionId, UploadId};

/// Which results a folder had: taken before an upload, it tells afterwards which are new.
///
/// It can be saved, so that a wait goes on in another process. Made by [`FolderResults::snapshot`], or
/// [`empty`](Self::empty).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSnapshot {
    folder: FolderId,
    results: BTreeSet<PrescriptionId>,
    /// Whether each entry of the list had an id: what had none may later look new.
    is_complete: bool,
}

safe_debug!(FolderSnapshot {
    folder,
    is_complete
});

impl FolderSnapshot {
    pub(super) fn new(folder: &FolderId, list: &FolderResults) -> Self {
        Self {
            folder: folder.clone(),
            results: list.readable().map(|result| result.id.clone()).collect(),
            is_complete: is_complete(list),
        }
    }

    /// Of a folder that had no results: for a vendor who answers `not_found` where there is nothing to list (what he does is
    /// not documented).
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use medreader_client::sandbox::{EmptyFolder, Sandbox, Settings};
    /// # let empty_folder = EmptyFolder::NotFound;
    /// # let sandbox = Sandbox::with(Settings { empty_folder, ..Settings::default() }).await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// use medreader_client::ErrorKind;
    /// use medreader_client::prescriptions::FolderSnapshot;
    ///
    /// let before = match client.prescriptions().results(&folder).send().await {
    ///     Ok(list) => list.snapshot(&folder),
    ///     Err(error) if error.kind() == ErrorKind::NotFound => FolderSnapshot::empty(&folder),
    ///     Err(error) => return Err(error),
    /// };
    /// # let _ = before;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn empty(folder: &FolderId) -> Self {
        Self {
            folder: folder.clone(),
            results: BTreeSet::new(),
            is_complete: true,
        }
    }

    /// What the list has and the snapshot had not, each id once.
    fn new_in(&self, list: &FolderResults) -> Vec<ListedResult> {
        let mut seen = self.results.clone();
        list.readable()
            .filter(|result| seen.insert(result.id.clone()))
            .cloned()
            .collect()
    }
}

fn is_complete(list: &FolderResults) -> bool {
    list.results.iter().all(|listed| listed.result().is_some())
}

/// The result of an upload, and how it was found.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "each way must be dealt with")]
pub enum FoundResult {
    /// Under the upload's own id.
    SameId(Box<Recorded<PrescriptionResult>>),
    /// Under the only id that is new in the folder since the snapshot. It is the upload's, if nobody else uploaded into that
    /// folder in the meantime.
    OnlyNewInFolder(Box<Recorded<PrescriptionResult>>),
    /// The upload's own id is not known to the vendor, and which of these it is cannot be told: several are new in the
    /// folder, or the list has what cannot be read.
    Ambiguous(Vec<ListedResult>),
}

impl FoundResult {
    /// The result, unless it is ambiguous.
    ///
    /// ```
    /// use medreader_client::prescriptions::FoundResult;
    ///
    /// assert_eq!(FoundResult::Ambiguous(Vec::new()).result(), None);
    /// ```
    #[must_use]
    pub fn result(&self) -> Option<&Recorded<PrescriptionResult>> {
        match self {
            Self::SameId(result) | Self::OnlyNewInFolder(result) => Some(result),
            Self::Ambiguous(_) => None,
        }
    }
}

/// Waits for the result of an upload. Made by [`Prescriptions::result_of`](super::Prescriptions::result_of).
///
/// It asks under the upload's own id. Where that stays unknown for [`WaitOptions::folder_after`] and there is a snapshot,
/// it also looks which results are new in the folder: a single one is taken for the upload's, several are given back to
/// choose from.
#[must_use = "nothing is sent before `wait`"]
pub struct ResultOf {
    engine: Engine,
    upload: UploadId,
    before: Option<FolderSnapshot>,
    options: CallOptions,
}

safe_debug!(ResultOf { upload, before });

impl ResultOf {
    pub(super) fn new(engine: Engine, upload: UploadId) -> Self {
        Self {
            engine,
            upload,
            before: None,
            options: CallOptions::default(),
        }
    }

    /// What the folder had before the upload. Without it, only the upload's own id is asked for.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let prescriptions = client.prescriptions();
    /// let before = prescriptions.results(&folder).send().await?.snapshot(&folder);
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// let found = prescriptions.result_of(&upload.id).since(before).wait(WaitOptions::default()).await?;
    /// assert!(found.result().is_some());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn since(mut self, before: FolderSnapshot) -> Self {
        self.before = Some(before);
        self
    }

    /// Sets the settings of each look, but for the deadline, which is the wait's.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let upload = client.prescriptions().upload(&folder, file).send().await?;
    /// use medreader_client::CallOptions;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let look = CallOptions::default().max_attempts(2);
    /// let waiting = client.prescriptions().result_of(&upload.id).options(look);
    /// assert!(waiting.wait(WaitOptions::default()).await?.result().is_some());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Waits until the result is final, and gives it: also where its status is
    /// [`Error`](super::ResultStatus::Error).
    ///
    /// Only reads: a cancelled wait leaves nothing behind and can be begun again.
    ///
    /// # Errors
    /// - `timeout`: nothing final was found before the wait's deadline; status and code are those of the last look by id
    ///   (a last look that itself failed is told as [`GetResult::wait`] tells it)
    /// - all else as [`GetResult::wait`]
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let prescriptions = client.prescriptions();
    /// let before = prescriptions.results(&folder).send().await?.snapshot(&folder);
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// let found = prescriptions.result_of(&upload.id).since(before).wait(WaitOptions::default()).await?;
    /// assert!(found.result().is_some_and(|result| result.is_final()));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn wait(self, options: WaitOptions) -> Result<FoundResult> {
        let arrival = wait(self.looking(&options), &options, no_events()).await?;
        Ok(arrival.found)
    }

    /// As [`wait`](Self::wait), but looks earlier when a webhook came, see [`GetResult::wait_or_event`].
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let webhooks = futures_util::stream::pending::<medreader_client::AnalysisId>();
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let upload = client.prescriptions().upload(&folder, file).send().await?;
    /// let waiting = client.prescriptions().result_of(&upload.id);
    /// let arrival = waiting.wait_or_event(WaitOptions::default(), webhooks).await?;
    /// println!("{:?} found {:?}", arrival.prompt, arrival.found);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn wait_or_event(
        self,
        options: WaitOptions,
        events: impl Stream<Item = AnalysisId> + Send,
    ) -> Result<Arrival<FoundResult>> {
        wait(self.looking(&options), &options, events).await
    }

    fn looking(self, options: &WaitOptions) -> Looking {
        Looking {
            folder_after: options.folder_after.min(options.deadline / 2),
            is_known: false,
            call: self,
        }
    }

    fn by_id(&self, id: PrescriptionId) -> GetResult {
        GetResult::new(self.engine.clone(), id).options(self.options.clone())
    }
}

/// A wait that is on its way.
struct Looking {
    call: ResultOf,
    folder_after: Duration,
    /// Whether the vendor has shown that he knows the upload's own id: then the folder is of no interest any more.
    is_known: bool,
}

impl Look for Looking {
    type Found = FoundResult;

    async fn look(&mut self, left: &TimeLeft) -> Result<Seen<FoundResult>> {
        let own_id = self.call.upload.assume_prescription_id();
        let timeout = match self.call.by_id(own_id.clone()).look_once(left).await? {
            Seen::Found(result) => return Ok(Seen::Found(FoundResult::SameId(Box::new(result)))),
            Seen::NotYet { exists, timeout } => {
                self.is_known |= exists;
                timeout
            }
            Seen::Failed(error) => return Ok(Seen::Failed(error)),
        };
        let not_yet = Seen::NotYet {
            exists: self.is_known,
            timeout,
        };
        let Some(before) = &self.call.before else {
            return Ok(not_yet);
        };
        if self.is_known || left.waited() < self.folder_after {
            return Ok(not_yet);
        }
        let list = ListResults::new(self.call.engine.clone(), before.folder.clone())
            .options(left.limit(&self.call.options));
        let list = match Seen::of(list.send().await, &RESULTS, |_| true)? {
            Seen::Found(list) => list,
            // What a folder without results answers is not documented.
            Seen::NotYet { .. } => return Ok(not_yet),
            Seen::Failed(error) => return Ok(Seen::Failed(error)),
        };
        let new = before.new_in(&list);
        let can_be_told = before.is_complete && is_complete(&list);
        match new.as_slice() {
            [] => Ok(not_yet),
            // The list has the upload's own id: it will be found under that.
            new if new.iter().any(|result| result.id == own_id) => Ok(not_yet),
            [only] if can_be_told => {
                match self.call.by_id(only.id.clone()).look_once(left).await? {
                    Seen::Found(result) => {
                        let result = Box::new(result);
                        Ok(Seen::Found(FoundResult::OnlyNewInFolder(result)))
                    }
                    Seen::NotYet { .. } => Ok(not_yet),
                    Seen::Failed(error) => Ok(Seen::Failed(error)),
                }
            }
            _ => Ok(Seen::Found(FoundResult::Ambiguous(new))),
        }
    }

    fn is_named_by(&self, event: &AnalysisId) -> bool {
        event.assume_prescription_id() == self.call.upload.assume_prescription_id()
    }
}
