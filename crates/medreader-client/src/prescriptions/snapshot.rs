//! What a folder had, to tell later what is new in it.

use std::collections::BTreeSet;

use common_http::safe_debug;
use serde::{Deserialize, Serialize};

use super::results::{FolderResults, ListedResult};
use crate::ids::{FolderId, PrescriptionId};

/// Which results a folder had: taken before an upload, it tells afterwards which are new.
///
/// It can be saved, so that a wait goes on in another process.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSnapshot {
    folder: FolderId,
    results: BTreeSet<PrescriptionId>,
    /// Whether each item of the list had an id: one that had none may later seem new.
    is_complete: bool,
}

safe_debug!(FolderSnapshot {
    folder,
    is_complete
});

impl FolderResults {
    /// Remembers which results there are, to tell later which are new.
    ///
    /// [`ResultOf::since`](super::ResultOf::since) takes it.
    #[must_use]
    pub fn snapshot(&self, folder: &FolderId) -> FolderSnapshot {
        FolderSnapshot {
            folder: folder.clone(),
            results: self.readable().map(|result| result.id.clone()).collect(),
            is_complete: is_complete(self),
        }
    }
}

impl FolderSnapshot {
    /// The snapshot of a folder without results, in case the vendor answers
    /// [`FolderNotFound`](crate::ErrorCode::FolderNotFound) for it.
    ///
    /// What the vendor answers where there is nothing to list is not documented. A 404 without that
    /// code proves nothing: a gateway may have sent it, and every old result would seem new.
    ///
    /// ```
    /// use medreader_client::prescriptions::FolderSnapshot;
    /// use medreader_client::{ErrorCode, FolderId, MedReaderClient, Result};
    ///
    /// async fn before(client: &MedReaderClient, folder: &FolderId) -> Result<FolderSnapshot> {
    ///     match client.prescriptions().results(folder).await {
    ///         Ok(list) => Ok(list.snapshot(folder)),
    ///         Err(error) if ErrorCode::of(&error) == Some(ErrorCode::FolderNotFound) => {
    ///             Ok(FolderSnapshot::empty(folder))
    ///         }
    ///         Err(error) => Err(error),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn empty(folder: &FolderId) -> Self {
        Self {
            folder: folder.clone(),
            results: BTreeSet::new(),
            is_complete: true,
        }
    }

    pub(super) fn folder(&self) -> &FolderId {
        &self.folder
    }

    pub(super) fn has(&self, id: &PrescriptionId) -> bool {
        self.results.iter().any(|result| is_same(result, id))
    }

    /// What the list has and the snapshot had not, each id once.
    pub(super) fn new_in(&self, list: &FolderResults) -> Vec<ListedResult> {
        let mut known: BTreeSet<_> = self.results.iter().map(form).collect();
        list.readable()
            .filter(|result| known.insert(form(&result.id)))
            .cloned()
            .collect()
    }

    /// Whether every item of the list is known by its id, now and at the snapshot.
    pub(super) fn can_tell(&self, list: &FolderResults) -> bool {
        self.is_complete && is_complete(list)
    }
}

fn is_complete(list: &FolderResults) -> bool {
    list.results.iter().all(|item| item.value().is_some())
}

/// Whether two ids are the same. The vendor may write one in another case.
pub(super) fn is_same(one: &impl AsRef<str>, other: &impl AsRef<str>) -> bool {
    form(one) == form(other)
}

/// The form in which ids are compared.
fn form(id: &impl AsRef<str>) -> String {
    id.as_ref().to_ascii_lowercase()
}
