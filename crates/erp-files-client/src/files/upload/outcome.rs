//! How an upload ended.

use std::fmt;

use common_http::{Error, safe_debug};

use crate::files::UploadState;
use crate::ids::FileId;

/// How an upload ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadOutcome {
    /// The file is there.
    #[non_exhaustive]
    Uploaded {
        /// Its id, where the list tells it.
        file_id: Option<FileId>,
    },
    /// The file is there in place of another.
    #[non_exhaustive]
    Replaced {
        /// Its id, where the list tells it.
        file_id: Option<FileId>,
    },
    /// A file of the name was there before; nothing was uploaded.
    #[non_exhaustive]
    Skipped {
        /// That file's id, where the list tells it.
        file_id: Option<FileId>,
    },
}

impl UploadOutcome {
    /// The outcome as one word, stable across versions: `uploaded`, `replaced` or `skipped`.
    ///
    /// ```
    /// # fn example(outcome: erp_files_client::files::UploadOutcome) {
    /// println!("the file was {}", outcome.as_str());
    /// # }
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Uploaded { .. } => "uploaded",
            Self::Replaced { .. } => "replaced",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// The id of the file that is there now, where the list tells it.
    ///
    /// ```
    /// # fn example(outcome: erp_files_client::files::UploadOutcome) {
    /// if let Some(id) = outcome.file_id() {
    ///     println!("{id:?}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn file_id(&self) -> Option<&FileId> {
        match self {
            Self::Uploaded { file_id } | Self::Replaced { file_id } | Self::Skipped { file_id } => {
                file_id.as_ref()
            }
        }
    }
}

/// An upload that failed, and what it can be taken up again from. See
/// [`Upload::send_or_state`](super::Upload::send_or_state) for an example.
///
/// `Debug` and `Display` are the error's; the state is a secret.
pub struct UnfinishedUpload {
    error: Error,
    state: Option<Box<UploadState>>,
}

safe_debug!(UnfinishedUpload { error });

impl UnfinishedUpload {
    pub(super) fn new(error: Error, state: Option<UploadState>) -> Self {
        Self {
            error,
            state: state.map(Box::new),
        }
    }

    /// Why it failed.
    ///
    /// ```
    /// # fn example(unfinished: erp_files_client::files::UnfinishedUpload) {
    /// println!("{}: {}", unfinished.error().kind(), unfinished.error());
    /// # }
    /// ```
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// What the upload can be taken up again from, in this process or another: none where the ERP has given no address, or
    /// where nothing is left to be taken up.
    ///
    /// ```
    /// # fn example(unfinished: erp_files_client::files::UnfinishedUpload) {
    /// if let Some(state) = unfinished.state() {
    ///     let text = state.to_json(); // to be kept as a secret
    /// #   let _ = text;
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn state(&self) -> Option<&UploadState> {
        self.state.as_deref()
    }
}

impl fmt::Display for UnfinishedUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for UnfinishedUpload {}

impl From<UnfinishedUpload> for Error {
    fn from(unfinished: UnfinishedUpload) -> Self {
        unfinished.error
    }
}
