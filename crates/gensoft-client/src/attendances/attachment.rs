//! Files inside an attendance.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common_http::{Body, Extra, Result, safe_debug};
use serde::{Deserialize, Serialize};

/// A file inside an attendance, its content in Base64: *our reading*, the vendor does not say how attachments are carried.
///
/// `Debug` shows nothing: a file's name can name a patient.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attachment {
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its content in Base64.
    pub content: String,
    /// Anything else, as members of the object. One of a name above is refused when it is sent.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(Attachment {});

impl Attachment {
    /// Whether the object would have two members of one name.
    pub(super) fn says_twice(&self) -> bool {
        ["name", "content_type", "content"]
            .iter()
            .any(|name| self.extra.contains_key(*name))
    }

    /// A file from memory.
    ///
    /// ```
    /// use gensoft_client::attendances::Attachment;
    ///
    /// let attachment = Attachment::from_bytes("pedido.pdf", "application/pdf", b"%PDF");
    /// assert_eq!(attachment.content, "JVBERg==");
    /// ```
    #[must_use]
    pub fn from_bytes(
        name: impl Into<String>,
        content_type: impl Into<String>,
        content: &[u8],
    ) -> Self {
        Self {
            name: name.into(),
            content_type: content_type.into(),
            content: BASE64_STANDARD.encode(content),
            extra: Extra::new(),
        }
    }

    /// A file from the disk, under its own name. The attendance holds it in memory, so it should be small; sending it may take
    /// as long as it moves, see [`SendAttendance::send`](super::SendAttendance::send).
    ///
    /// # Errors
    /// `local_io` where it cannot be read or is no regular file; [`Error::io_kind`](crate::Error::io_kind) says more.
    ///
    /// ```no_run
    /// # async fn example() -> gensoft_client::Result<()> {
    /// use gensoft_client::attendances::Attachment;
    ///
    /// let attachment = Attachment::from_path("pedido.pdf", "application/pdf").await?;
    /// # Ok(()) }
    /// ```
    pub async fn from_path(
        path: impl AsRef<Path>,
        content_type: impl Into<String>,
    ) -> Result<Self> {
        let path = path.as_ref();
        // What is no regular file may never end.
        let file = Body::from_path(path).await?;
        let length = usize::try_from(file.len().unwrap_or_default()).unwrap_or(usize::MAX);
        let content = file.peek(length).await?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self::from_bytes(name, content_type, &content))
    }
}
