//! A file as a body, which must not change while it is sent.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::mem;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use tokio::task::{JoinHandle, spawn_blocking};

/// The number of bytes read at once. A file's reader holds two of these; larger ones are hardly
/// faster.
pub(super) const CHUNK: usize = 256 * 1024;

/// The metadata by which a change of the file is detected.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct State {
    pub(super) length: u64,
    /// `None` on platforms without it.
    modified: Option<SystemTime>,
}

impl State {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }

    fn check(self, file: &File) -> io::Result<()> {
        let now = Self::of(&file.metadata()?);
        if now == self {
            Ok(())
        } else if now.length < self.length {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }
}

/// Reads a file on threads that may block, one chunk ahead. It fails at the end if the file has
/// changed.
pub(crate) struct FileReader {
    state: State,
    step: Step,
    /// The chunk handed out last. Its room is used again once its bytes are sent.
    handed_out: Bytes,
}

enum Step {
    Reading(JoinHandle<io::Result<(File, Bytes)>>),
    Ended(Result<(), io::ErrorKind>),
}

impl FileReader {
    /// Opens a file that is still in this state.
    pub(super) async fn open(path: Arc<PathBuf>, state: State) -> io::Result<Self> {
        let open = move || {
            let file = File::open(path.as_path())?;
            state.check(&file).map(|()| file)
        };
        let file = spawn_blocking(open).await.map_err(io::Error::from)??;
        Ok(Self {
            state,
            step: Step::reading(file, state, Bytes::new()),
            handed_out: Bytes::new(),
        })
    }

    /// The next bytes; empty at the end.
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        if let Step::Reading(read) = &mut self.step {
            let read = ready!(Pin::new(read).poll(cx)).unwrap_or_else(|error| Err(error.into()));
            self.step = match read {
                Ok((file, chunk)) if !chunk.is_empty() => {
                    let used = mem::replace(&mut self.handed_out, chunk.clone());
                    self.step = Step::reading(file, self.state, used);
                    return Poll::Ready(Ok(chunk));
                }
                ended => Step::Ended(ended.map(drop).map_err(|error| error.kind())),
            };
        }
        let Step::Ended(result) = &self.step else {
            return Poll::Pending;
        };
        Poll::Ready(result.map(|()| Bytes::new()).map_err(Into::into))
    }
}

impl Step {
    fn reading(file: File, state: State, used: Bytes) -> Self {
        Self::Reading(spawn_blocking(move || read(file, state, used)))
    }
}

/// Reads the next chunk into room that was used before, if nothing else has it any more.
fn read(mut file: File, state: State, used: Bytes) -> io::Result<(File, Bytes)> {
    let mut room = used.try_into_mut().unwrap_or_else(|_| BytesMut::new());
    room.resize(state.length.clamp(1, CHUNK as u64) as usize, 0);
    let length = loop {
        match file.read(&mut room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    if length == 0 {
        state.check(&file)?;
    }
    room.truncate(length);
    Ok((file, room.freeze()))
}
