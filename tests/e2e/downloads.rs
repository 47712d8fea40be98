//! Reports on disk: complete under their name, or not there at all.

use std::path::{Path, PathBuf};

use biologix_client::sandbox::{Fault, Sandbox};
use common_http::{CallOptions, Delivery, Error, ErrorKind, Result};
use http::{HeaderMap, StatusCode};
use tempfile::TempDir;

#[cfg(unix)]
use crate::support::child;
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

fn answer(status: StatusCode, body: &'static str) -> Fault {
    Fault::Status {
        status,
        headers: HeaderMap::new(),
        body: body.into(),
    }
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
async fn what_stays_broken_leaves_nothing_behind() {
    use ErrorKind::{Decode, Interrupted, NotFound};
    let html = "<html>EXAMPLE</html>";
    let json = r#"{"error":"notFound"}"#;
    for (fault, kind, attempts, delivery) in [
        (
            Fault::CutBody { after: 0 },
            Interrupted,
            3,
            Delivery::Unknown,
        ),
        (
            Fault::CutBody { after: REPORT / 2 },
            Interrupted,
            3,
            Delivery::Unknown,
        ),
        (
            Fault::CutBody { after: usize::MAX },
            Interrupted,
            3,
            Delivery::Unknown,
        ),
        (answer(StatusCode::OK, html), Decode, 1, Delivery::Answered),
        (answer(StatusCode::OK, json), Decode, 1, Delivery::Answered),
        (answer(StatusCode::OK, ""), Decode, 1, Delivery::Answered),
        (
            answer(StatusCode::NOT_FOUND, json),
            NotFound,
            1,
            Delivery::Answered,
        ),
    ] {
        let (sandbox, folder) = (sandbox().await, Folder::new());
        sandbox
            .fail_always("biologix.reports.get", fault.clone())
            .unwrap();
        let error = save(&sandbox, &folder.target()).await.unwrap_err();
        let is = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(is, (kind, attempts, delivery), "{fault:?}: {error}");
        assert_eq!(error.operation(), Some("biologix.reports.get"));
        assert_eq!(sandbox.count("biologix.reports.get"), attempts as usize);
        assert_eq!(folder.names(), [""; 0], "{fault:?}");
    }
}

#[tokio::test]
async fn an_earlier_file_is_replaced_by_a_whole_one_only() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    std::fs::write(folder.target(), "EARLIER").unwrap();
    sandbox
        .fail_times(
            "biologix.reports.get",
            3,
            Fault::CutBody { after: REPORT / 2 },
        )
        .unwrap();
    save(&sandbox, &folder.target()).await.unwrap_err();
    assert_eq!(folder.names(), ["report.pdf"]);
    assert_eq!(std::fs::read(folder.target()).unwrap(), b"EARLIER");
    save(&sandbox, &folder.target()).await.unwrap();
    folder.assert_whole();
}

#[tokio::test]
async fn what_is_larger_than_allowed() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let client = client(&sandbox, eager());
    let limited = CallOptions::default().max_bytes(REPORT as u64 - 1);
    let report = client
        .reports()
        .get(&report_key(&sandbox))
        .options(limited)
        .send();
    let saved = soon(async { report.await?.save_to(folder.target()).await }).await;
    assert_eq!(saved.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(
        (folder.names(), sandbox.count("biologix.reports.get")),
        (vec![], 1)
    );
}

fn assert_local(error: &Error) {
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::LocalIo, Some("biologix.reports.get"))
    );
    assert!(error.io_kind().is_some());
}

#[tokio::test]
async fn targets_that_cannot_be_written() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let file = folder.0.path().join("file");
    std::fs::write(&file, "EXAMPLE").unwrap();
    let taken = folder.0.path().join("taken");
    std::fs::create_dir_all(taken.join("inner")).unwrap();
    for target in [
        folder.0.path().join("missing/report.pdf"),
        file.join("report.pdf"),
        // A folder that is not empty cannot be replaced.
        taken.clone(),
        #[cfg(target_os = "linux")]
        PathBuf::from("/proc/report.pdf"),
    ] {
        let error = save(&sandbox, &target).await.unwrap_err();
        assert_local(&error);
        assert_eq!(folder.names(), ["file", "taken"]);
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

/// Simulates a full disk by a limit on the size of files.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_is_full() {
    // 64 blocks, of 512 or 1,024 bytes depending on the shell. If the signal is ignored, the write
    // fails with an error.
    let shell = "trap '' XFSZ; ulimit -f 64";
    child::run("downloads::a_report_that_does_not_fit", shell, &[]).await;
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "started by `a_disk_that_is_full`"]
async fn a_report_that_does_not_fit() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let error = save(&sandbox, &folder.target()).await.unwrap_err();
    assert_local(&error);
    assert_eq!(
        (folder.names(), sandbox.count("biologix.reports.get")),
        (vec![], 1)
    );
}
