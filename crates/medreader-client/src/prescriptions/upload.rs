//! The upload of a file.

use common_http::lenient::take;
use common_http::{
    CallOptions, Engine, Extra, Multipart, Recorded, Request, Result, Timestamp, safe_debug,
};
use serde::{Deserialize, Serialize};

use super::{PrescriptionFile, UPLOAD};
use crate::ids::{self, Fields, FolderId, UploadId};
use crate::whole;

/// Uploads a file. Made by [`Prescriptions::upload`](super::Prescriptions::upload).
#[must_use = "nothing is sent before `send`"]
pub struct UploadPrescription {
    engine: Engine,
    folder: FolderId,
    file: PrescriptionFile,
    options: CallOptions,
}

safe_debug!(UploadPrescription { folder, file });

impl UploadPrescription {
    pub(super) fn new(engine: Engine, folder: FolderId, file: PrescriptionFile) -> Self {
        Self {
            engine,
            folder,
            file,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call: [`CallOptions::on_progress`] is told how far it has come.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// use medreader_client::CallOptions;
    ///
    /// let options = CallOptions::default().on_progress(|at| println!("{} bytes", at.sent));
    /// client.prescriptions().upload(&folder, file).options(options).send().await?;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent, once the file was looked at.
    ///
    /// # Errors
    /// `invalid_input` and `local_io`, as those of `send`.
    #[doc(hidden)]
    pub async fn request(mut self) -> Result<Request> {
        let problem = "argument `folder_id` is empty, a dot segment or has a control character";
        ids::check(self.folder.as_str(), &UPLOAD, problem)?;
        let (name, content_type, body) = self.file.checked(&self.engine, &mut self.options).await?;
        let form = Multipart::new()
            .text("folder_id", self.folder.as_str())
            .file("file", &name, content_type, body);
        Ok(self
            .engine
            .request(&UPLOAD)
            .multipart(form)
            .options(self.options))
    }

    /// Looks at the file's first bytes and sends it. The vendor reads it later: its result is waited for by
    /// [`Prescriptions::result_of`](super::Prescriptions::result_of).
    ///
    /// It has an effect, so it is repeated only when it was refused before it acted (not sent, throttled, session
    /// expired) and the file can be read again. When the answer is lost, the error's delivery is `Unknown`: the file may
    /// be there, and nothing that the vendor offers tells for sure; look at the folder's results before it is sent again. A
    /// call that is cancelled while it sends or waits leaves the same doubt.
    ///
    /// No limit of time but for progress: an upload ends when less than 1 KiB moves in 30 s, or when no answer comes within
    /// 30 s of the last byte.
    ///
    /// # Errors
    /// - `invalid_input`, code [`BadRequest`](crate::ErrorCode::BadRequest): no PDF, JPEG, PNG or TIFF, empty, or without a
    ///   usable name; not sent
    /// - `invalid_input`: the folder's id is empty, `.`, `..` or has control characters; not sent
    /// - `local_io`: the file cannot be read; the delivery says whether some of it was sent
    /// - `rejected`, code `BadRequest`: the vendor does not take the file or the folder; other codes and statuses, such as
    ///   413, are not documented
    /// - `unauthenticated`: the session was refused, the new one too
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came is no upload; the file was taken
    /// - `timeout`, `interrupted`, `server`: it may have been taken; not repeated (`timeout` with delivery `NotSent`: the file's
    ///   first bytes did not come in time)
    /// - `rate_limited`, `connect`: it was not taken; after three attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("receita.pdf");
    /// # std::fs::write(&path, "%PDF-1.7 ...").unwrap();
    /// use medreader_client::CallOptions;
    /// use medreader_client::prescriptions::PrescriptionFile;
    ///
    /// let file = PrescriptionFile::from_path(path).await?;
    /// let upload = client
    ///     .prescriptions()
    ///     .upload(&folder, file)
    ///     .options(CallOptions::default().on_progress(|at| println!("{} bytes", at.sent)))
    ///     .send()
    ///     .await?;
    /// assert_eq!(upload.folder_id.as_ref(), Some(&folder));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<Upload>> {
        self.request().await?.send().await?.recorded()
    }
}

/// What the vendor says of a file that he has taken. Documented; only the id must be there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Fields<UploadId>")]
#[non_exhaustive]
pub struct Upload {
    /// The upload's id. Whether the result is found under it is not promised, see [`UploadId`].
    pub id: UploadId,
    /// The folder that it was put into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
    /// Where the vendor stores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// Its media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<i64>,
    /// The name that it was uploaded under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_filename: Option<String>,
    /// Whether it was read already; `false` in the document's sample. How it goes on is told by the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed: Option<bool>,
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploaded_at: Option<Timestamp>,
    /// A sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(Upload {
    id,
    folder_id,
    file_size,
    processed
});

impl From<Fields<UploadId>> for Upload {
    fn from(Fields { id, mut rest }: Fields<UploadId>) -> Self {
        Self {
            id,
            folder_id: ids::take(&mut rest, "folder_id"),
            file_path: take(&mut rest, "file_path"),
            file_type: take(&mut rest, "file_type"),
            file_size: whole::take(&mut rest, "file_size"),
            original_filename: take(&mut rest, "original_filename"),
            processed: take(&mut rest, "processed"),
            uploaded_at: take(&mut rest, "uploaded_at"),
            message: take(&mut rest, "message"),
            extra: rest,
        }
    }
}
