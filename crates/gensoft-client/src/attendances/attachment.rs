//! Files inside an attendance.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common_http::{Body, Extra, Result, safe_debug};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

/// A file inside an attendance, with its content in Base64.
///
/// This is *our reading*: the vendor does not say how attachments are carried. `Debug` shows
/// nothing, because the name of a file can name a patient.
///
/// ```
/// use gensoft_client::attendances::Attachment;
///
/// let attachment = Attachment::from_bytes("pedido.pdf", "application/pdf", b"%PDF");
/// assert_eq!(attachment.content, "JVBERg==");
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attachment {
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its content in Base64.
    pub content: String,
    /// Other members of the object. A name of those above is refused when the attendance is sent.
    #[serde(flatten, serialize_with = "extra")]
    pub extra: Extra,
}

safe_debug!(Attachment {});

impl Attachment {
    /// A file from memory.
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

    /// A file from the disk, under its own name. The attendance holds it in memory.
    ///
    /// ```no_run
    /// # async fn example() -> gensoft_client::Result<()> {
    /// use gensoft_client::attendances::Attachment;
    ///
    /// let attachment = Attachment::from_path("pedido.pdf", "application/pdf").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `local_io`: it cannot be read or is not a regular file.
    /// [`Error::io_kind`](crate::Error::io_kind) says more.
    pub async fn from_path(
        path: impl AsRef<Path>,
        content_type: impl Into<String>,
    ) -> Result<Self> {
        let path = path.as_ref();
        // What is not a regular file may never end.
        let file = Body::from_path(path).await?;
        let length = usize::try_from(file.len().unwrap_or_default()).unwrap_or(usize::MAX);
        let content = file.peek(length).await?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self::from_bytes(name, content_type, &content))
    }
}

fn extra<S: Serializer>(extra: &Extra, serializer: S) -> Result<S::Ok, S::Error> {
    beside(&["name", "content_type", "content"], extra, serializer)
}

/// Writes `extra` beside these members, if it repeats none of them: of two members with one name it
/// would be chance which one the vendor reads.
pub(super) fn beside<S: Serializer>(
    members: &[&str],
    extra: &Extra,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if members.iter().any(|name| extra.contains_key(*name)) {
        return Err(S::Error::custom("`extra` repeats a member"));
    }
    extra.serialize(serializer)
}
