//! What a folder had, to tell later what is new in it.

use std::collections::BTreeSet;

use common_http::{Result, safe_debug};
use serde::{Deserialize, Serialize};

use super::Prescriptions;
use super::results::{FolderResults, ListedResult};
use crate::errors::ErrorCode;
use crate::ids::{FolderId, PrescriptionId};

/// Which results a folder had: taken before an upload, it tells afterwards which are new.
///
/// [`Prescriptions::snapshot`] takes it, and [`ResultOf::since`](super::ResultOf::since) uses it.
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

impl Prescriptions {
    /// Lists which results a folder has, to tell later which are new.
    ///
    /// Only reads, by [`results`](Prescriptions::results). What the vendor answers where there is
    /// nothing to list is not documented: the code
    /// [`FolderNotFound`](crate::ErrorCode::FolderNotFound) is taken for a folder without results.
    /// If there is no such folder, the upload fails.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::prescriptions::PrescriptionFile;
    /// use medreader_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let folder = sandbox.client().folders().create("Pacientes Exemplo").await?;
    /// let prescriptions = sandbox.client().prescriptions();
    ///
    /// let before = prescriptions.snapshot(&folder.id).await?;
    /// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// let upload = prescriptions.upload(&folder.id, file).await?;
    /// let waiting = prescriptions.result_of(&upload.id).since(before);
    /// # let _ = waiting;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `not_found` without that code: it proves nothing, since a gateway may have sent it, and
    ///   every old result would seem new
    /// - all others of [`results`](Prescriptions::results)
    pub async fn snapshot(&self, folder: &FolderId) -> Result<FolderSnapshot> {
        match self.results(folder).await {
            Ok(list) => Ok(list.snapshot(folder)),
            Err(error) if ErrorCode::of(&error) == Some(ErrorCode::FolderNotFound) => {
                Ok(FolderSnapshot {
                    folder: folder.clone(),
                    results: BTreeSet::new(),
                    is_complete: true,
                })
            }
            Err(error) => Err(error),
        }
    }
}

impl FolderResults {
    /// Remembers which results this list has: [`Prescriptions::snapshot`] for a list that was read
    /// already.
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
