//! Files to be sent.

use std::io;
use std::path::Path;

use common_http::{Body, Error};

use crate::failure::Failure;

/// How many bytes decide what kind of file it is.
const PEEK: usize = 1024;

/// A file to send, known to exist and to be readable.
#[derive(Debug)]
pub struct Input {
    /// The file as the body of a request.
    pub body: Body,
    /// Its length in bytes.
    pub length: u64,
    /// The type that its first bytes show; `None` for all but a few types.
    pub content_type: Option<&'static str>,
}

impl Input {
    /// Opens a file and reads its first bytes.
    ///
    /// # Errors
    /// It does not exist, is not a regular file, or cannot be read.
    pub async fn open(path: &Path) -> Result<Self, Failure> {
        let body = Body::from_path(path).await.map_err(unreadable)?;
        let start = body.peek(PEEK).await.map_err(unreadable)?;
        Ok(Self {
            length: body.len().unwrap_or_default(),
            content_type: content_type(&start),
            body,
        })
    }

    /// Reads a small file into memory.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn read(path: &Path) -> Result<Vec<u8>, Failure> {
        Self::open(path).await?.bytes().await
    }

    /// Reads it into memory.
    ///
    /// # Errors
    /// It cannot be read, or was changed meanwhile.
    pub async fn bytes(self) -> Result<Vec<u8>, Failure> {
        // To its end: only there does a body tell whether the file was changed meanwhile.
        let read = self.body.peek(usize::MAX).await.map_err(unreadable)?;
        Ok(read.into())
    }
}

fn unreadable(error: Error) -> Failure {
    let advice = match error.io_kind() {
        Some(io::ErrorKind::NotFound) => "is the path right?",
        Some(io::ErrorKind::PermissionDenied) => "may this user read it?",
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory) => {
            "give it a file, not a folder or a device"
        }
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

/// Recognises the formats that laboratories hand out.
fn content_type(start: &[u8]) -> Option<&'static str> {
    if common_http::looks_like_pdf(start) {
        return Some("application/pdf");
    }
    if start.starts_with(b"\xff\xd8\xff") {
        return Some("image/jpeg");
    }
    start
        .starts_with(b"\x89PNG\r\n\x1a\n")
        .then_some("image/png")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn the_first_bytes_show_the_type() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (content, kind) in [
            (&b"\n%PDF-1.7 EXAMPLE"[..], Some("application/pdf")),
            (b"\xff\xd8\xff\xe0EXAMPLE", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\nEXAMPLE", Some("image/png")),
            (b"EXAMPLE", None),
            (b"", None),
        ] {
            fs::write(&path, content).unwrap();
            let input = Input::open(&path).await.unwrap();
            assert_eq!(input.content_type, kind);
            assert_eq!(input.length, content.len() as u64);
            assert_eq!(Input::read(&path).await.unwrap(), content);
        }
    }

    #[tokio::test]
    async fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("absent"), folder.path().to_owned()] {
            assert!(Input::open(&path).await.is_err());
            assert!(Input::read(&path).await.is_err());
        }
    }
}
