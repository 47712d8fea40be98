//! The commands for folders.

use examples::failure::Failure;
use examples::stop;
use medreader_client::FolderId;

use crate::args::{FolderCreate, FolderShow};
use crate::resource;
use crate::tenant::{FOLDER_IN_DOUBT, Tenant};

pub(crate) async fn create(tenant: &Tenant, new: &FolderCreate, json: bool) -> Result<(), Failure> {
    let mut call = tenant.client.folders().create(new.name.as_str());
    if let Some(parent) = &new.parent {
        call = call.parent(&FolderId::from(parent.as_str()));
    }
    stop::advise(FOLDER_IN_DOUBT);
    let folder = tenant.call("creating the folder", call.send()).await?;
    resource::print(folder.raw(), json)
}

pub(crate) async fn show(tenant: &Tenant, folder: &FolderShow, json: bool) -> Result<(), Failure> {
    let id = FolderId::from(folder.id.as_str());
    let call = tenant.client.folders().get(&id);
    let folder = tenant.call("getting the folder", call.send()).await?;
    resource::print(folder.raw(), json)
}
