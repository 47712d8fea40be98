//! A request body while it is sent: counts it, checks its length, and watches its progress.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::body::{Opened, Progress};
use crate::lock::lock;
use crate::transport::PROGRESS;

/// The number of bytes passed to the connection at once. The connection asks for more when these
/// are sent, which counts as progress: with larger pieces a slow line would seem stalled.
const PIECE: usize = 16 * 1024;

/// Called with the progress of an upload.
pub(crate) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// The state of a body while it is sent, shared by the body and the task that waits for the answer.
struct Shared {
    /// Locked, so that the source can be dropped while the connection still holds the body.
    source: Mutex<Source>,
    sent: AtomicU64,
    /// When the last kibibyte was complete, and how many bytes had been sent then.
    moved: Mutex<(Instant, u64)>,
    done: AtomicBool,
    finished: Notify,
    failure: OnceLock<io::ErrorKind>,
    /// Wakes the connection's task, so that it learns that the body was stopped.
    waker: Mutex<Option<Waker>>,
}

impl Shared {
    /// Bytes passed to the connection.
    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Acquire)
    }

    /// Counts bytes that are passed to the connection, and returns the total.
    fn count(&self, bytes: u64) -> u64 {
        let sent = self.sent.fetch_add(bytes, Ordering::AcqRel) + bytes;
        let mut moved = lock(&self.moved);
        if sent - moved.1 >= PROGRESS {
            *moved = (Instant::now(), sent);
        }
        sent
    }

    fn finish(&self) {
        self.done.store(true, Ordering::Release);
        self.finished.notify_waiters();
    }
}

/// Watches a body while it is sent. Dropping it stops the body: no further byte is sent, although
/// the connection may still hold the body.
pub(crate) struct Sending {
    /// `None` for an empty body.
    shared: Option<Arc<Shared>>,
    asked: Arc<AtomicBool>,
}

impl Sending {
    /// Whether a connection may have begun to send the request.
    pub(crate) fn has_begun(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// The time since the last progress.
    pub(crate) fn quiet_for(&self) -> Duration {
        let Some(shared) = &self.shared else {
            return Duration::ZERO;
        };
        lock(&shared.moved).0.elapsed()
    }

    /// Whether the last byte has been passed to the connection.
    pub(crate) fn is_finished(&self) -> bool {
        let Some(shared) = &self.shared else {
            return true;
        };
        shared.done.load(Ordering::Acquire)
    }

    /// Waits until the last byte has been passed to the connection.
    pub(crate) async fn finished(&self) {
        let Some(shared) = &self.shared else { return };
        let notified = shared.finished.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if !self.is_finished() {
            notified.await;
        }
    }

    /// Why the source could not be read to its end, if it failed.
    pub(crate) fn failure(&self) -> Option<io::ErrorKind> {
        self.shared.as_ref()?.failure.get().copied()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let Some(shared) = &self.shared else { return };
        if self.is_finished() {
            return;
        }
        // Drop the source first: this closes its file, once a read that is under way has ended.
        *lock(&shared.source) = Source::Stopped;
        if let Some(waker) = lock(&shared.waker).take() {
            waker.wake();
        }
    }
}

/// A request body while it is sent.
pub struct OutgoingBody {
    /// `None` for an empty body.
    content: Option<Outgoing>,
    /// Whether a connection may have asked for it, which it does before it sends the head.
    asked: Arc<AtomicBool>,
}

/// A body that is not empty.
struct Outgoing {
    shared: Arc<Shared>,
    length: Option<u64>,
    attempt: u32,
    on_progress: Option<OnProgress>,
}

enum Source {
    Bytes(Bytes),
    Chunked(Chunked),
    Done,
    /// No task waits for the answer any more: the connection must not complete this request.
    Stopped,
}

struct Chunked {
    opened: Opened,
    /// Bytes that were read but not passed on yet.
    rest: Bytes,
    /// The last chunk, held back until the source is known to end there.
    last: Option<Bytes>,
}

impl OutgoingBody {
    pub(crate) fn new(
        opened: Opened,
        length: Option<u64>,
        attempt: u32,
        on_progress: Option<OnProgress>,
    ) -> (Self, Sending) {
        let asked = Arc::new(AtomicBool::new(true));
        let made = |content: Option<Outgoing>| {
            let shared = content.as_ref().map(|content| Arc::clone(&content.shared));
            let body = Self {
                content,
                asked: Arc::clone(&asked),
            };
            (body, Sending { shared, asked })
        };
        if length == Some(0) {
            return made(None);
        }
        let source = match opened {
            Opened::Bytes(bytes) => Source::Bytes(bytes),
            opened => Source::Chunked(Chunked {
                opened,
                rest: Bytes::new(),
                last: None,
            }),
        };
        let shared = Shared {
            done: AtomicBool::new(false),
            source: Mutex::new(source),
            sent: AtomicU64::new(0),
            moved: Mutex::new((Instant::now(), 0)),
            finished: Notify::new(),
            failure: OnceLock::new(),
            waker: Mutex::default(),
        };
        made(Some(Outgoing {
            shared: Arc::new(shared),
            length,
            attempt,
            on_progress,
        }))
    }

