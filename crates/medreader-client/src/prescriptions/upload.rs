//! Uploading a file.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;
use common_http::{
    Body, Call, CallOptions, Engine, Error, ErrorKind, Extra, Multipart, Operation, Prepared,
    Recorded, Result, Timestamp, lenient_model, safe_debug, sent_by_await,
};
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;

use super::Prescriptions;
use super::format::{FileFormat, START};
use crate::errors::ErrorCode;
use crate::fields;
use crate::ids::{FolderId, UploadId};

/// `POST /api/v1/prescription-files`: a file to be read.
pub(crate) static UPLOAD: Operation = Operation::post(
    "medreader.prescriptions.upload",
    "/api/v1/prescription-files",
)
.transfer();

impl Prescriptions {
    /// Uploads a file into a folder, to be read.
    ///
    /// The file's format is checked by its first bytes before anything is sent. The vendor reads
    /// the file later: wait for its result with [`result_of`](Prescriptions::result_of).
    ///
    /// It has an effect, so it is repeated only after a refusal (not sent, throttled, session
    /// expired), and if the file can be read again. If the answer is lost, the error's delivery is
    /// `Unknown`: the file may have been taken, and no operation of the vendor tells for sure.
    /// Check the folder's results before you send it again. A call that is cancelled while it sends
    /// or waits leaves the same doubt.
    ///
    /// Only progress is limited in time: an upload ends if less than 1 KiB moves in 30 s, or if
    /// after its last byte no answer comes for as long as it took, and at least 120 s.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::CallOptions;
    /// use medreader_client::prescriptions::PrescriptionFile;
    /// use medreader_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    /// let scan = tempfile::tempdir()?.keep().join("receita.pdf");
    /// std::fs::write(&scan, "%PDF-1.7 ...")?;
    ///
    /// let file = PrescriptionFile::from_path(scan).await?;
    /// let progress = CallOptions::default().on_progress(|at| println!("{} bytes", at.sent));
    /// let upload = client.prescriptions().upload(&folder.id, file).options(progress).await?;
    /// assert_eq!(upload.folder_id.as_ref(), Some(&folder.id));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `invalid_input`, code [`BadRequest`](ErrorCode::BadRequest): the file is not a PDF, JPEG,
    ///   PNG or TIFF, is empty, or has no usable name; nothing was sent
    /// - `invalid_input`: the folder's id is empty, `.`, `..` or has a slash, a backslash or a
    ///   control character; nothing was sent
    /// - `local_io`: the file cannot be read; the delivery says whether some of it was sent
    /// - `rejected`, code `BadRequest`: the vendor does not accept the file or the folder. Other
    ///   codes and statuses, such as 413, are not documented
    /// - `unauthenticated`: the session was refused, and so was a new one
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer is not an upload, but the file was taken. With delivery `Unknown`, a
    ///   web page came, which a firewall or a gateway may have written
    /// - `too_large`: the answer exceeds the limit, but the file was taken
    /// - `timeout`, `interrupted`, `server`: it may have been taken; not repeated. A `timeout` with
    ///   delivery `NotSent`: the file's first bytes did not come in time
    /// - `rate_limited`, `connect`: it was not taken, after three attempts
    pub fn upload(&self, folder: &FolderId, file: PrescriptionFile) -> UploadPrescription {
        UploadPrescription {
            engine: self.engine.clone(),
            folder: folder.clone(),
            file,
            options: CallOptions::default(),
        }
    }
}

/// Uploads a file: [`Prescriptions::upload`], which says what may fail.
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct UploadPrescription {
    engine: Engine,
    folder: FolderId,
    file: PrescriptionFile,
    options: CallOptions,
}

safe_debug!(UploadPrescription { folder, file });

impl UploadPrescription {
    /// Sets options of this call, for example [`CallOptions::on_progress`].
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    async fn call(mut self) -> Result<Call<Recorded<Upload>>> {
        let problem = "argument `folder_id` is not an id: empty, a dot segment, or with a slash, \
                       a backslash or a control character";
        if let Some(refusal) = fields::refusal(self.folder.as_str(), problem) {
            return Err(refusal.with_operation(UPLOAD.id()));
        }
        let content_type = self.file.check(&self.engine, &mut self.options).await?;
        let PrescriptionFile { name, body, .. } = self.file;
        let form = Multipart::new()
            .text("folder_id", self.folder.as_str())
            .file("file", &name, content_type, body);
        let request = self.engine.request(&UPLOAD).options(self.options);
        Ok(request.multipart(form).recorded())
    }

