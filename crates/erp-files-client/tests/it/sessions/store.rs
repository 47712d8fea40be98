//! Tokens that several runs or processes share.

use std::sync::Arc;

use common_http::{HttpOptions, MemoryStore};
use erp_files_client::{ClientCredentials, ErpFilesClient};

use crate::support::{Op, builder, credentials, files, network, seen};

#[tokio::test]
async fn a_saved_token_serves_the_next_process() {
    let erp = network(|_, _| None);
    let store = Arc::new(MemoryStore::default());
    let process = |credentials: ClientCredentials, base: &str| -> ErpFilesClient {
        let builder = builder(&erp).base_url(base).credentials(credentials);
        builder.store(store.clone()).build().unwrap()
    };
    const BASE: &str = "https://clinic.example";
    let other = || {
        ClientCredentials::new("EXAMPLE-OTHER", "EXAMPLE-SECRET")
            .token_url("https://id.example/connect/token")
    };
    for (credentials, base, asked) in [
        (credentials(), BASE, 1),
        (credentials(), BASE, 1),
        // Another token may be different, so it is requested.
        (
            credentials().scope("gambit:erp gambit:static_data"),
            BASE,
            2,
        ),
        (other(), BASE, 3),
        (
            credentials().token_url("https://other.example/connect/token"),
            BASE,
            4,
        ),
        (credentials(), "https://other.example", 5),
        (other(), BASE, 5),
    ] {
        files(&process(credentials, base))
            .list()
            .send()
            .await
            .unwrap();
        assert_eq!(seen(&erp, Op::Token).len(), asked);
    }
}

/// A fixed token and a provider's are not saved: the program has them.
#[tokio::test]
async fn other_tokens_are_not_saved() {
    let erp = network(|_, _| None);
    let store = Arc::new(MemoryStore::default());
    let http = || HttpOptions::default().transport(erp.clone());
    let fixed = ErpFilesClient::builder()
        .base_url("https://clinic.example")
        .access_token("EXAMPLE-TOKEN");
    let fixed = fixed.store(store.clone()).http(http()).build().unwrap();
    files(&fixed).list().send().await.unwrap();
    let client = builder(&erp).store(store).build().unwrap();
    files(&client).list().send().await.unwrap();
    assert_eq!(seen(&erp, Op::Token).len(), 1);
}
