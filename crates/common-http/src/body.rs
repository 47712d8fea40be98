//! Request bodies that know their length and can be sent again from the start.

mod file;
mod from;
mod opened;

use std::collections::VecDeque;
use std::fmt;
use std::fs::Metadata;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWriteExt};

use self::file::{FileReader, Place};
pub(crate) use self::opened::Opened;
use self::opened::{Once, OnceSource, Pieces, Reader, is_there, peek};
use crate::error::{Error, Result};

type Opening = Pin<Box<dyn Future<Output = io::Result<Reader>> + Send>>;

/// The body of a request.
///
/// Bytes, files and factories are *replayable*: each attempt reads them from the start. A
/// single-pass body can be read only once, so a call is not repeated after its single-pass body was
/// read.
///
/// `Debug` shows the kind and the length, never the content or a file's name.
///
/// ```no_run
/// # async fn example() -> common_http::Result<()> {
/// use common_http::{Body, looks_like_pdf};
///
/// let report = Body::from_path("report.pdf").await?; // streamed: it is never whole in memory
/// assert!(report.is_replayable() && report.len().is_some());
/// if !looks_like_pdf(&report.peek(1024).await?) {
///     eprintln!("report.pdf is not a PDF");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Body(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Empty,
    Bytes(Bytes),
    File {
        place: Place,
        state: file::State,
    },
    Factory {
        open: Arc<dyn Fn() -> Opening + Send + Sync>,
        length: u64,
    },
    SinglePass {
        source: OnceSource,
        length: Option<u64>,
    },
    Sequence {
        segments: Arc<[Body]>,
        length: Option<u64>,
    },
}

