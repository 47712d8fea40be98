//! A body opened for one attempt.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

use super::file::FileReader;
use super::once::Once;

/// The number of bytes read at once.
pub(super) const CHUNK: usize = 192 * 1024;

/// A body opened for one attempt, which gives its bytes in chunks.
pub(crate) enum Opened {
    Bytes(Bytes),
    File(FileReader),
    Reader(Reader),
    Once(Once),
    Sequence(VecDeque<Self>),
}

impl Opened {
    /// The next bytes; empty at the end.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        match self {
            Self::Bytes(bytes) => Poll::Ready(Ok(mem::take(bytes))),
            Self::File(file) => file.poll_chunk(cx),
            Self::Reader(reader) => reader.poll_chunk(cx),
            Self::Once(once) => once.poll_chunk(cx),
            Self::Sequence(parts) => {
                while let Some(part) = parts.front_mut() {
                    let chunk = ready!(part.poll_chunk(cx))?;
                    if !chunk.is_empty() {
                        return Poll::Ready(Ok(chunk));
                    }
                    parts.pop_front();
                }
                Poll::Ready(Ok(Bytes::new()))
            }
        }
    }

    /// Reads until there are `count` bytes or more, or to the end.
    pub(super) async fn read_start(&mut self, start: &mut Vec<u8>, count: usize) -> io::Result<()> {
        while start.len() < count {
            let chunk = poll_fn(|cx| self.poll_chunk(cx)).await?;
            if chunk.is_empty() {
                break;
            }
            start.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

/// A source of bytes that is not ours.
pub(crate) struct Reader {
    source: Pin<Box<dyn AsyncRead + Send + Sync>>,
    room: BytesMut,
}

impl Reader {
    pub(super) fn new(source: impl AsyncRead + Send + Sync + 'static) -> Self {
        Self {
            source: Box::pin(source),
            room: BytesMut::new(),
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        self.room.reserve(CHUNK);
        let read = ready!(poll_read_buf(self.source.as_mut(), cx, &mut self.room))?;
        // A small piece would keep the whole room for itself.
        Poll::Ready(Ok(if read < CHUNK / 4 {
            let piece = Bytes::copy_from_slice(&self.room);
            self.room.clear();
            piece
        } else {
            self.room.split().freeze()
        }))
    }
}
