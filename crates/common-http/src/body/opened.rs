//! A body opened for one attempt.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

use super::file::{CHUNK, FileReader};
use crate::error::Error;
use crate::lock::lock;

/// A body opened for one attempt, which gives its bytes in chunks.
pub(crate) enum Opened {
    Bytes(Bytes),
    File(FileReader),
    Reader(Reader),
    Pieces(Pieces),
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
            Self::Pieces(pieces) => pieces.poll_chunk(cx),
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
    source: Pin<Box<dyn AsyncRead + Send>>,
    room: BytesMut,
}

impl Reader {
    pub(super) fn new(source: impl AsyncRead + Send + 'static) -> Self {
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

/// A stream that is not ours. `None` once it has ended, because it may not be polled again.
pub(crate) struct Pieces(Option<Box<Polled>>);

type Polled = dyn FnMut(&mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> + Send;

impl Pieces {
    pub(super) fn new<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut stream = Box::pin(stream);
        Self(Some(Box::new(move |cx| {
            let next = stream.as_mut().poll_next(cx);
            next.map_err(|error| kind_of(error.into()).into())
        })))
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        while let Some(stream) = &mut self.0 {
            match ready!(stream(cx)) {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(next) => return Poll::Ready(next),
                None => self.0 = None,
            }
        }
        Poll::Ready(Ok(Bytes::new()))
    }
}

/// Of a foreign error only the kind is kept, because its text may quote values.
fn kind_of(error: Box<dyn std::error::Error + Send + Sync>) -> io::ErrorKind {
    match error.downcast::<io::Error>() {
        Ok(error) => error.kind(),
        Err(error) => error
            .downcast::<Error>()
            .map_or(io::ErrorKind::Other, |error| io::Error::from(*error).kind()),
    }
}

/// A source that can be taken once.
pub(super) type OnceSource = Arc<Mutex<Option<Opened>>>;

/// Whether it has not been taken yet.
pub(super) fn is_there(source: &OnceSource) -> bool {
    lock(source).is_some()
}

/// Takes its source when the first byte is read, so that an attempt without a connection leaves it
/// for the next attempt.
pub(crate) struct Once {
    source: OnceSource,
    taken: Option<Box<Opened>>,
}

impl Once {
    pub(super) fn of(source: &OnceSource) -> Self {
        Self {
            source: Arc::clone(source),
            taken: None,
        }
    }

    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        if self.taken.is_none() {
            self.taken = lock(&self.source).take().map(Box::new);
        }
        match &mut self.taken {
            Some(taken) => taken.poll_chunk(cx),
            None => Poll::Ready(Err(io::ErrorKind::NotSeekable.into())),
        }
    }
}

/// Reads the start and puts it back in front of the rest.
pub(super) async fn peek(source: &OnceSource, count: usize) -> io::Result<Bytes> {
    let taken = lock(source).take();
    let mut peeking = Peeking {
        source,
        rest: Some(taken.ok_or(io::ErrorKind::NotSeekable)?),
        start: Vec::new(),
    };
    if let Some(rest) = &mut peeking.rest
        && let Err(error) = rest.read_start(&mut peeking.start, count).await
    {
        // After a failure the source may not continue where the start ended.
        peeking.rest = None;
        return Err(error);
    }
    let count = count.min(peeking.start.len());
    Ok(Bytes::copy_from_slice(&peeking.start[..count]))
}

/// Puts the bytes that were read back when dropped, so that a cancelled peek loses nothing.
struct Peeking<'a> {
    source: &'a OnceSource,
    rest: Option<Opened>,
    start: Vec<u8>,
}

impl Drop for Peeking<'_> {
    fn drop(&mut self) {
        let start = Opened::Bytes(mem::take(&mut self.start).into());
        *lock(self.source) = self.rest.take().map(|rest| match rest {
            Opened::Sequence(mut parts) => {
                parts.push_front(start);
                Opened::Sequence(parts)
            }
            rest => Opened::Sequence([start, rest].into()),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tokio::io::AsyncWriteExt;

    use super::*;

    /// A piece that shares the room would keep all of it.
    #[tokio::test]
    async fn small_pieces_are_copied_out_of_the_room() {
        for (length, copied) in [
            (1, true),
            (CHUNK / 4 - 1, true),
            (CHUNK / 4, false),
            (CHUNK, false),
        ] {
            let mut reader = Reader::new(Cursor::new(vec![0; length]));
            let piece = poll_fn(|cx| reader.poll_chunk(cx)).await.unwrap();
            assert_eq!(piece.len(), length);
            assert_eq!(piece.try_into_mut().is_ok(), copied, "{length}");
        }
    }

    #[tokio::test]
    async fn the_start_does_not_wait_for_more_than_is_asked_for() {
        let (mut writer, source) = tokio::io::duplex(8);
        writer.write_all(b"%PDF").await.unwrap();
        let mut opened = Opened::Reader(Reader::new(source));
        let mut start = Vec::new();
        opened.read_start(&mut start, 4).await.unwrap();
        assert_eq!(start, b"%PDF");
    }
}