impl Body {
    /// An empty body. A POST, PUT or PATCH still sends `Content-Length: 0`.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A file, which is streamed and opened again for each attempt.
    ///
    /// Its length and modification time are recorded now. If they differ when it is opened or at
    /// its end, the call fails with [`ErrorKind::LocalIo`](crate::ErrorKind::LocalIo). The last
    /// bytes are held back until then, so a changed file is never sent completely.
    ///
    /// # Errors
    /// `local_io` if the file's metadata cannot be read, or it is not a regular file.
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let metadata = tokio::fs::metadata(&path).await.map_err(unread_file)?;
        Self::file(Place::Path(Arc::new(path)), &metadata)
    }

    /// A file that is open for reading, from its first byte wherever its cursor is.
    ///
    /// As with [`Body::from_path`], each attempt reads it from the start, and a file that changes is
    /// not sent completely. It has no name here, so it may have been renamed or deleted. Writes
    /// through this handle that are under way are completed first.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use common_http::Body;
    /// use tokio::fs::File;
    ///
    /// let report = Body::from_file(File::open("report.pdf").await?).await?;
    /// assert!(report.is_replayable() && report.len().is_some());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `local_io` if an earlier write or reading the file's metadata failed, or it is not a regular
    /// file.
    pub async fn from_file(mut file: tokio::fs::File) -> Result<Self> {
        // Reports the error of the last write, which would be lost.
        file.flush().await.map_err(unread_file)?;
        let metadata = file.metadata().await.map_err(unread_file)?;
        Self::file(Place::Handle(Arc::new(file.into_std().await)), &metadata)
    }

    fn file(place: Place, metadata: &Metadata) -> Result<Self> {
        if metadata.is_dir() {
            return Err(unread_file(io::ErrorKind::IsADirectory.into()));
        }
        if !metadata.is_file() {
            return Err(unread_file(io::ErrorKind::InvalidInput.into()));
        }
        let state = file::State::of(metadata);
        Ok(Self(Source::File { place, state }))
    }

    /// A body of `length` bytes. `open` opens it from the start for each attempt.
    ///
    /// ```
    /// use common_http::Body;
    ///
    /// let body = Body::from_factory(4, || async { Ok(&b"%PDF"[..]) });
    /// assert!(body.is_replayable());
    /// ```
    pub fn from_factory<F, Fut, R>(length: u64, open: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<R>> + Send + 'static,
        R: AsyncRead + Send + 'static,
    {
        let open = move || -> Opening {
            let opening = open();
            Box::pin(async move { Ok(Reader::new(opening.await?)) })
        };
        Self(Source::Factory {
            open: Arc::new(open),
            length,
        })
    }

    /// A body that can be read only once.
    ///
    /// With a `length` it is sent with `Content-Length`, otherwise in chunks, which not every
    /// server accepts.
    pub fn single_pass(
        reader: impl AsyncRead + Send + 'static,
        length: impl Into<Option<u64>>,
    ) -> Self {
        Self::once(Opened::Reader(Reader::new(reader)), length.into())
    }

    /// A stream of `length` bytes, which can be read only once.
    ///
    /// If the stream has fewer or more bytes, or gives an error, the call fails with
    /// [`ErrorKind::LocalIo`](crate::ErrorKind::LocalIo), and the body is never sent completely. The
    /// error's own text is not kept. For a length that is not known, see [`Body::single_pass`].
    ///
    /// Send on what is still arriving from another vendor:
    ///
    /// ```no_run
    /// use common_http::{Body, Download};
    ///
    /// fn send_on(report: Download) -> Option<Body> {
    ///     Some(Body::from_stream(report.content_length()?, report))
    /// }
    /// ```
    pub fn from_stream<S, E>(length: u64, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::once(Opened::Pieces(Pieces::new(stream)), Some(length))
    }

    fn once(source: Opened, length: Option<u64>) -> Self {
        Self(Source::SinglePass {
            source: Arc::new(Mutex::new(Some(source))),
            length,
        })
    }

    /// The length in bytes, if it is known.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        match &self.0 {
            Source::Empty => Some(0),
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::File { state, .. } => Some(state.length),
            Source::Factory { length, .. } => Some(*length),
            Source::SinglePass { length, .. } | Source::Sequence { length, .. } => *length,
        }
    }

    /// Whether the body is known to have no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Whether it can be sent again from the start.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        match &self.0 {
            Source::SinglePass { .. } => false,
            Source::Sequence { segments, .. } => segments.iter().all(Self::is_replayable),
            _ => true,
        }
    }

    /// Whether another attempt can read it.
    pub(crate) fn can_be_opened(&self) -> bool {
        match &self.0 {
            Source::SinglePass { source, .. } => is_there(source),
            Source::Sequence { segments, .. } => segments.iter().all(Self::can_be_opened),
            _ => true,
        }
    }

    /// Joins these bodies to one body.
    pub(crate) fn sequence(segments: Vec<Self>) -> Self {
        let length = segments
            .iter()
            .try_fold(0u64, |sum, segment| sum.checked_add(segment.len()?));
        Self(Source::Sequence {
            segments: segments.into(),
            length,
        })
    }

    /// Reads up to `count` bytes from the start, which stay part of the body.
    ///
    /// Use it to recognise the kind of a file before sending it. It waits for the source without a
    /// limit.
    ///
    /// If it is cancelled, a single-pass body loses nothing. Nothing else can read the body
    /// meanwhile, and the body is lost if reading fails.
    ///
    /// # Errors
    /// `local_io` if the body cannot be read, or was read already.
    pub async fn peek(&self, count: usize) -> Result<Bytes> {
        let failed = |error: io::Error| Error::io("reading the body", error.kind());
        if let Some(bytes) = self.in_memory() {
            return Ok(bytes.slice(..count.min(bytes.len())));
        }
        if let Source::SinglePass { source, .. } = &self.0 {
            return peek(source, count).await.map_err(failed);
        }
        let mut start = Vec::new();
        let mut opened = self.open().await?;
        opened.read_start(&mut start, count).await.map_err(failed)?;
        // A copy, because the rest of what was read is not needed any more.
        Ok(Bytes::copy_from_slice(&start[..count.min(start.len())]))
    }

    /// The whole body, if it is in memory.
    pub(crate) fn in_memory(&self) -> Option<Bytes> {
        match &self.0 {
            Source::Empty => Some(Bytes::new()),
            Source::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Opens the body for an attempt.
    ///
    /// A body of no length must have no bytes. Nothing asks for them later, so that what was
    /// announced wrongly would be sent as an empty body.
    pub(crate) async fn open_to_send(&self) -> Result<Opened> {
        if self.is_empty() && !self.peek(1).await?.is_empty() {
            return Err(Error::io(
                "reading the body to be sent",
                io::ErrorKind::InvalidData,
            ));
        }
        self.open().await
    }

    /// Opens the body from the start.
    pub(crate) async fn open(&self) -> Result<Opened> {
        let opened = match &self.0 {
            Source::Empty => Opened::Bytes(Bytes::new()),
            Source::Bytes(bytes) => Opened::Bytes(bytes.clone()),
            Source::File { place, state } => Opened::File(
                FileReader::open(place.clone(), *state)
                    .await
                    .map_err(unread_file)?,
            ),
            Source::Factory { open, .. } => Opened::Reader(
                open()
                    .await
                    .map_err(|error| Error::io("opening the body", error.kind()))?,
            ),
            Source::SinglePass { source, .. } if self.can_be_opened() => {
                Opened::Once(Once::of(source))
            }
            Source::SinglePass { .. } => {
                return Err(Error::io("opening the body", io::ErrorKind::NotSeekable));
            }
            Source::Sequence { segments, .. } => {
                let mut parts = VecDeque::with_capacity(segments.len());
                for segment in segments.iter() {
                    // Boxed, because a segment is itself a body.
                    parts.push_back(Box::pin(segment.open()).await?);
                }
                Opened::Sequence(parts)
            }
        };
        Ok(opened)
    }
}

fn unread_file(error: io::Error) -> Error {
    Error::io("reading the file to send", error.kind())
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            Source::Empty => "empty",
            Source::Bytes(_) => "bytes",
            Source::File { .. } => "file",
            Source::Factory { .. } => "factory",
            Source::SinglePass { .. } => "single-pass",
            Source::Sequence { .. } => "sequence",
        };
        f.debug_struct("Body")
            .field("kind", &kind)
            .field("length", &self.len())
            .finish()
    }
}

