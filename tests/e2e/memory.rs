//! A report of any size needs the same memory.

use biologix_client::BiologixClient;
use biologix_client::sandbox::{Sandbox, Settings};
use testing::memory::peak_kib;

use crate::support::{child, eager, report_key, soon};

const LARGE: usize = 64 << 20;
const ALLOWED_KIB: u64 = 16 << 10;

/// The sandbox holds the whole report, so the client is measured in a process of its own.
#[tokio::test]
async fn a_large_report_is_saved_in_little_memory() {
    let large = Sandbox::with(Settings {
        report_bytes: LARGE,
        ..Settings::default()
    })
    .await
    .unwrap();
    let small = Sandbox::start().await.unwrap();
    let environment = [
        ("E2E_LARGE", large.url()),
        ("E2E_SMALL", small.url()),
        ("E2E_KEY", report_key(&large).as_str()),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let environment = environment
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    child::run(
        "memory::the_peak_of_a_process_that_saves_one",
        ":",
        &environment,
    )
    .await;
}

#[tokio::test]
#[ignore = "started by `a_large_report_is_saved_in_little_memory`"]
async fn the_peak_of_a_process_that_saves_one() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("report.pdf");
    let key = std::env::var("E2E_KEY").unwrap().into();
    let mut peaks = Vec::new();
    // The small one first, to know what any call needs.
    for name in ["E2E_SMALL", "E2E_LARGE"] {
        let builder = BiologixClient::builder().base_url(std::env::var(name).unwrap());
        let client = builder.http(eager()).build().unwrap();
        let save = async {
            client
                .reports()
                .get(&key)
                .send()
                .await?
                .save_to(&target)
                .await
        };
        soon(save).await.unwrap();
        peaks.push(peak_kib());
    }
    assert!(std::fs::metadata(&target).unwrap().len() >= LARGE as u64);
    let grown = peaks[1] - peaks[0];
    assert!(
        grown < ALLOWED_KIB,
        "{grown} KiB more for {} KiB",
        LARGE >> 10
    );
}
