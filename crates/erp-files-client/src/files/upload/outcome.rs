//! How an upload ended.

use crate::ids::FileId;

/// How an upload ended that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadOutcome {
    /// The file is there.
    #[non_exhaustive]
    Uploaded {
        /// Its id, if the list shows it.
        file_id: Option<FileId>,
    },
    /// The file is there instead of another.
    #[non_exhaustive]
    Replaced {
        /// Its id, if the list shows it.
        file_id: Option<FileId>,
    },
    /// All was sent, but the list, read afterwards, does not show a file of the name. Nothing proves
    /// that it is there.
    ///
    /// The state of a [resumable](crate::files::Upload::resumable) upload is kept: the same upload,
    /// run again, looks for the file. It finalizes again if the list says that it is not there, but
    /// not if the list has items without a readable name.
    #[non_exhaustive]
    Unconfirmed {},
    /// A file of the name was there before. Nothing was uploaded.
    #[non_exhaustive]
    Skipped {
        /// That file's id, if the list shows it.
        file_id: Option<FileId>,
    },
}

impl UploadOutcome {
    /// The outcome as one word, stable across versions: `uploaded`, `replaced`, `unconfirmed` or
    /// `skipped`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Uploaded { .. } => "uploaded",
            Self::Replaced { .. } => "replaced",
            Self::Unconfirmed {} => "unconfirmed",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// The id of the file that is there now, if the list shows it.
    #[must_use]
    pub fn file_id(&self) -> Option<&FileId> {
        match self {
            Self::Uploaded { file_id } | Self::Replaced { file_id } | Self::Skipped { file_id } => {
                file_id.as_ref()
            }
            Self::Unconfirmed {} => None,
        }
    }
}
