//! Reports on disk: complete under their name, or not there at all.

use std::path::{Path, PathBuf};

use biologix_client::sandbox::{Fault, Sandbox};
use common_http::Result;
use http::StatusCode;
use tempfile::TempDir;

use crate::support::{REPORT, client, eager, report_key, sandbox, soon};

/// A folder that may have one file in the end, or none.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn target(&self) -> PathBuf {
        self.0.path().join("report.pdf")
    }

    /// The names of all files, hidden ones included.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
            .into_iter()
            .map(|name| name.into_string().unwrap())
            .collect()
    }

    fn assert_whole(&self) {
        assert_eq!(self.names(), ["report.pdf"]);
        let pdf = std::fs::read(self.target()).unwrap();
        assert!(pdf.len() >= REPORT && pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF\n"));
    }
}

async fn save(sandbox: &Sandbox, target: &Path) -> Result<u64> {
    let client = client(sandbox, eager());
    let report = client.reports().get(&report_key(sandbox)).send();
    soon(async { report.await?.save_to(target).await }).await
}

#[tokio::test]
async fn what_breaks_is_asked_for_again_and_whole_in_the_end() {
    for fault in [
        Fault::CutBody { after: 0 },
        Fault::CutBody { after: 100 },
        Fault::CutBody { after: REPORT / 2 },
        Fault::CutBody { after: usize::MAX },
        Fault::ResetAfterRequest,
        Fault::status(StatusCode::BAD_GATEWAY),
    ] {
        let (sandbox, folder) = (sandbox().await, Folder::new());
        sandbox
            .fail_times("biologix.reports.get", 2, fault)
            .unwrap();
        let length = save(&sandbox, &folder.target()).await.unwrap();
        assert_eq!(length, std::fs::metadata(folder.target()).unwrap().len());
        assert_eq!(sandbox.count("biologix.reports.get"), 3);
        folder.assert_whole();
    }
}

#[tokio::test]
async fn a_save_that_is_dropped_leaves_nothing_behind() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let client = client(&sandbox, eager());
    let (target, half) = (folder.target(), REPORT / 2);
    sandbox
        .fail_next("biologix.reports.get", Fault::StallBody { after: half })
        .unwrap();
    let download = soon(client.reports().get(&report_key(&sandbox)).send())
        .await
        .unwrap();
    tokio::select! {
        _ = download.save_to(&target) => panic!("an incomplete download was saved"),
        () = some_file_in(&folder) => {}
    }
    assert_eq!(folder.names(), [""; 0]);
}

/// Waits until the download has begun its file.
async fn some_file_in(folder: &Folder) {
    let begun = async {
        while folder.names().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    soon(begun).await;
}
