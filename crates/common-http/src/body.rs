//! Request bodies that know their length and can be sent again from the start.

mod reader;

use std::cmp::Ordering;
use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncRead;

use self::reader::{Once, OnceReader, Sequence, is_there, read_start};
pub(crate) use self::reader::{Opened, Reader};

use crate::error::{Error, Result};

type Opening = Pin<Box<dyn Future<Output = io::Result<Reader>> + Send>>;

/// What a request carries.
///
/// Bytes, files and factories are *replayable*: each attempt reads them from the start. A single-pass body is sent once
/// and never again, so a call with one is not retried after it was read.
///
/// `Debug` shows the kind and the length, never the content or a file's name.
///
/// ```
/// use common_http::Body;
///
/// let body = Body::from("{}");
/// assert_eq!(body.len(), Some(2));
/// assert!(body.is_replayable());
/// ```
#[derive(Clone, Default)]
pub struct Body(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Empty,
    Bytes(Bytes),
    File {
        path: Arc<PathBuf>,
        length: u64,
    },
    Factory {
        open: Arc<dyn Fn() -> Opening + Send + Sync>,
        length: u64,
    },
    SinglePass {
        reader: OnceReader,
        length: Option<u64>,
    },
    Sequence {
        segments: Arc<[Body]>,
        length: Option<u64>,
    },
}

