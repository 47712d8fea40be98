//! A source that can be read only once.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;

use super::opened::Opened;

/// A source that can be taken once.
pub(super) type OnceSource = Arc<Mutex<Option<Opened>>>;

fn lock(source: &OnceSource) -> MutexGuard<'_, Option<Opened>> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

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
        let start = Opened::Bytes(std::mem::take(&mut self.start).into());
        *lock(self.source) = self.rest.take().map(|rest| match rest {
            Opened::Sequence(mut parts) => {
                parts.push_front(start);
                Opened::Sequence(parts)
            }
            rest => Opened::Sequence([start, rest].into()),
        });
    }
}
