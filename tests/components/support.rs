//! Helpers that keep the tests short.

use std::sync::Arc;
use std::time::Duration;

use common_http::HttpOptions;
use erp_files_client::ErpFilesClient;
use erp_files_client::files::Files;
use erp_files_client::sandbox::{Sandbox, Settings};
use testing::retry::eager_policy;

/// The patient and the analysis of every test.
pub(crate) const PATIENT: &str = "7";
pub(crate) const ANALYSIS: &str = "12";

/// A time limit for tests that would otherwise hang. No test depends on how long it takes.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(300), what)
        .await
        .expect("it ends within a minute")
}

/// The default settings, without the pauses between attempts.
pub(crate) fn eager() -> HttpOptions {
    HttpOptions::default()
        .retry(eager_policy())
        .only_own_roots(true)
        .no_proxy()
}

/// A sandbox whose initialize returns these addresses.
pub(crate) async fn erp_with_addresses(
    make: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Sandbox {
    let settings = Settings {
        upload_addresses: Some(Arc::new(make)),
        ..Settings::default()
    };
    Sandbox::with(settings).await.expect("a free port")
}

/// The files of the tests' analysis.
pub(crate) fn files_of(client: &ErpFilesClient) -> Files {
    client.files(&PATIENT.into(), &ANALYSIS.into())
}

/// The files of the tests' analysis in this sandbox.
pub(crate) fn files(sandbox: &Sandbox) -> Files {
    files_of(&sandbox.client_builder().http(eager()).build().unwrap())
}

/// The path below `/storage/` in an address of the sandbox's own storage, unchanged.
pub(crate) fn object_path(own: &str) -> String {
    let url = url::Url::parse(own).unwrap();
    url.path().strip_prefix("/storage/").unwrap().to_owned()
}

/// A plain HTTP client that is not ours, for checks.
pub(crate) fn looker() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().unwrap()
}

/// Content of this length. Each kibibyte of it is different, so that swapped parts are noticed.
pub(crate) fn content(length: usize) -> Vec<u8> {
    let mut bytes = vec![b'%'; length];
    for (number, piece) in bytes.chunks_mut(1024).enumerate() {
        let mark = number.to_le_bytes();
        let length = piece.len().min(mark.len());
        piece[..length].copy_from_slice(&mark[..length]);
    }
    bytes
}