    /// Checks the file and uploads it: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Prescriptions::upload`].
    pub async fn send(self) -> Result<Recorded<Upload>> {
        self.call().await?.await
    }

    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "for tests only")]
    pub async fn prepare(self) -> Result<Prepared> {
        self.call().await?.prepare()
    }
}

sent_by_await!(UploadPrescription => Recorded<Upload>);

/// A prescription's file: a PDF, JPEG, PNG or TIFF, recognised by its content.
///
/// Bytes and files can be sent again where that is safe; a stream is sent once. `Debug` shows the
/// kind of source and the length, but not the name.
///
/// ```no_run
/// # async fn example() -> medreader_client::Result<()> {
/// use medreader_client::prescriptions::PrescriptionFile;
///
/// let streamed = PrescriptionFile::from_path("receita.pdf").await?;
/// let in_memory = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
/// # Ok(()) }
/// ```
pub struct PrescriptionFile {
    name: String,
    body: Body,
    content_type: Option<Cow<'static, str>>,
}

safe_debug!(PrescriptionFile { body });

impl PrescriptionFile {
    /// A file of this machine, streamed under its own name.
    ///
    /// # Errors
    /// - `local_io`: it cannot be opened or is not a regular file
    /// - `invalid_input`: the path does not end in a file name
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| refused("the path does not end in a file name"))?;
        let body = Body::from_path(path)
            .await
            .map_err(|error| error.with_operation(UPLOAD.id()))?;
        Ok(Self::from_body(name, body))
    }

    /// Bytes in memory, under a name for the vendor.
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::from_body(name, Body::from(bytes.into()))
    }

    /// A stream, under a name for the vendor. It is sent once.
    ///
    /// Without its length in bytes it is sent in chunks, which not every server accepts.
    pub fn from_stream(
        name: impl Into<String>,
        reader: impl AsyncRead + Send + 'static,
        length: impl Into<Option<u64>>,
    ) -> Self {
        Self::from_body(name, Body::single_pass(reader, length))
    }

    /// Any other body, under a name for the vendor, for example a file that is open already.
    ///
    /// ```no_run
    /// # async fn example(file: tokio::fs::File) -> medreader_client::Result<()> {
    /// use medreader_client::Body;
    /// use medreader_client::prescriptions::PrescriptionFile;
    ///
    /// let file = PrescriptionFile::from_body("receita.pdf", Body::from_file(file).await?);
    /// # Ok(()) }
    /// ```
    pub fn from_body(name: impl Into<String>, body: Body) -> Self {
        Self {
            name: name.into(),
            body,
            content_type: None,
        }
    }

    /// Sets the media type and skips all checks: of the file's format, and whether it is empty.
    pub fn content_type(mut self, media_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// The media type, if the file may be sent.
    async fn check(
        &mut self,
        engine: &Engine,
        options: &mut CallOptions,
    ) -> Result<Cow<'static, str>> {
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(refused(
                "the file's name is empty or has a control character",
            ));
        }
        if let Some(set) = self.content_type.take() {
            return match HeaderValue::from_str(&set) {
                Ok(_) => Ok(set),
                Err(_) => Err(refused("the media type is not a valid header value")),
            };
        }
        let start = engine.peek(&UPLOAD, &self.body, START, options).await?;
        if start.is_empty() {
            return Err(refused("the file is empty"));
        }
        let format = FileFormat::detect(&start);
        let format = format.ok_or_else(|| refused("the file is not a PDF, JPEG, PNG or TIFF"))?;
        Ok(Cow::Borrowed(format.content_type()))
    }
}

/// A local refusal, with the vendor's own code for a file that it does not accept.
fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_detail(why)
        .with_code(ErrorCode::BadRequest.as_str(), true)
        .with_operation(UPLOAD.id())
}

/// An uploaded file, as the vendor describes it. Documented; only the id is required.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct Upload {
    /// The upload's id. It is not promised that the result is found under it, see [`UploadId`].
    #[serde(deserialize_with = "fields::id")]
    pub id: UploadId,
    /// The folder it was uploaded into.
    #[serde(
        default,
        deserialize_with = "fields::optional_id",
        skip_serializing_if = "Option::is_none"
    )]
    pub folder_id: Option<FolderId>,
    /// Where the vendor stores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// Its media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// Its size in bytes.
    #[serde(
        default,
        deserialize_with = "fields::whole",
        skip_serializing_if = "Option::is_none"
    )]
    pub file_size: Option<i64>,
    /// The name it was uploaded under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_filename: Option<String>,
    /// Whether it has been read; `false` in the document's sample. The result says how far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed: Option<bool>,
    /// When it was uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploaded_at: Option<Timestamp>,
    /// A sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(Upload);
safe_debug!(Upload {
    id,
    folder_id,
    file_size,
    processed
});
