//! A file as a body, which must not change while it is sent.

use std::fs::Metadata;
use std::io;
use std::mem;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use super::reader::Reader;

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

    async fn check(self, file: &File) -> io::Result<()> {
        let now = Self::of(&file.metadata().await?);
        if now == self {
            Ok(())
        } else if now.length < self.length {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }
}

/// Opens a file that is still in this state. Its reader fails at the end if the file has changed.
pub(super) async fn open(path: &Path, state: State) -> io::Result<Reader> {
    let file = File::open(path).await?;
    state.check(&file).await?;
    Ok(Box::pin(Unchanged::Reading(file, state)))
}

enum Unchanged {
    Reading(File, State),
    Checking(Pin<Box<dyn Future<Output = io::Result<()>> + Send + Sync>>),
    Ended(Result<(), io::ErrorKind>),
}

impl AsyncRead for Unchanged {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match &mut *self {
                Self::Reading(file, _) => {
                    let room = buffer.remaining();
                    ready!(Pin::new(file).poll_read(cx, buffer))?;
                    if room == 0 || buffer.remaining() < room {
                        return Poll::Ready(Ok(()));
                    }
                    let read = mem::replace(&mut *self, Self::Ended(Ok(())));
                    if let Self::Reading(file, state) = read {
                        *self = Self::Checking(Box::pin(async move { state.check(&file).await }));
                    }
                }
                Self::Checking(check) => {
                    let checked = ready!(check.as_mut().poll(cx));
                    *self = Self::Ended(checked.map_err(|error| error.kind()));
                }
                Self::Ended(result) => return Poll::Ready(result.map_err(Into::into)),
            }
        }
    }
}
