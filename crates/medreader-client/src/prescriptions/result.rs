//! Getting the result of a prescription by its id, or waiting for it.

use common_http::{
    Call, CallOptions, Engine, Extra, Operation, Prepared, Recorded, Result, Timestamp,
    lenient_model, open_enum, safe_debug, sent_by_await,
};
use futures_core::Stream;
use serde::{Deserialize, Serialize};

use super::Prescriptions;
use super::wait::{Arrival, Polled, Target, TimeLeft, WaitOptions, no_events, wait};
use crate::fields;
use crate::ids::{AnalysisId, FolderId, PrescriptionId};

/// `GET /api/v1/prescriptions/{prescription-id}/result`: the result of reading one.
pub(crate) static RESULT: Operation = Operation::get(
    "medreader.prescriptions.result",
    "/api/v1/prescriptions/{prescription-id}/result",
);

impl Prescriptions {
    /// Gets the result of a prescription as it is now, or [waits](GetResult::wait) for it.
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::prescriptions::PrescriptionFile;
    /// use medreader_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    /// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// let upload = client.prescriptions().upload(&folder.id, file).await?;
    ///
    /// let id = upload.id.assume_prescription_id();
    /// let result = client.prescriptions().result(&id).await?;
    /// println!("{:?}", result.status);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `not_found`, code
    ///   [`PrescriptionFileNotFound`](crate::ErrorCode::PrescriptionFileNotFound): there is no such
    ///   prescription, or not yet
    /// - `invalid_input`: the id is empty, `.`, `..` or has a slash, a backslash or a control
    ///   character; nothing was sent
    /// - `unauthenticated`: the session was refused, and so was a new one
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer is not a result
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub fn result(&self, id: &PrescriptionId) -> GetResult {
        GetResult {
            engine: self.engine.clone(),
            id: id.clone(),
            options: CallOptions::default(),
        }
    }
}

/// Gets the result of a prescription, or waits for it: [`Prescriptions::result`].
#[must_use = "nothing is sent before `.await`, `send` or `wait`"]
pub struct GetResult {
    engine: Engine,
    id: PrescriptionId,
    options: CallOptions,
}

safe_debug!(GetResult { id });

