//! The commands on folders.

use examples::failure::Failure;
use medreader_client::FolderId;

use crate::args::{FolderCreate, FolderShow};
use crate::resource;
use crate::tenant::{Tenant, failure};

pub(crate) async fn create(tenant: &Tenant, new: &FolderCreate, json: bool) -> Result<(), Failure> {
    tenant.progress.begin("creating the folder", None);
    let mut call = tenant.client.folders().create(new.name.as_str());
    if let Some(parent) = &new.parent {
        call = call.parent(&FolderId::from(parent.as_str()));
    }
    let folder = call.send().await.map_err(failure)?;
    tenant.progress.end();
    resource::print(folder.raw(), json)
}

pub(crate) async fn show(tenant: &Tenant, folder: &FolderShow, json: bool) -> Result<(), Failure> {
    tenant.progress.begin("asking for the folder", None);
    let call = tenant
        .client
        .folders()
        .get(&FolderId::from(folder.id.as_str()));
    let folder = call.send().await.map_err(failure)?;
    tenant.progress.end();
    resource::print(folder.raw(), json)
}
