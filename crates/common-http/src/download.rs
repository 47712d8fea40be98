//! An answer that is streamed to memory, a file or the caller, and never half kept.

use std::fmt;
use std::io;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::engine::{Broken, Failure, Reply, Run, within};
use crate::error::{Error, ErrorKind, Result};

/// A successful answer whose body is still coming.
///
/// [`Download::save_to`] and [`Download::bytes`] start again from the beginning when the connection breaks, as often as
/// the retry policy allows; [`Download::chunk`] cannot, since it has handed over what came before.
///
/// `Debug` shows the length alone.
#[must_use = "nothing of the body is read before it is asked for"]
pub struct Download {
    call: Run,
    reply: Reply,
    complete: bool,
    /// What `chunk` has done: it cannot be undone.
    handed_over: bool,
    failed: Option<Error>,
}

impl Download {
    pub(crate) async fn open(call: Run, check: Option<fn(&[u8]) -> bool>) -> Result<Self> {
        let mut call = call.streamed(check);
        let reply = call.run().await?;
        Ok(Self {
            call,
            reply,
            complete: false,
            handed_over: false,
            failed: None,
        })
    }

    /// The length that was announced, in bytes.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| {
    /// #     FakeAnswer::status(200).header("content-length", "8").chunk(Duration::ZERO, "%PDF-1.7")
    /// # })?;
    /// let download = engine.request(&FILE).path("id", "0000001").download(None).await?;
    /// // For a progress bar; not every vendor says it.
    /// let length = download.content_length();
    /// assert_eq!(length, Some(8));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.reply.rest.length()
    }

    /// The `Content-Type` as the vendor wrote it; it decides nothing.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| {
    /// #     FakeAnswer::status(200).header("content-type", "image/png").chunk(Duration::ZERO, "EXAMPLE")
    /// # })?;
    /// let download = engine.request(&FILE).path("id", "0000001").download(None).await?;
    /// let ending = match download.content_type() {
    ///     Some("image/png") => "png",
    ///     _ => "bin",
    /// };
    /// # assert_eq!(ending, "png");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.reply.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The answer's headers.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| {
    /// #     FakeAnswer::status(200).header("etag", "\"EXAMPLE\"").chunk(Duration::ZERO, "%PDF-1.7")
    /// # })?;
    /// let download = engine.request(&FILE).path("id", "0000001").download(None).await?;
    /// // Kept beside the file, it tells later whether the vendor's has changed.
    /// let version = download.headers().get("etag").cloned();
    /// # assert!(version.is_some());
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.reply.headers
    }

    /// The next bytes, `None` at the end. The end is only reported when the length was right.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(200).chunk(Duration::ZERO, "%PDF-1.7"))?;
    /// let mut download = engine.request(&FILE).path("id", "0000001").download(None).await?;
    /// let mut length = 0;
    /// while let Some(bytes) = download.chunk().await? {
    ///     length += bytes.len(); // hand them on: to a hash, or to a client of your own service
    /// }
    /// assert_eq!(length, 8);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `interrupted`, `timeout`, `too_large`: what came before is then not the whole, and there is nothing more but the
    /// same error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.handed_over = true;
        match self.next().await {
            Ok(chunk) => Ok(chunk),
            Err(failure) => {
                let error = self.call.last_word(failure);
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// The whole body in memory.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{example, transport::FakeAnswer};
    /// # let engine = example::engine(|request| match request.index {
    /// #     0 => FakeAnswer::status(200).header("content-length", "8").chunk(Duration::ZERO, "%PDF").cut(),
    /// #     _ => FakeAnswer::status(200).header("content-length", "8").chunk(Duration::ZERO, "%PDF-1.7"),
    /// # })?;
    /// let download = engine.request(&FILE).path("id", "0000001").download(None).await?;
    /// // Whole, also where the first answer was cut off.
    /// assert_eq!(download.bytes().await?, "%PDF-1.7");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `interrupted`, `timeout`, `too_large`, and every kind of the call where it was repeated. `invalid_input` after
    /// [`Download::chunk`]: what is left is not the whole.
    pub async fn bytes(mut self) -> Result<Bytes> {
        self.is_untouched()?;
        loop {
            let mut whole = BytesMut::new();
            let broken = loop {
                match self.next().await {
                    Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
                    Ok(None) => return Ok(whole.freeze()),
                    Err(failure) => break failure,
                }
            };
            self.restart(broken).await?;
        }
    }

    /// Saves the body under this name and gives its length: through a temporary file beside it, which is checked,
    /// flushed to the disk and only then renamed, so that a half file never has the name, whatever happens. The file can
    /// be read by this user alone.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use common_http::example::FILE;
    /// # use common_http::{example, looks_like_pdf, transport::FakeAnswer};
    /// # let engine = example::engine(|_| FakeAnswer::status(200).chunk(Duration::ZERO, "%PDF-1.7"))?;
    /// # let folder = tempfile::tempdir().unwrap();
    /// let file = folder.path().join("report.pdf");
    /// let request = engine.request(&FILE).path("id", "0000001");
    /// let length = request.download(Some(looks_like_pdf)).await?.save_to(&file).await?;
    /// assert_eq!(std::fs::metadata(&file).unwrap().len(), length);
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `local_io` where the file cannot be written, and those of [`Download::bytes`].
    ///
    /// A cancelled save leaves nothing behind; a killed process may leave the temporary file, named
    /// `.download-*.part`.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64> {
        const WRITING: &str = "writing the download";
        self.is_untouched()?;
        let path = path.as_ref();
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".download-")
            .suffix(".part")
            .tempfile_in(folder)
            .map_err(|error| self.local("a temporary file beside the target", &error))?;
        let (file, temporary) = temporary.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        let length = loop {
            let broken = match self.copy_into(&mut file).await {
                Ok(length) => break length,
                Err(Copying::Disk(error)) => return Err(self.local(WRITING, &error)),
                Err(Copying::Answer(failure)) => failure,
            };
            self.restart(broken).await?;
            file.set_len(0)
                .await
                .map_err(|error| self.local(WRITING, &error))?;
            file.rewind()
                .await
                .map_err(|error| self.local(WRITING, &error))?;
        };
        file.sync_all()
            .await
            .map_err(|error| self.local(WRITING, &error))?;
        drop(file);
        temporary
            .persist(path)
            .map_err(|error| self.local("giving the download its name", &error.error))?;
        Ok(length)
    }

    fn is_untouched(&self) -> Result<()> {
        match self.handed_over {
            false => Ok(()),
            true => Err(self.call.after_answer(
                Error::new(ErrorKind::InvalidInput)
                    .with_detail("some of the body was handed over already"),
                self.reply.status,
            )),
        }
    }

    /// The vendor has answered; it is this machine that failed.
    fn local(&self, what: &'static str, error: &io::Error) -> Error {
        let error = Error::io(what, error.kind());
        self.call.after_answer(error, self.reply.status)
    }

    async fn copy_into(&mut self, file: &mut tokio::fs::File) -> Result<u64, Copying> {
        let mut length = 0;
        while let Some(chunk) = self.next().await.map_err(Copying::Answer)? {
            file.write_all(&chunk).await.map_err(Copying::Disk)?;
            length += chunk.len() as u64;
        }
        file.flush().await.map_err(Copying::Disk)?;
        Ok(length)
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        if !self.reply.start.is_empty() {
            return Ok(Some(std::mem::take(&mut self.reply.start)));
        }
        match within(self.call.end(), self.reply.rest.chunk()).await? {
            Ok(chunk) => {
                if chunk.is_none() && !self.complete {
                    self.complete = true;
                    self.call.completed(self.reply.status);
                }
                Ok(chunk)
            }
            Err(Broken::Failed(failure)) => Err(failure),
            Err(Broken::TooLarge) => Err(self
                .reply
                .unreadable(ErrorKind::TooLarge, "the download exceeds the limit")),
        }
    }

    /// Asks for the whole again, if the retry table allows.
    async fn restart(&mut self, broken: Failure) -> Result<()> {
        self.call.after(broken).await?;
        self.reply = self.call.run().await?;
        Ok(())
    }
}

enum Copying {
    Disk(io::Error),
    Answer(Failure),
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
