//! The commands on prescriptions that do not wait.

use common_http::{CallOptions, Recorded, Result as Called};
use examples::failure::Failure;
use medreader_client::prescriptions::{self, PrescriptionFile};
use medreader_client::{FolderId, PrescriptionId};

use crate::args::{Prescription, Results, Upload};
use crate::resource;
use crate::tenant::{Tenant, failure};

pub(crate) async fn upload(tenant: &Tenant, upload: &Upload, json: bool) -> Result<(), Failure> {
    let file = open(upload).await?;
    let upload = send(tenant, upload, file).await.map_err(failure)?;
    tenant.progress.end();
    resource::print(upload.raw(), json)
}

/// The file to be uploaded.
pub(crate) async fn open(upload: &Upload) -> Result<PrescriptionFile, Failure> {
    PrescriptionFile::from_path(&upload.file)
        .await
        .map_err(failure)
}

/// Uploads it, and shows how far it is.
pub(crate) async fn send(
    tenant: &Tenant,
    upload: &Upload,
    file: PrescriptionFile,
) -> Called<Recorded<prescriptions::Upload>> {
    tenant.progress.begin_file("uploading", 0);
    let options = CallOptions::default().on_progress(tenant.progress.sending());
    tenant
        .client
        .prescriptions()
        .upload(&FolderId::from(upload.folder.as_str()), file)
        .options(options)
        .send()
        .await
}

pub(crate) async fn result(
    tenant: &Tenant,
    prescription: &Prescription,
    json: bool,
) -> Result<(), Failure> {
    tenant.progress.begin("asking for the result", None);
    let id = PrescriptionId::from(prescription.id.as_str());
    let call = tenant.client.prescriptions().result(&id);
    let result = call.send().await.map_err(failure)?;
    tenant.progress.end();
    resource::print(result.raw(), json)
}

pub(crate) async fn results(tenant: &Tenant, folder: &Results, json: bool) -> Result<(), Failure> {
    tenant.progress.begin("asking for the results", None);
    let folder = FolderId::from(folder.folder.as_str());
    let call = tenant.client.prescriptions().results(&folder);
    let results = call.send().await.map_err(failure)?;
    tenant.progress.end();
    resource::print(results.raw(), json)
}
