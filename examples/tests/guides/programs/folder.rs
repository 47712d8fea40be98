use std::fs::{DirEntry, File, read_dir, rename};
use std::{env::var, path::Path};

use erp_files_client::files::{Files, OnConflict};
use erp_files_client::{Body, ErpFilesClient, FolderStore};
use fs4::FileExt;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

async fn send(files: &Files, file: &DirEntry, to: &Path, store: &FolderStore) -> Result {
    let name = file.file_name().into_string();
    let name = name.map_err(|_| "the name is not Unicode")?;
    let body = Body::from_path(file.path()).await?;
    let upload = files.upload(&name, body).on_conflict(OnConflict::Skip);
    let upload = upload.resumable(store).await?;
    let id = upload.file_id().ok_or("the ERP does not list it yet")?;
    files.set_send(id, true).await?;
    Ok(rename(file.path(), to.join(name))?)
}

/// Sends the files of a folder, and moves each that is sent. Returns how many failed.
pub async fn send_all(files: &Files, from: &Path, to: &Path, state: &Path) -> Result<usize> {
    let store = FolderStore::new(state);
    let mut failed = 0;
    for file in read_dir(from)? {
        let file = file?;
        if let Err(error) = send(files, &file, to, &store).await {
            eprintln!("{}: {error}", file.path().display());
            failed += 1;
        }
    }
    Ok(failed)
}

#[tokio::main]
pub async fn main() -> Result {
    let lock = File::create("lock")?;
    FileExt::try_lock(&lock)?;
    let (patient, analysis) = (var("PATIENT_ID")?.into(), var("ANALYSIS_ID")?.into());
    let files = ErpFilesClient::from_env()?.files(&patient, &analysis);
    let [from, to, state] = ["outbox", "sent", "uploads"].map(Path::new);
    std::process::exit(i32::from(send_all(&files, from, to, state).await? > 0))
}
