//! The commands for prescriptions that do not wait for a result.

use common_http::{CallOptions, Recorded, Result as Called};
use examples::failure::Failure;
use examples::stop;
use medreader_client::prescriptions::{self, PrescriptionFile};
use medreader_client::{FolderId, PrescriptionId};

use crate::args::{Prescription, Results, Upload};
use crate::resource;
use crate::tenant::{Tenant, UPLOAD_IN_DOUBT, failure};

pub(crate) async fn upload(tenant: &Tenant, upload: &Upload, json: bool) -> Result<(), Failure> {
    let file = open(upload).await?;
    let upload = send(tenant, upload, file).await.map_err(failure)?;
    tenant.progress.end();
    resource::print(upload.raw(), json)
}

/// Opens the file to upload.
pub(crate) async fn open(upload: &Upload) -> Result<PrescriptionFile, Failure> {
    PrescriptionFile::from_path(&upload.file)
        .await
        .map_err(failure)
}

/// Uploads the file with a progress bar.
pub(crate) async fn send(
    tenant: &Tenant,
    upload: &Upload,
    file: PrescriptionFile,
) -> Called<Recorded<prescriptions::Upload>> {
    tenant.progress.begin_file("uploading", 0);
    stop::advise(UPLOAD_IN_DOUBT);
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
    let id = PrescriptionId::from(prescription.id.as_str());
    let call = tenant.client.prescriptions().result(&id);
    let result = tenant.call("getting the result", call.send()).await?;
    resource::print(result.raw(), json)
}

pub(crate) async fn results(tenant: &Tenant, folder: &Results, json: bool) -> Result<(), Failure> {
    let folder = FolderId::from(folder.folder.as_str());
    let call = tenant.client.prescriptions().results(&folder);
    let results = tenant.call("getting the results", call.send()).await?;
    resource::print(results.raw(), json)
}
