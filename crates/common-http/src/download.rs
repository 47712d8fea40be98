//! An answer that is streamed to memory, to a file or to the caller.

mod saving;
mod streaming;

use std::fmt;
use std::future::poll_fn;
use std::path::Path;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use self::saving::{Saving, Trouble};
use crate::engine::{Broken, Failure, Reply, Run};
use crate::error::{Error, ErrorKind, Result};

/// A successful answer whose body is still arriving.
///
/// [`Download::save_to`] and [`Download::bytes`] start again from the beginning if the connection
/// breaks, as often as the retry policy allows. [`Download::chunk`] cannot, because it has already
/// returned a part of the body.
///
/// For other libraries it is a [`Stream`](futures_core::Stream) of `Result<Bytes>` and an
/// [`AsyncRead`](tokio::io::AsyncRead), which read as `chunk` does. A body that breaks off never
/// looks like a complete one: the stream returns the error once and then ends, and the reader
/// returns it at every further read, as an [`io::Error`](std::io::Error) that contains the
/// [`Error`]. All three can be mixed, and a read that was cancelled loses nothing.
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
///
/// Pass it on through axum. If the vendor's body breaks off, so does the answer:
///
/// ```no_run
/// use axum::body::Body;
/// use axum::response::Response;
/// use common_http::Download;
///
/// fn pass_on(report: Download) -> Response {
///     let content_type = report.content_type().unwrap_or("application/pdf").to_owned();
///     ([("content-type", content_type)], Body::from_stream(report)).into_response()
/// }
/// # use axum::response::IntoResponse;
/// ```
///
/// Copy it into anything that is written asynchronously:
///
/// ```no_run
/// # async fn example(mut download: common_http::Download) -> std::io::Result<()> {
/// let mut pipe = tokio::io::stdout();
/// tokio::io::copy(&mut download, &mut pipe).await?;
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
    /// Whether the stream has returned the error.
    told: bool,
    received: Option<Box<dyn FnOnce() + Send + Sync>>,
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
            told: false,
            received: None,
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
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        if let Some(error) = &self.failed {
            return Poll::Ready(Err(error.clone()));
        }
        let chunk = ready!(self.poll_next_piece(cx));
        self.handed_over = true;
        let chunk = chunk.map_err(|failure| {
            let error = self.call.last_word(failure);
            self.failed.insert(error).clone()
        });
        Poll::Ready(chunk)
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    /// - `interrupted`, `timeout`, `too_large`, and the errors of the call if it was repeated.
    /// - `invalid_input` after some of it was read, because the rest is not the whole body.
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

    /// Makes [`Download::save_to`] call this when the body has arrived, before it flushes the file.
    ///
    /// A program that limits its requests in flight can start the next one then, while the disk
    /// still works. It is not called if the body does not arrive.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     download: common_http::Download,
    /// #     in_flight: std::sync::Arc<tokio::sync::Semaphore>,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// # let permit = in_flight.acquire_owned().await?;
    /// let download = download.on_received(move || drop(permit));
    /// download.save_to("report.pdf").await?;
    /// # Ok(()) }
    /// ```
    pub fn on_received(mut self, then: impl FnOnce() + Send + Sync + 'static) -> Self {
        self.received = Some(Box::new(then));
        self
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
    /// A cancelled save leaves nothing behind, or the complete file if it was already being renamed.
    /// A killed process may leave the temporary file, named
    /// `.download-*.part`.
    ///
    /// # Errors
    /// `local_io` if the file cannot be written, and those of [`Download::bytes`].
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64> {
        self.is_untouched()?;
        let mut saving = Saving::begin(path.as_ref());
        loop {
            let broken = match self.copy_into(&mut saving).await {
                Ok(()) => break,
                Err(Copying::Disk(trouble)) => return Err(self.local(&trouble)),
                Err(Copying::Answer(failure)) => failure,
            };
            if let Err(error) = self.restart(broken).await {
                saving.discard().await;
                return Err(error);
            }
            let restarted = saving.restart().await;
            restarted.map_err(|trouble| self.local(&trouble))?;
        }
        if let Some(received) = self.received.take() {
            received();
        }
        let saved = saving.finish().await;
        saved.map_err(|trouble| self.local(&trouble))
    }

    fn is_untouched(&self) -> Result<()> {
        if !self.handed_over {
            return Ok(());
        }
        let error =
            Error::new(ErrorKind::InvalidInput).with_detail("some of the body was already read");
        Err(self.call.after_answer(error, self.reply.status))
    }

    /// A failure of this machine after the vendor answered.
    fn local(&self, trouble: &Trouble) -> Error {
        let error = Error::io(trouble.what, trouble.kind);
        self.call.after_answer(error, self.reply.status)
    }

    async fn copy_into(&mut self, saving: &mut Saving) -> Result<(), Copying> {
        while let Some(chunk) = self.next().await.map_err(Copying::Answer)? {
            saving.add(chunk).await.map_err(Copying::Disk)?;
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        poll_fn(|cx| self.poll_next_piece(cx)).await
    }

    fn poll_next_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Failure>> {
        if !self.reply.start.is_empty() {
            return Poll::Ready(Ok(Some(std::mem::take(&mut self.reply.start))));
        }
        Poll::Ready(match ready!(self.reply.rest.poll_chunk(cx)) {
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
        })
    }

    /// Requests the whole body again, if the retry table allows it.
    async fn restart(&mut self, broken: Failure) -> Result<()> {
        self.call.after(broken).await?;
        self.reply = self.call.run().await?;
        Ok(())
    }
}

enum Copying {
    Disk(Trouble),
    Answer(Failure),
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
