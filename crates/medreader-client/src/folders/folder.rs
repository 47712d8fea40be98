//! A folder, as the vendor describes it.

use common_http::lenient::take;
use common_http::{DecodeError, Extra, RawJson, Timestamp, safe_debug};
use serde::{Deserialize, Serialize, Serializer};

use crate::ids::{self, FolderId};
use crate::whole;

/// A folder: as it was created, as it was asked for, or as the child of another.
///
/// Documented, with the fields that only some of the three have as `Option`. Only the id must be there. Names and paths
/// may name patients: `Debug` shows ids and counts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "FolderFields")]
#[non_exhaustive]
pub struct Folder {
    /// The folder's id.
    pub id: FolderId,
    /// The name, normalised by the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_name: Option<String>,
    /// The folder that this one is in; none in the root (inferred: the document has no folder of the root).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_folder_id: Option<FolderId>,
    /// The names from the root to this one, joined by `/`. The vendor writes them in more than one way elsewhere: nothing
    /// to take apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_path: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// How many prescription files it holds. A folder that was just created is described without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_files_count: Option<i64>,
    /// The folders in it, see [`children`](Self::children). `None` where the vendor does not say: of a folder that was just
    /// created, and of a child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_folders: Option<Vec<Child>>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(Folder {
    id,
    parent_folder_id,
    prescription_files_count,
    child_folders
});

impl Folder {
    /// The folders in it, without what could not be read as one.
    ///
    /// ```
    /// use medreader_client::folders::Folder;
    ///
    /// let text = r#"{"id":"EXAMPLE-1","child_folders":[{"id":"EXAMPLE-2"},{"id":[]}]}"#;
    /// let folder: Folder = serde_json::from_str(text)?;
    /// assert_eq!(folder.children().count(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn children(&self) -> impl Iterator<Item = &Folder> {
        self.child_folders
            .iter()
            .flatten()
            .filter_map(Child::folder)
    }
}

/// Something that a folder held: a folder, or what could not be read as one.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is nothing else it could be")]
pub enum Child {
    /// A folder.
    Folder(Folder),
    /// What cannot be read as a folder: kept as it came, so that one bad item costs nobody the others.
    Rejected {
        /// The vendor's JSON text.
        raw: RawJson,
        /// Why, with its place in the list.
        error: DecodeError,
    },
}

impl Child {
    /// The folder, if it is one.
    ///
    /// ```
    /// use medreader_client::folders::Folder;
    ///
    /// let text = r#"{"id":"EXAMPLE-1","child_folders":[{"id":"EXAMPLE-2"}]}"#;
    /// let parent: Folder = serde_json::from_str(text)?;
    /// assert!(parent.child_folders.iter().flatten().all(|child| child.folder().is_some()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn folder(&self) -> Option<&Folder> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Rejected { .. } => None,
        }
    }
}

impl Serialize for Child {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Folder(folder) => folder.serialize(serializer),
            Self::Rejected { raw, .. } => raw.serialize(serializer),
        }
    }
}

/// The fields of a folder as they are read first.
#[derive(Deserialize)]
struct FolderFields {
    #[serde(deserialize_with = "ids::required")]
    id: FolderId,
    child_folders: Option<RawJson>,
    #[serde(flatten)]
    rest: Extra,
}

impl From<FolderFields> for Folder {
    fn from(fields: FolderFields) -> Self {
        let mut rest = fields.rest;
        let list = fields.child_folders;
        let child_folders = list.as_ref().and_then(children);
        if child_folders.is_none()
            && let Some(odd) = list.and_then(|raw| raw.parse().ok())
        {
            rest.insert("child_folders".to_owned(), odd);
        }
        Self {
            id: fields.id,
            folder_name: take(&mut rest, "folder_name"),
            parent_folder_id: ids::take(&mut rest, "parent_folder_id"),
            full_path: take(&mut rest, "full_path"),
            created_at: take(&mut rest, "created_at"),
            updated_at: take(&mut rest, "updated_at"),
            prescription_files_count: whole::take(&mut rest, "prescription_files_count"),
            child_folders,
            extra: rest,
        }
    }
}

/// The children, where it is a list; null among them is nothing.
fn children(list: &RawJson) -> Option<Vec<Child>> {
    let items: Vec<Option<RawJson>> = list.parse().ok()?;
    let read = |(index, raw): (usize, RawJson)| match raw.parse() {
        Ok(folder) => Child::Folder(folder),
        Err(error) => Child::Rejected {
            raw,
            error: error.in_item(index),
        },
    };
    Some(items.into_iter().flatten().enumerate().map(read).collect())
}
