//! Tokens that several runs or processes share.

use std::sync::Arc;

use common_http::{ErrorKind, HttpOptions, MemoryStore};
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{ClientCredentials, ErpFilesClient};

use crate::support::{Op, builder, credentials, files, network, seen};

#[tokio::test]
async fn a_saved_token_serves_the_next_process() {
    let erp = network(|_, _| None);
    let store = Arc::new(MemoryStore::default());
    let process = |credentials: ClientCredentials, base: &str| -> ErpFilesClient {
        let builder = builder(&erp).base_url(base).credentials(credentials);
        builder.store(&store).build().unwrap()
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
    let fixed = fixed.store(&store).http(http()).build().unwrap();
    files(&fixed).list().send().await.unwrap();
    let client = builder(&erp).store(&store).build().unwrap();
    files(&client).list().send().await.unwrap();
    assert_eq!(seen(&erp, Op::Token).len(), 1);
}

/// What one process was refused, no other sends, until it is forgotten.
#[tokio::test]
async fn a_refusal_is_shared_until_it_is_forgotten() {
    let sandbox = Sandbox::start().await.unwrap();
    let store = Arc::new(MemoryStore::default());
    let wrong = || ClientCredentials::new("EXAMPLE-CLIENT", "WRONG").token_url(sandbox.token_url());
    let process = || {
        let builder = sandbox.client_builder().credentials(wrong());
        builder.store(&store).build().unwrap()
    };
    for _ in 0..3 {
        let error = process().sessions().open().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.operation(), Some("erp.sessions.open"));
    }
    assert_eq!(sandbox.count("erp.sessions.open"), 1);
    let client = process();
    client.sessions().forget_refusal();
    client.sessions().open().await.unwrap_err();
    process().sessions().open().await.unwrap_err();
    assert_eq!(sandbox.count("erp.sessions.open"), 2);
}
