//! Whose result it is that is read under an upload's own id.
//!
//! The first row that fits counts. "New" is what the folder's last list had, and its snapshot from
//! before the upload had not. Without a snapshot, nothing is old and nothing is new.
//!
//! | in the folder | the result names | it is |
//! | --- | --- | --- |
//! | the upload's id is old | (it is not read) | another's |
//! | the upload's id is new | any id, any folder | the upload's |
//! | | the upload's id, and its folder or none | the upload's |
//! | the id it names is new | another id, and the upload's folder | the upload's |
//! | | another id, or another folder | another's |
//!
//! Each answer is judged by itself: an earlier one may have named less.

use common_http::safe_debug;

use super::result::PrescriptionResult;
use super::results::{FolderResults, ListedResult};
use super::snapshot::{FolderSnapshot, is_same};
use crate::ids::{FolderId, PrescriptionId, UploadId};

/// What is known of an upload and its folder.
pub(super) struct Evidence {
    pub(super) own_id: PrescriptionId,
    /// The folder's id in the upload's answer.
    pub(super) folder: Option<FolderId>,
    pub(super) before: Option<FolderSnapshot>,
    /// What is new in the folder, as of its last list.
    pub(super) new: Vec<ListedResult>,
}

safe_debug!(Evidence { own_id, before });

impl Evidence {
    pub(super) fn of(upload: &UploadId) -> Self {
        Self {
            own_id: upload.assume_prescription_id(),
            folder: None,
            before: None,
            new: Vec::new(),
        }
    }

    /// Whether another result had the upload's id before the upload.
    pub(super) fn is_old(&self) -> bool {
        (self.before.as_ref()).is_some_and(|before| before.has(&self.own_id))
    }

    /// This id as the folder's last list has it, if it had it not before the upload.
    fn listed(&self, id: &PrescriptionId) -> Option<&PrescriptionId> {
        let mut new = self.new.iter().map(|new| &new.id);
        new.find(|new| is_same(*new, id))
    }

    /// The upload's own id as the list has it, if it is new there: its result will be under it.
    pub(super) fn promised(&self) -> Option<&PrescriptionId> {
        self.listed(&self.own_id)
    }

    /// Whether a result that was read under the upload's id is the upload's: the table above.
    pub(super) fn is_own(&self, result: &PrescriptionResult) -> bool {
        if self.is_old() {
            return false;
        }
        if self.promised().is_some() {
            return true;
        }
        let names_own_id = is_same(&result.id, &self.own_id);
        match self.is_in_folder(result) {
            Some(true) => names_own_id || self.listed(&result.id).is_some(),
            Some(false) => false,
            None => names_own_id,
        }
    }

    /// Whether a result names the upload's folder, if it names one and the upload's is known. The
    /// caller may name it otherwise than the vendor.
    fn is_in_folder(&self, result: &PrescriptionResult) -> Option<bool> {
        let named = result.folder_id.as_ref()?;
        let given = self.before.as_ref().map(FolderSnapshot::folder);
        let mut known = self.folder.iter().chain(given).peekable();
        known.peek()?;
        Some(known.any(|folder| is_same(named, folder)))
    }

    /// Takes in a list of the folder, and tells whether each of its items is known by its id.
    pub(super) fn learn(&mut self, list: &FolderResults) -> bool {
        let Some(before) = &self.before else {
            return false;
        };
        self.new = before.new_in(list);
        before.can_tell(list)
    }
}
