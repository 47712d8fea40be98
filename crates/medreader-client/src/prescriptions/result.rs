//! The result of a prescription, by its id.

use common_http::lenient::take;
use common_http::{
    CallOptions, Engine, Extra, Recorded, Request, Result, Timestamp, open_enum, safe_debug,
};
use futures_core::Stream;
use serde::{Deserialize, Serialize};

use super::RESULT;
use super::wait::{Arrival, Look, Seen, TimeLeft, WaitOptions, no_events, wait};
use crate::ids::{self, AnalysisId, Fields, FolderId, PrescriptionId};

open_enum! {
    /// How far the reading of a prescription is. All three are documented.
    pub enum ResultStatus: String {
        /// It is being read.
        Processing = "processing",
        /// It was read.
        Completed = "completed",
        /// It could not be read.
        Error = "error",
    }
}

impl ResultStatus {
    /// Whether nothing more is to come: read, or failed. A word that is not documented is not taken for an end.
    ///
    /// ```
    /// use medreader_client::prescriptions::ResultStatus;
    ///
    /// assert!(ResultStatus::Error.is_final());
    /// assert!(!ResultStatus::from("queued").is_final());
    /// ```
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Error)
    }
}

/// The result of reading a prescription. Documented; only the id must be there. `Debug` shows ids and status.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Fields<PrescriptionId>")]
#[non_exhaustive]
pub struct PrescriptionResult {
    /// The prescription's id.
    pub id: PrescriptionId,
    /// When the result was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// How sure the reading is, from 0 to 100; documented as an integer that can be null, and expected to be null until
    /// it is completed. A fraction would be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_score: Option<f64>,
    /// Why, in words; can be null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_notes: Option<String>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ResultStatus>,
    /// The folder that the prescription is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
    /// The folder's path. The document writes it in two ways (normalised names; names as given after a slash): nothing to
    /// take apart or compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_fullpath: Option<String>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(PrescriptionResult {
    id,
    status,
    folder_id
});

impl From<Fields<PrescriptionId>> for PrescriptionResult {
    fn from(Fields { id, mut rest }: Fields<PrescriptionId>) -> Self {
        Self {
            id,
            created_at: take(&mut rest, "created_at"),
            prescription_confidence_score: take(&mut rest, "prescription_confidence_score"),
            prescription_confidence_notes: take(&mut rest, "prescription_confidence_notes"),
            status: take(&mut rest, "status"),
            folder_id: ids::take(&mut rest, "folder_id"),
            folder_fullpath: take(&mut rest, "folder_fullpath"),
            extra: rest,
        }
    }
}

impl PrescriptionResult {
    /// Whether nothing more is to come, see [`ResultStatus::is_final`].
    ///
    /// ```
    /// use medreader_client::prescriptions::PrescriptionResult;
    ///
    /// let text = r#"{"id":"EXAMPLE-1","status":"processing"}"#;
    /// let result: PrescriptionResult = serde_json::from_str(text)?;
    /// assert!(!result.is_final());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status.as_ref().is_some_and(ResultStatus::is_final)
    }
}

/// Reads the result of a prescription, or waits for it. Made by
/// [`Prescriptions::result`](super::Prescriptions::result).
#[must_use = "nothing is sent before `send` or `wait`"]
pub struct GetResult {
    engine: Engine,
    id: PrescriptionId,
    options: CallOptions,
}

safe_debug!(GetResult { id });

