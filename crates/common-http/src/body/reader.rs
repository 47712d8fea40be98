//! The readers of an opened body.

use std::collections::VecDeque;
use std::io::{self, Cursor};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

/// A source of a body's bytes.
pub(crate) type Reader = Pin<Box<dyn AsyncRead + Send + Sync>>;

/// A body opened for one attempt.
pub(crate) enum Opened {
    Bytes(Bytes),
    Reader(Reader),
}

impl Opened {
    pub(super) fn into_reader(self) -> Reader {
        match self {
            Self::Bytes(bytes) => Box::pin(Cursor::new(bytes)),
            Self::Reader(reader) => reader,
        }
    }
}

/// A reader that can be taken once.
pub(super) type OnceReader = Arc<Mutex<Option<Reader>>>;

fn lock(reader: &OnceReader) -> MutexGuard<'_, Option<Reader>> {
    reader.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether it has not been taken yet.
pub(super) fn is_there(reader: &OnceReader) -> bool {
    lock(reader).is_some()
}

/// Takes its source when the first byte is read, so that an attempt without a connection leaves it
/// for the next attempt.
pub(super) struct Once {
    source: OnceReader,
    taken: Option<Reader>,
}

impl Once {
    pub(super) fn of(source: &OnceReader) -> Reader {
        Box::pin(Self {
            source: Arc::clone(source),
            taken: None,
        })
    }

    /// Reads the start and puts it back in front of the rest.
    pub(super) async fn peek(source: &OnceReader, count: usize) -> io::Result<Bytes> {
        let taken = lock(source).take();
        let mut peeking = Peeking {
            source,
            reader: Some(taken.ok_or(io::ErrorKind::NotSeekable)?),
            start: Vec::new(),
        };
        if let Some(reader) = &mut peeking.reader {
            let mut limited = reader.take(count as u64);
            if let Err(error) = limited.read_to_end(&mut peeking.start).await {
                // After a failure the reader may not continue where the start ended.
                peeking.reader = None;
                return Err(error);
            }
        }
        Ok(Bytes::copy_from_slice(&peeking.start))
    }
}

/// Puts the bytes that were read back when dropped, so that a cancelled peek loses nothing.
struct Peeking<'a> {
    source: &'a OnceReader,
    reader: Option<Reader>,
    start: Vec<u8>,
}

impl Drop for Peeking<'_> {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let start: Reader = Box::pin(Cursor::new(std::mem::take(&mut self.start)));
            *lock(self.source) = Some(Sequence::of(vec![start, reader]));
        }
    }
}

impl AsyncRead for Once {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.taken.is_none() {
            let taken = lock(&self.source).take();
            self.taken = taken;
        }
        match &mut self.taken {
            Some(reader) => reader.as_mut().poll_read(cx, buffer),
            None => Poll::Ready(Err(io::ErrorKind::NotSeekable.into())),
        }
    }
}

/// Reads several readers one after the other.
pub(super) struct Sequence(VecDeque<Reader>);

impl Sequence {
    pub(super) fn of(readers: Vec<Reader>) -> Reader {
        Box::pin(Self(readers.into()))
    }
}

impl AsyncRead for Sequence {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(reader) = self.0.front_mut() {
            let before = buffer.filled().len();
            ready!(reader.as_mut().poll_read(cx, buffer))?;
            if buffer.filled().len() > before || buffer.remaining() == 0 {
                break;
            }
            self.0.pop_front();
        }
        Poll::Ready(Ok(()))
    }
}

/// Reads up to `count` first bytes.
pub(super) async fn read_start(reader: &mut Reader, count: usize) -> io::Result<Bytes> {
    let mut start = Vec::new();
    reader.take(count as u64).read_to_end(&mut start).await?;
    Ok(start.into())
}
