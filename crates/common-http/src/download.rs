//! An answer that is streamed to memory, to a file or to the caller.

use std::fmt;
use std::io;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::engine::{Broken, Failure, Reply, Run, within};
use crate::error::{Error, ErrorKind, Result};

/// A successful answer whose body is still arriving.
///
/// [`Download::save_to`] and [`Download::bytes`] start again from the beginning if the connection
/// breaks, as often as the retry policy allows. [`Download::chunk`] cannot, because it has already
/// returned a part of the body.
///
/// `Debug` shows only the length.
///
/// ```no_run
/// # async fn example(download: common_http::Download) -> common_http::Result<()> {
/// if download.content_length().is_some_and(|length| length < 1_000_000) {
///     let pdf = download.bytes().await?;
///     println!("{} bytes in memory", pdf.len());
/// } else {
///     // The file appears under its name when it is complete, and not before.
///     let length = download.save_to("report.pdf").await?;
///     println!("{length} bytes on disk");
/// }
/// # Ok(()) }
/// ```
#[must_use = "the body is not read before a method is called"]
pub struct Download {
    call: Box<Run>,
    reply: Reply,
    complete: bool,
    /// Whether `chunk` has returned some of the body, so that it cannot start again.
    handed_over: bool,
    failed: Option<Error>,
}

impl Download {
    pub(crate) async fn open(mut call: Box<Run>, check: Option<fn(&[u8]) -> bool>) -> Result<Self> {
        call.stream(check);
        let reply = call.run().await?;
        Ok(Self {
            call,
            reply,
            complete: false,
            handed_over: false,
            failed: None,
        })
    }

    /// The announced length in bytes; not every vendor sends one.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.reply.rest.length()
    }

    /// The `Content-Type` as the vendor wrote it. It is not checked.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.reply.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The answer's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.reply.headers
    }

    /// Returns the next bytes, or `None` at the end, if the body had its announced length.
    ///
    /// ```no_run
    /// # async fn example(mut download: common_http::Download) -> common_http::Result<()> {
    /// while let Some(bytes) = download.chunk().await? {
    ///     println!("{} more bytes", bytes.len()); // or pass them on, for example to a hash
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `interrupted`, `timeout`, `too_large`: the body is not complete, and every further call
    /// returns the same error.
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

    /// Reads the whole body into memory.
    ///
    /// # Errors
    /// - `interrupted`, `timeout`, `too_large`, and the errors of the call if it was repeated.
    /// - `invalid_input` after [`Download::chunk`], because the rest is not the whole body.
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

    /// Saves the body as this file and returns its length in bytes.
    ///
    /// The body goes to a temporary file in the same folder, which is checked, flushed to the disk
    /// and then renamed, so an incomplete file never has the final name. Only this user can read
    /// it, even if it replaces a file that others could read.
    ///
    /// It replaces only a regular file, not a folder, FIFO, socket or device. A symbolic link to a
    /// regular file or to nothing is itself replaced.
    ///
    /// A cancelled save leaves nothing behind. A killed process may leave the temporary file, named
    /// `.download-*.part`.
    ///
    /// # Errors
    /// `local_io` if the file cannot be written, and those of [`Download::bytes`].
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64> {
        const WRITING: &str = "writing the download";
        self.is_untouched()?;
        let path = path.as_ref();
        check_target(path).await.map_err(|error| {
            self.local("replacing the entry that has the download's name", &error)
        })?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".download-")
            .suffix(".part")
            .tempfile_in(folder)
            .map_err(|error| self.local("creating a temporary file beside the target", &error))?;
        let (file, temporary) = temporary.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        let length = loop {
            let broken = match self.copy_into(&mut file).await {
                Ok(length) => break length,
                Err(Copying::Disk(error)) => return Err(self.local(WRITING, &error)),
                Err(Copying::Answer(failure)) => failure,
            };
            self.restart(broken).await?;
            empty(&mut file)
                .await
                .map_err(|error| self.local(WRITING, &error))?;
        };
        file.sync_all()
            .await
            .map_err(|error| self.local(WRITING, &error))?;
        drop(file);
        temporary
            .persist(path)
            .map_err(|error| self.local("renaming the download", &error.error))?;
        Ok(length)
    }

    fn is_untouched(&self) -> Result<()> {
        if !self.handed_over {
            return Ok(());
        }
        let error = Error::new(ErrorKind::InvalidInput)
            .with_detail("`chunk` has already returned some of the body");
        Err(self.call.after_answer(error, self.reply.status))
    }

    /// A failure of this machine after the vendor answered.
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

    /// Requests the whole body again, if the retry table allows it.
    async fn restart(&mut self, broken: Failure) -> Result<()> {
        self.call.after(broken).await?;
        self.reply = self.call.run().await?;
        Ok(())
    }
}

/// Whether a file may be saved here: the path is free, or has a regular file.
async fn check_target(path: &Path) -> io::Result<()> {
    match tokio::fs::metadata(path).await {
        Ok(there) if there.is_file() => Ok(()),
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Err(io::ErrorKind::InvalidInput.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Prepares a file for writing it again from the start.
async fn empty(file: &mut tokio::fs::File) -> io::Result<()> {
    file.set_len(0).await?;
    file.rewind().await?;
    Ok(())
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
