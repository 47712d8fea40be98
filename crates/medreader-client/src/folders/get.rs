//! Getting a folder, and what it is.

use common_http::{
    Call, Extra, Item, Operation, Recorded, Timestamp, lenient, lenient_model, safe_debug,
};
use serde::{Deserialize, Deserializer, Serialize};

use super::Folders;
use crate::fields;
use crate::ids::FolderId;

/// `GET /api/v1/folders/{folder-id}`: a folder with its subfolders and counts.
pub(crate) static GET: Operation =
    Operation::get("medreader.folders.get", "/api/v1/folders/{folder-id}");

impl Folders {
    /// Gets a folder, with its subfolders and counts.
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let folders = sandbox.client().folders();
    /// let id = folders.create("Pacientes Exemplo").await?.id.clone();
    /// let folder = folders.get(&id).await?;
    /// println!("{:?} files in folder {id}", folder.prescription_files_count);
    /// for child in folder.children() {
    ///     println!("- {}: {:?} files", child.id, child.prescription_files_count);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `not_found`, code [`FolderNotFound`](crate::ErrorCode::FolderNotFound): there is no such
    ///   folder
    /// - `invalid_input`: the id is empty, `.`, `..` or has a slash, a backslash or a control
    ///   character; nothing was sent
    /// - `unauthenticated`: the session was refused, and so was a new one
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer is not a folder
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub fn get(&self, folder: &FolderId) -> Call<Recorded<Folder>> {
        let request = self.engine.request(&GET);
        request.path("folder-id", folder.as_str()).recorded()
    }
}

/// A folder: as it was created, as it was got, or as the child of another.
///
/// Documented, with the fields that only some of the three have as `Option`. Only the id is
/// required. Names and paths may name patients: `Debug` shows ids and counts.
///
/// ```
/// use medreader_client::folders::Folder;
///
/// let folder: Folder = serde_json::from_str(
///     r#"{"id": "00000000-0000-4000-8000-00000000000a", "folder_name": "pasta", "novo": true}"#,
/// )?;
/// assert_eq!(folder.folder_name.as_deref(), Some("pasta"));
/// assert!(folder.extra.contains_key("novo"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct Folder {
    /// The folder's id.
    #[serde(deserialize_with = "fields::id")]
    pub id: FolderId,
    /// The name, normalised by the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_name: Option<String>,
    /// The folder that this one is in; `None` in the root (inferred: no sample shows such a
    /// folder).
    #[serde(
        default,
        deserialize_with = "fields::optional_id",
        skip_serializing_if = "Option::is_none"
    )]
    pub parent_folder_id: Option<FolderId>,
    /// The names from the root to this one, joined by `/`. Do not parse it: elsewhere the vendor
    /// writes such paths in other ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_path: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// How many prescription files it holds; absent for a folder that was just created.
    #[serde(
        default,
        deserialize_with = "fields::whole",
        skip_serializing_if = "Option::is_none"
    )]
    pub prescription_files_count: Option<i64>,
    /// The folders in it, see [`children`](Self::children); absent for a folder that was just
    /// created and for a child.
    #[serde(
        default,
        deserialize_with = "children",
        skip_serializing_if = "Option::is_none"
    )]
    pub child_folders: Option<Vec<Item<Folder>>>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(Folder);
safe_debug!(Folder {
    id,
    parent_folder_id,
    prescription_files_count,
    child_folders
});

impl Folder {
    /// The folders in it that can be read.
    pub fn children(&self) -> impl Iterator<Item = &Folder> {
        let children = self.child_folders.iter().flatten();
        children.filter_map(Item::value)
    }
}

/// The items of the list, if there is one; nulls in it are skipped.
fn children<'de, D>(deserializer: D) -> Result<Option<Vec<Item<Folder>>>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    struct Children(#[serde(deserialize_with = "lenient::items")] Vec<Item<Folder>>);

    let children = Option::<Children>::deserialize(deserializer)?;
    Ok(children.map(|Children(items)| items))
}