impl GetResult {
    /// Sets options of this call. For a wait, of each poll, except the deadline: that is the
    /// wait's.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    fn call(&self, options: CallOptions) -> Call<Recorded<PrescriptionResult>> {
        let request = self.engine.request(&RESULT).options(options);
        request.path("prescription-id", self.id.as_str()).recorded()
    }

    /// Gets the result as it is now: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Prescriptions::result`].
    pub async fn send(self) -> Result<Recorded<PrescriptionResult>> {
        self.call(self.options.clone()).await
    }

    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "for tests only")]
    pub fn prepare(self) -> Result<Prepared> {
        self.call(self.options.clone()).prepare()
    }

    /// Polls until the result is final, and gives it, even if its status is
    /// [`Error`](ResultStatus::Error).
    ///
    /// It polls at once, then in growing pauses, see [`WaitOptions`]. It goes on while
    /// - the prescription is not found: it may not be there right after the upload
    /// - the status is missing or not documented
    /// - a poll fails for a reason that may pass
    ///   ([`Error::is_transient`](crate::Error::is_transient)). After throttling it waits as long
    ///   as the vendor says, or at least the longest pause
    ///
    /// Only reads: a cancelled wait leaves nothing behind and can be started again.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use medreader_client::prescriptions::{PrescriptionFile, WaitOptions};
    /// use medreader_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    /// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// let upload = client.prescriptions().upload(&folder.id, file).await?;
    ///
    /// let id = upload.id.assume_prescription_id();
    /// let patience = WaitOptions::default().deadline(Duration::from_secs(60));
    /// let result = client.prescriptions().result(&id).wait(patience).await?;
    /// assert!(result.is_final());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `timeout`: the result was not final before the wait's deadline; status and code are those
    ///   of the last poll (404 if the prescription was never found)
    /// - `rate_limited`, `server`: the vendor asks for a longer pause than is left; `retry_after`
    ///   says how long
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: the last poll before the
    ///   deadline failed like this
    /// - `rate_limited` of the login: locked out, which ends the wait at once
    /// - all others of [`Prescriptions::result`] except `not_found`: they end the wait
    pub async fn wait(self, options: WaitOptions) -> Result<Recorded<PrescriptionResult>> {
        let arrival = wait(self.engine.clock().clone(), self, &options, no_events()).await?;
        Ok(arrival.found)
    }

    /// Like [`wait`](Self::wait), but polls sooner when a webhook comes: the first of the two wins.
    ///
    /// `events` are the ids of the webhooks that arrive. The vendor does not promise that they are
    /// ids of prescriptions, so a webhook of any id leads to a poll, and the result is what the
    /// poll read. Polls are never closer together than the first pause; those caused by webhooks
    /// with other ids are at least a twentieth of the time waited so far apart. A stream that ends
    /// does not change the polling.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::prescriptions::{PrescriptionFile, Prompt, WaitOptions};
    /// use medreader_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    /// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// let upload = client.prescriptions().upload(&folder.id, file).await?;
    ///
    /// let webhooks = futures_util::stream::pending(); // in a program: the ids of its events
    /// let id = upload.id.assume_prescription_id();
    /// let waiting = client.prescriptions().result(&id);
    /// let arrival = waiting.wait_or_event(WaitOptions::default(), webhooks).await?;
    /// match arrival.prompt {
    ///     Prompt::Event(webhook) => println!("after webhook {webhook}"),
    ///     Prompt::Poll => println!("by a poll"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub async fn wait_or_event(
        self,
        options: WaitOptions,
        events: impl Stream<Item = AnalysisId> + Send,
    ) -> Result<Arrival<Recorded<PrescriptionResult>>> {
        wait(self.engine.clock().clone(), self, &options, events).await
    }
}

sent_by_await!(GetResult => Recorded<PrescriptionResult>);

impl Target for GetResult {
    type Found = Recorded<PrescriptionResult>;

    async fn poll(&mut self, left: &TimeLeft) -> Result<Polled<Self::Found>> {
        let result = self.call(left.limit(&self.options)).await;
        Polled::of(result, &RESULT, PrescriptionResult::is_final)
    }

    fn is_named_by(&self, event: &AnalysisId) -> bool {
        event.assume_prescription_id() == self.id
    }
}

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
    /// Whether it will not change any more. An undocumented status is not final.
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

/// The result of reading a prescription. Documented; only the id is required.
///
/// `Debug` shows ids and status.
///
/// ```
/// use medreader_client::prescriptions::{PrescriptionResult, ResultStatus};
///
/// let result: PrescriptionResult = serde_json::from_str(
///     r#"{"id": "EXAMPLE-1", "status": "completed", "prescription_confidence_score": 95}"#,
/// )?;
/// assert_eq!(result.status, Some(ResultStatus::Completed));
/// assert_eq!(result.prescription_confidence_score, Some(95.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct PrescriptionResult {
    /// The prescription's id.
    #[serde(deserialize_with = "fields::id")]
    pub id: PrescriptionId,
    /// When the result was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// How sure the reading is, from 0 to 100. Documented as an integer or null, and expected to be
    /// null until it is completed. A fraction is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_score: Option<f64>,
    /// Notes on the score; can be null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_notes: Option<String>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ResultStatus>,
    /// The folder that the prescription is in.
    #[serde(
        default,
        deserialize_with = "fields::optional_id",
        skip_serializing_if = "Option::is_none"
    )]
    pub folder_id: Option<FolderId>,
    /// The folder's path. Do not parse or compare it: the document writes it both with normalised
    /// names and with the names as given after a slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_fullpath: Option<String>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(PrescriptionResult);
safe_debug!(PrescriptionResult {
    id,
    status,
    folder_id
});

impl PrescriptionResult {
    /// Whether it will not change any more, see [`ResultStatus::is_final`].
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status.as_ref().is_some_and(ResultStatus::is_final)
    }
}