/// The progress of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of the current attempt, from 1. Each attempt starts again at zero bytes.
    pub attempt: u32,
    /// Bytes of this attempt that were passed to the connection.
    pub sent: u64,
    /// The body's length in bytes, if it is known.
    pub total: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_knows_its_length_and_whether_it_can_be_sent_again() {
        let factory = Body::from_factory(4, || async { Ok(&b"%PDF"[..]) });
        for (body, shown, replayable) in [
            (Body::empty(), "empty 0", true),
            (Body::from("{}"), "bytes 2", true),
            (Body::from(Vec::new()), "bytes 0", true),
            (factory, "factory 4", true),
            (Body::single_pass(&b"%PDF"[..], 4), "single-pass 4", false),
        ] {
            let (kind, length) = shown.split_once(' ').unwrap();
            let length: u64 = length.parse().unwrap();
            assert_eq!(body.len(), Some(length));
            assert_eq!(body.is_empty(), length == 0, "{body:?}");
            assert_eq!(body.is_replayable(), replayable, "{body:?}");
            let expected = format!("Body {{ kind: {kind:?}, length: Some({length}) }}");
            assert_eq!(format!("{body:?}"), expected);
        }
        let unknown = Body::single_pass(&b"%PDF"[..], None);
        assert!(unknown.len().is_none() && !unknown.is_empty());
    }

    #[tokio::test]
    async fn a_peek_at_bytes_copies_none() {
        let bytes = Bytes::from(vec![7; 4096]);
        let start = Body::from(bytes.clone()).peek(10).await.unwrap();
        assert_eq!((start.len(), start.as_ptr()), (10, bytes.as_ptr()));
    }
}
