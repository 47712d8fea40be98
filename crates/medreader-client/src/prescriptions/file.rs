//! A file to be uploaded, and the look at it beforehand.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;
use common_http::{Body, CallOptions, Engine, Error, ErrorKind, Result, safe_debug};
use http::HeaderValue;
use tokio::io::AsyncRead;

use super::UPLOAD;
use super::format::{FileFormat, LOOK};

/// A prescription's file: a PDF, JPEG, PNG or TIFF, told by its content.
///
/// Bytes and files can be sent again where that is safe; a stream is sent once. `Debug` shows the kind of source and the
/// length, not the name.
pub struct PrescriptionFile {
    name: String,
    body: Body,
    content_type: Option<Cow<'static, str>>,
}

safe_debug!(PrescriptionFile { body });

impl PrescriptionFile {
    /// A file of this machine, streamed and called as it is called there.
    ///
    /// # Errors
    /// - `local_io`: it cannot be looked at or is no regular file
    /// - `invalid_input`: the path ends in no name
    ///
    /// ```no_run
    /// # async fn example() -> medreader_client::Result<()> {
    /// use medreader_client::prescriptions::PrescriptionFile;
    ///
    /// let file = PrescriptionFile::from_path("receita.pdf").await?;
    /// # Ok(()) }
    /// ```
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| refused("the path ends in no file name"))?;
        let body = Body::from_path(path)
            .await
            .map_err(|error| error.with_operation(UPLOAD.id()))?;
        Ok(Self::new(name, body))
    }

    /// A file in memory, under the name that the vendor is told.
    ///
    /// ```
    /// use medreader_client::prescriptions::PrescriptionFile;
    ///
    /// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// assert!(!format!("{file:?}").contains("receita"));
    /// ```
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(name.into(), Body::from(bytes.into()))
    }

    /// A stream, under the name that the vendor is told. It is sent once. Without its length in bytes it is sent in
    /// chunks, which not every server takes.
    ///
    /// ```
    /// use medreader_client::prescriptions::PrescriptionFile;
    ///
    /// let scan = std::io::Cursor::new(b"%PDF-1.7 ...");
    /// let file = PrescriptionFile::from_stream("receita.pdf", scan, 12);
    /// # let _ = file;
    /// ```
    pub fn from_stream(
        name: impl Into<String>,
        reader: impl AsyncRead + Send + Sync + 'static,
        length: impl Into<Option<u64>>,
    ) -> Self {
        Self::new(name.into(), Body::single_pass(reader, length))
    }

    fn new(name: String, body: Body) -> Self {
        Self {
            name,
            body,
            content_type: None,
        }
    }

    /// Tells the vendor this media type and insists on it: the file is sent without a look at it, whatever its format, and
    /// even if it is empty.
    ///
    /// ```
    /// use medreader_client::prescriptions::PrescriptionFile;
    ///
    /// let file = PrescriptionFile::from_bytes("receita.webp", "RIFF....WEBP").content_type("image/webp");
    /// # let _ = file;
    /// ```
    pub fn content_type(mut self, media_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Name, media type and content, once they may be sent.
    pub(super) async fn checked(
        self,
        engine: &Engine,
        options: &mut CallOptions,
    ) -> Result<(String, Cow<'static, str>, Body)> {
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(refused(
                "the file's name is empty or has a control character",
            ));
        }
        let content_type = match self.content_type {
            Some(insisted) if HeaderValue::from_str(&insisted).is_ok() => insisted,
            Some(_) => return Err(refused("the media type fits no header")),
            None => {
                let start = engine.peek(&UPLOAD, &self.body, LOOK, options).await?;
                if start.is_empty() {
                    return Err(refused("the file is empty"));
                }
                let format = FileFormat::detect(&start)
                    .ok_or_else(|| refused("the file is no PDF, JPEG, PNG or TIFF"))?;
                Cow::Borrowed(format.content_type())
            }
        };
        Ok((self.name, content_type, self.body))
    }
}

/// The vendor's own code for a file that he would not take.
fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_detail(why)
        .with_code("bad_request", true)
        .with_operation(UPLOAD.id())
}
