//! A file as a body, which must not change while it is sent.

use std::fs::{File, Metadata};
use std::io;
use std::mem;
#[cfg(unix)]
use std::os::unix::fs::FileExt;
#[cfg(windows)]
use std::os::windows::fs::FileExt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Body, Source};

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

impl Body {
    /// When the file was last changed. `None` for a body that is no file.
    #[doc(hidden)]
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        match &self.0 {
            Source::File { state, .. } => state.modified,
            _ => None,
        }
    }
}

/// Where the file is.
#[derive(Clone)]
pub(super) enum Place {
    Path(Arc<PathBuf>),
    /// Open already. It is read by position, because its clones share one cursor.
    Handle(Arc<File>),
}

impl Place {
    fn open(self) -> io::Result<Arc<File>> {
        match self {
            Self::Path(path) => File::open(path.as_path()).map(Arc::new),
            Self::Handle(file) => Ok(file),
        }
    }
}

/// Reads a file on threads that may block, one chunk ahead. It fails at the end if the file has
/// changed.
pub(crate) struct FileReader {
    state: State,
    /// How much was read.
    read: u64,
    step: Step,
    /// The chunk handed out last. Its room is used again once its bytes are sent.
    handed_out: Bytes,
}

enum Step {
    Reading(JoinHandle<io::Result<(Arc<File>, Bytes)>>),
    Ended(Result<(), io::ErrorKind>),
}

impl FileReader {
    /// Opens a file that is still in this state.
    pub(super) async fn open(place: Place, state: State) -> io::Result<Self> {
        let open = move || {
            let file = place.open()?;
            state.check(&file).map(|()| file)
        };
        let file = spawn_blocking(open).await.map_err(io::Error::from)??;
        Ok(Self {
            state,
            read: 0,
            step: Step::reading(file, 0, state, Bytes::new()),
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
                    self.read += chunk.len() as u64;
                    self.step = Step::reading(file, self.read, self.state, used);
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
    fn reading(file: Arc<File>, from: u64, state: State, used: Bytes) -> Self {
        Self::Reading(spawn_blocking(move || read(file, from, state, used)))
    }
}

/// Reads the next chunk into room that was used before, if nothing else has it any more.
fn read(file: Arc<File>, from: u64, state: State, used: Bytes) -> io::Result<(Arc<File>, Bytes)> {
    let mut room = used.try_into_mut().unwrap_or_else(|_| BytesMut::new());
    room.resize(state.length.clamp(1, CHUNK as u64) as usize, 0);
    let length = uninterrupted(|| {
        #[cfg(unix)]
        let read = file.read_at(&mut room, from);
        #[cfg(windows)]
        let read = file.seek_read(&mut room, from);
        read
    })?;
    if length == 0 {
        state.check(&file)?;
    }
    room.truncate(length);
    Ok((file, room.freeze()))
}

/// Reads again if a signal interrupted it.
fn uninterrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::mpsc::channel;

    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_read_that_a_signal_interrupts_goes_on() {
        use io::ErrorKind::{Interrupted, Other};
        for (ends, expected) in [
            ([Err(Interrupted), Ok(7)], Ok(7)),
            ([Err(Interrupted), Err(Other)], Err(Other)),
            ([Err(Other), Ok(7)], Err(Other)),
        ] {
            let mut ends = ends.into_iter();
            let read = uninterrupted(|| Ok(ends.next().unwrap()?));
            assert_eq!(read.map_err(|error| error.kind()), expected);
        }
    }

    /// The last chunk has been read by then, and nothing is read at the end.
    #[test]
    fn a_file_that_changes_before_its_end_is_reported() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "EXAMPLE").unwrap();
        let state = State::of(&file.as_file().metadata().unwrap());
        let place = Place::Path(Arc::new(file.path().to_owned()));
        // One thread reads, so that the end waits for the gate.
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut reader = FileReader::open(place, state).await.unwrap();
            let (open, gate) = channel();
            drop(spawn_blocking(move || gate.recv()));
            let chunk = poll_fn(|cx| reader.poll_chunk(cx)).await.unwrap();
            assert_eq!(chunk, "EXAMPLE");
            file.as_file().set_modified(SystemTime::UNIX_EPOCH).unwrap();
            open.send(()).unwrap();
            let end = poll_fn(|cx| reader.poll_chunk(cx)).await;
            assert_eq!(end.unwrap_err().kind(), io::ErrorKind::InvalidData);
        });
    }
}