    /// Promises that the transport asks this body for its end or its bytes before it sends anything
    /// of the request. An attempt that ends before that was not sent.
    pub(crate) fn is_asked_first(&self) {
        self.asked.store(false, Ordering::Release);
    }

    fn asked(&self) -> Option<&Outgoing> {
        self.asked.store(true, Ordering::Release);
        self.content.as_ref()
    }
}

impl Outgoing {
    /// Counts a chunk and passes it to the connection.
    ///
    /// The body ends with the chunk that completes `Content-Length`, because the connection does
    /// not ask for more.
    fn hand_over(&self, chunk: Bytes, source: &mut Source) -> io::Result<Frame<Bytes>> {
        let sent = self.shared.count(chunk.len() as u64);
        if self.length == Some(sent) {
            *source = Source::Done;
            self.shared.finish();
        }
        if let Some(on_progress) = &self.on_progress {
            on_progress(Progress {
                attempt: self.attempt,
                sent,
                total: self.length,
            });
        }
        Ok(Frame::data(chunk))
    }

    fn poll_frame(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let left = self.length.map(|length| length - self.shared.sent());
        let mut source = lock(&self.shared.source);
        let read = match &mut *source {
            Source::Done => return Poll::Ready(None),
            Source::Stopped => return Poll::Ready(Some(Err(io::ErrorKind::Interrupted.into()))),
            Source::Bytes(bytes) => Ok(bytes.split_to(bytes.len().min(PIECE))),
            Source::Chunked(chunked) => match chunked.poll_piece(cx, left) {
                Poll::Ready(read) => read,
                Poll::Pending => {
                    *lock(&self.shared.waker) = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            },
        };
        let frame = match read {
            Ok(chunk) if chunk.is_empty() => {
                *source = Source::Done;
                self.shared.finish();
                return Poll::Ready(None);
            }
            Ok(chunk) => self.hand_over(chunk, &mut source),
            Err(error) => {
                let _ = self.shared.failure.set(error.kind());
                *source = Source::Done;
                self.shared.finish();
                Err(error.kind().into())
            }
        };
        // The connection may now wait for the peer to read. It is woken if the body is stopped.
        *lock(&self.shared.waker) = Some(cx.waker().clone());
        Poll::Ready(Some(frame))
    }
}

impl HttpBody for OutgoingBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.asked() {
            Some(outgoing) => outgoing.poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        let is_done = |outgoing: &Outgoing| matches!(*lock(&outgoing.shared.source), Source::Done);
        self.asked().is_none_or(is_done)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Some(outgoing) => match outgoing.length {
                Some(length) => SizeHint::with_exact(length - outgoing.shared.sent()),
                None => SizeHint::default(),
            },
            None => SizeHint::with_exact(0),
        }
    }
}

impl Chunked {
    /// The next bytes to pass on; empty at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>, left: Option<u64>) -> Poll<io::Result<Bytes>> {
        if self.rest.is_empty() {
            self.rest = ready!(self.poll_chunk(cx, left))?;
        }
        Poll::Ready(Ok(self.rest.split_to(self.rest.len().min(PIECE))))
    }

    /// The next chunk; empty at the end.
    ///
    /// If `left` is known, a source that is shorter or longer is an error, which is found before
    /// the last chunk is passed on.
    fn poll_chunk(&mut self, cx: &mut Context<'_>, left: Option<u64>) -> Poll<io::Result<Bytes>> {
        loop {
            let chunk = ready!(self.opened.poll_chunk(cx))?;
            let length = chunk.len() as u64;
            match (self.last.take(), left) {
                (Some(last), _) if length == 0 => return Poll::Ready(Ok(last)),
                (None, Some(left)) if length == left => self.last = Some(chunk),
                (None, Some(left)) if length < left && length > 0 => return Poll::Ready(Ok(chunk)),
                (None, None) => return Poll::Ready(Ok(chunk)),
                _ if length == 0 => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                _ => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
            }
        }
    }
}

#[cfg(test)]
mod tests;