impl Body {
    /// No body at all. A POST, PUT or PATCH still says `Content-Length: 0`.
    ///
    /// ```
    /// use common_http::Body;
    ///
    /// // For a call that says all it has to say in its path.
    /// let body = Body::empty();
    /// # assert!(body.is_empty() && body.is_replayable());
    /// ```
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A file, streamed with its length of now and opened anew for each attempt. If the file is shorter or longer when
    /// it is sent, the call fails with [`ErrorKind::LocalIo`](crate::ErrorKind::LocalIo) rather than send a mixture.
    ///
    /// ```no_run
    /// # async fn example() -> common_http::Result<()> {
    /// let body = common_http::Body::from_path("report.pdf").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `local_io` if it cannot be looked at or is no regular file.
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        const WHAT: &str = "the file to be sent";
        let path = path.into();
        let metadata = tokio::fs::metadata(&path)
            .await
            .map_err(|error| Error::io(WHAT, error.kind()))?;
        if !metadata.is_file() {
            return Err(Error::io(WHAT, io::ErrorKind::InvalidInput));
        }
        Ok(Self(Source::File {
            path: Arc::new(path),
            length: metadata.len(),
        }))
    }

    /// A body of `length` bytes that `open` can produce from the start as often as it is asked.
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
        R: AsyncRead + Send + Sync + 'static,
    {
        let open = move || -> Opening {
            let opening = open();
            Box::pin(async move { Ok(Box::pin(opening.await?) as Reader) })
        };
        Self(Source::Factory {
            open: Arc::new(open),
            length,
        })
    }

    /// A body that can be read only once. With its `length` it is sent with `Content-Length`, without in chunks, which
    /// not every server takes.
    ///
    /// ```
    /// use common_http::Body;
    ///
    /// let body = Body::single_pass(&b"%PDF"[..], Some(4));
    /// assert!(!body.is_replayable());
    /// ```
    pub fn single_pass(
        reader: impl AsyncRead + Send + Sync + 'static,
        length: impl Into<Option<u64>>,
    ) -> Self {
        Self(Source::SinglePass {
            reader: Arc::new(Mutex::new(Some(Box::pin(reader)))),
            length: length.into(),
        })
    }

    /// The length in bytes, if it is known.
    ///
    /// ```
    /// use common_http::Body;
    ///
    /// assert_eq!(Body::from("{}").len(), Some(2));
    /// // Without a length it goes out in chunks, which not every server takes.
    /// assert_eq!(Body::single_pass(&b"%PDF"[..], None).len(), None);
    /// ```
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        match &self.0 {
            Source::Empty => Some(0),
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::File { length, .. } | Source::Factory { length, .. } => Some(*length),
            Source::SinglePass { length, .. } | Source::Sequence { length, .. } => *length,
        }
    }

    /// Whether the body is known to have no bytes.
    ///
    /// ```
    /// use common_http::Body;
    ///
    /// let report = Body::from(Vec::new());
    /// if report.is_empty() {
    ///     println!("an empty report is not sent");
    /// }
    /// # assert!(report.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Whether it can be sent again from the start.
    ///
    /// ```
    /// use common_http::Body;
    ///
    /// // A call with this one is not repeated once some of it was read.
    /// let body = Body::single_pass(&b"%PDF"[..], 4);
    /// assert!(!body.is_replayable());
    /// ```
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        match &self.0 {
            Source::SinglePass { .. } => false,
            Source::Sequence { segments, .. } => segments.iter().all(Self::is_replayable),
            _ => true,
        }
    }

    /// Whether another attempt can have it.
    pub(crate) fn can_be_opened(&self) -> bool {
        match &self.0 {
            Source::SinglePass { reader, .. } => is_there(reader),
            Source::Sequence { segments, .. } => segments.iter().all(Self::can_be_opened),
            _ => true,
        }
    }

    /// These bodies, one after the other, as one.
    pub(crate) fn sequence(segments: Vec<Self>) -> Self {
        let length = segments
            .iter()
            .try_fold(0u64, |sum, segment| sum.checked_add(segment.len()?));
        Self(Source::Sequence {
            segments: segments.into(),
            length,
        })
    }

    /// The first bytes, `count` at the most, which stay part of the body: to find out what kind of file it is before it is
    /// sent. It waits for them as long as the source takes; [`Engine::look`](crate::Engine::look) has limits.
    ///
    /// A single-pass body loses nothing when this is cancelled. It is gone once reading it failed, and cannot be had by
    /// another while it is looked at.
    ///
    /// # Errors
    /// `local_io` if it cannot be read, or was read already.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let body = common_http::Body::single_pass(&b"%PDF-1.7 ..."[..], None);
    /// assert_eq!(&body.peek(5).await?[..], b"%PDF-");
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn peek(&self, count: usize) -> Result<Bytes> {
        let failed = |error: io::Error| Error::io("what is to be sent", error.kind());
        if let Source::SinglePass { reader, .. } = &self.0 {
            return Once::peek(reader, count).await.map_err(failed);
        }
        let mut opened = self.open().await?.into_reader();
        read_start(&mut opened, count).await.map_err(failed)
    }

    /// Opens it from the start.
    pub(crate) async fn open(&self) -> Result<Opened> {
        let opened = match &self.0 {
            Source::Empty => Opened::Bytes(Bytes::new()),
            Source::Bytes(bytes) => Opened::Bytes(bytes.clone()),
            Source::File { path, length } => {
                let file = open_file(path, *length)
                    .await
                    .map_err(|error| Error::io("the file to be sent", error.kind()))?;
                Opened::Reader(Box::pin(file))
            }
            Source::Factory { open, .. } => Opened::Reader(
                open()
                    .await
                    .map_err(|error| Error::io("the body's source", error.kind()))?,
            ),
            Source::SinglePass { reader, .. } if self.can_be_opened() => {
                Opened::Reader(Once::of(reader))
            }
            Source::SinglePass { .. } => {
                return Err(Error::io("the body's source", io::ErrorKind::NotSeekable));
            }
            Source::Sequence { segments, .. } => {
                let mut readers = Vec::with_capacity(segments.len());
                for segment in segments.iter() {
                    // Boxed: a segment is itself a body.
                    readers.push(Box::pin(segment.open()).await?.into_reader());
                }
                Opened::Reader(Sequence::of(readers))
            }
        };
        Ok(opened)
    }
}

/// Opens a file that is still as long as it was; what changes later is found while it is read.
async fn open_file(path: &Path, length: u64) -> io::Result<tokio::fs::File> {
    let file = tokio::fs::File::open(path).await?;
    match file.metadata().await?.len().cmp(&length) {
        Ordering::Equal => Ok(file),
        Ordering::Less => Err(io::ErrorKind::UnexpectedEof.into()),
        Ordering::Greater => Err(io::ErrorKind::InvalidData.into()),
    }
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

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Source::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The attempt that is being sent, from 1: a new one starts at zero bytes again.
    pub attempt: u32,
    /// Bytes of this attempt that were handed to the connection.
    pub sent: u64,
    /// Bytes that the body has, if that is known.
    pub total: Option<u64>,
}