impl GetResult {
    pub(super) fn new(engine: Engine, id: PrescriptionId) -> Self {
        Self {
            engine,
            id,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call; of a wait, those of each look, but for the deadline, which is the wait's.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let upload = client.prescriptions().upload(&folder, file).send().await?;
    /// use std::time::Duration;
    /// use medreader_client::CallOptions;
    ///
    /// let hurried = CallOptions::default().deadline(Duration::from_secs(10));
    /// let id = upload.id.assume_prescription_id();
    /// client.prescriptions().result(&id).options(hurried).send().await?;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.engine
            .request(&RESULT)
            .path("prescription-id", self.id.as_str())
            .options(self.options.clone())
    }

    /// Asks for the result as it is now.
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind.
    ///
    /// # Errors
    /// - `not_found`, code [`PrescriptionFileNotFound`](crate::ErrorCode::PrescriptionFileNotFound): there is no such
    ///   prescription, or not yet
    /// - `invalid_input`: the id is empty, `.`, `..` or has control characters
    /// - `unauthenticated`: the session was refused, the new one too
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came is no result
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let upload = client.prescriptions().upload(&folder, file).send().await.unwrap();
    /// let id = upload.id.assume_prescription_id();
    /// let result = client.prescriptions().result(&id).send().await?;
    /// println!("{:?}", result.status);
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<PrescriptionResult>> {
        self.fetch().await
    }

    /// Asks again and again until the result is final, and gives it: also where its status is
    /// [`Error`](ResultStatus::Error).
    ///
    /// A prescription that is not found is waited for (it may not be there right after the upload), and so is one whose
    /// status is missing or not documented. So is a look that fails for a reason that may pass
    /// ([`Error::is_transient`](crate::Error::is_transient)): it is followed by others. It looks at once, then in pauses that
    /// grow, see [`WaitOptions`]; throttling is honoured, and where it names no time the next pause is at least the longest.
    /// Only reads: a cancelled wait leaves nothing behind and can be begun again.
    ///
    /// # Errors
    /// - `timeout`: the result was not final before the wait's deadline; status and code are those of the last look (404
    ///   where the prescription was never found)
    /// - `rate_limited`, `server`: the vendor wants us to stay away for longer than is left; `retry_after` says how long
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: the last look before the deadline failed so
    /// - `rate_limited` of the login: locked out, which ends the wait at once
    /// - all else as [`send`](Self::send), but `not_found`: a look that failed for good ends the wait
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let upload = client.prescriptions().upload(&folder, file).send().await.unwrap();
    /// use std::time::Duration;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let id = upload.id.assume_prescription_id();
    /// let patience = WaitOptions::default().deadline(Duration::from_secs(60));
    /// let result = client.prescriptions().result(&id).wait(patience).await?;
    /// assert!(result.is_final());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn wait(self, options: WaitOptions) -> Result<Recorded<PrescriptionResult>> {
        let arrival = wait(self, &options, no_events()).await?;
        Ok(arrival.found)
    }

    /// As [`wait`](Self::wait), but looks earlier when a webhook came: whichever comes first, webhook or poll.
    ///
    /// `events` are the ids of the webhooks that arrive. The vendor does not promise that they are ids of prescriptions, so
    /// a webhook is a reason to look, whatever its id, and what is given is what was read. Looks are never closer together
    /// than the first pause; those that are due to webhooks with other ids not closer than a twentieth of the time waited so
    /// far. A stream that ends leaves the polling as it is.
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
    /// # let upload = client.prescriptions().upload(&folder, file).send().await.unwrap();
    /// # let webhooks = futures_util::stream::pending::<medreader_client::AnalysisId>();
    /// use medreader_client::prescriptions::{Prompt, WaitOptions};
    ///
    /// let id = upload.id.assume_prescription_id();
    /// let waiting = client.prescriptions().result(&id).wait_or_event(WaitOptions::default(), webhooks);
    /// let arrival = waiting.await?;
    /// match arrival.prompt {
    ///     Prompt::Event(webhook) => println!("after webhook {webhook}"),
    ///     Prompt::Poll => println!("by a poll"),
    /// }
    /// assert!(arrival.found.is_final());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn wait_or_event(
        self,
        options: WaitOptions,
        events: impl Stream<Item = AnalysisId> + Send,
    ) -> Result<Arrival<Recorded<PrescriptionResult>>> {
        wait(self, &options, events).await
    }

    async fn fetch(&self) -> Result<Recorded<PrescriptionResult>> {
        self.request().send().await?.recorded()
    }

    /// One look of a wait.
    pub(super) async fn look_once(
        &self,
        left: &TimeLeft,
    ) -> Result<Seen<Recorded<PrescriptionResult>>> {
        let call = Self {
            engine: self.engine.clone(),
            id: self.id.clone(),
            options: left.limit(&self.options),
        };
        Seen::of(call.fetch().await, &RESULT, |result| result.is_final())
    }
}

impl Look for GetResult {
    type Found = Recorded<PrescriptionResult>;

    async fn look(&mut self, left: &TimeLeft) -> Result<Seen<Self::Found>> {
        self.look_once(left).await
    }

    fn is_named_by(&self, event: &AnalysisId) -> bool {
        event.assume_prescription_id() == self.id
    }
}
