//! Folders: where prescriptions are kept.

mod create;
mod get;
mod normalize;

use common_http::Engine;

pub(crate) use self::create::CREATE;
pub use self::create::CreateFolder;
pub use self::get::Folder;
pub(crate) use self::get::GET;
pub use self::normalize::normalize_folder_name;

/// The folders of a tenant: [`MedReaderClient::folders`](crate::MedReaderClient::folders).
///
/// The vendor has no operation that lists the folders of the root: keep the ids of those that you
/// create.
#[derive(Clone, Debug)]
pub struct Folders {
    pub(crate) engine: Engine,
}
