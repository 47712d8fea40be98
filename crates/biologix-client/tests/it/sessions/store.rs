//! Sessions that several clients share.

use std::sync::Arc;

use biologix_client::Credentials;
use biologix_client::sandbox::Sandbox;
use common_http::{ErrorKind, MemoryStore};
use tokio::time::sleep;

use crate::support::{
    A_WHILE, LIST, LOGIN, builder, header, network, page, partner, refusal, requests_to,
};

#[tokio::test(start_paused = true)]
async fn clients_of_one_user_share_a_saved_session() {
    let store = Arc::new(MemoryStore::default());
    let network = network(|_| page("[]", 0));
    for _ in 0..3 {
        let client = builder(&network).store(&store).build().unwrap();
        client.exams(&partner()).list().send().await.unwrap();
        let session = client.sessions().open().send().await.unwrap();
        assert_eq!(session.session_id.as_deref(), Some("EXAMPLE-SESSION-ID"));
    }
    assert_eq!(requests_to(&network, LOGIN).len(), 1);
    assert_eq!(requests_to(&network, LIST).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn another_user_name_or_address_is_another_session() {
    let store = Arc::new(MemoryStore::default());
    let network = network(|_| page("[]", 0));
    let of = |name: &str, url: &str| {
        let client = builder(&network).credentials(name, "EXAMPLE-PASSWORD");
        client.base_url(url).store(&store).build().unwrap()
    };
    let here = "http://127.0.0.1:9";
    for (logins, name, url) in [
        (1, "c|EXAMPLE|000001", here),
        (2, "c|EXAMPLE|000002", here),
        (3, "c|EXAMPLE|000001", "http://127.0.0.1:10"),
        (3, "c|EXAMPLE|000002", here),
    ] {
        of(name, url).sessions().open().send().await.unwrap();
        assert_eq!(requests_to(&network, LOGIN).len(), logins, "{name} {url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_has_the_name_that_it_was_given() {
    let store = Arc::new(MemoryStore::default());
    let network = network(|_| page("[]", 0));
    for (logins, name) in [(1, "centre 1"), (2, "centre 2"), (2, "centre 1")] {
        let vault = Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
        let client = builder(&network)
            .credentials_from(name, vault)
            .store(&store);
        client
            .build()
            .unwrap()
            .sessions()
            .open()
            .send()
            .await
            .unwrap();
        assert_eq!(requests_to(&network, LOGIN).len(), logins, "{name}");
    }
}

/// A saved session that the vendor no longer accepts is not taken from the store again.
#[tokio::test(start_paused = true)]
async fn a_saved_session_that_is_refused_is_replaced() {
    let store = Arc::new(MemoryStore::default());
    let network = network(|request| {
        let first = crate::support::authorization(crate::support::TOKEN);
        if header(request, "authorization") == Some(&first) && request.index > 2 {
            refusal(401, "exampleCode")
        } else {
            page("[]", 0)
        }
    });
    let client = || builder(&network).store(&store).build().unwrap();
    let old = client();
    old.exams(&partner()).list().send().await.unwrap();
    sleep(A_WHILE).await;
    let other = client();
    other.exams(&partner()).list().send().await.unwrap();
    sleep(A_WHILE).await;
    other.exams(&partner()).list().send().await.unwrap();
    assert_eq!(requests_to(&network, LOGIN).len(), 2);
    // The first client finds the new one in the store.
    old.exams(&partner()).list().send().await.unwrap();
    assert_eq!(requests_to(&network, LOGIN).len(), 2);
}

/// What one process was refused, no other sends, until it is forgotten.
#[tokio::test]
async fn a_refusal_is_shared_until_it_is_forgotten() {
    let sandbox = Sandbox::start().await.unwrap();
    let store = Arc::new(MemoryStore::default());
    let process = || {
        let builder = sandbox
            .client_builder()
            .credentials("c|EXAMPLE|000001", "WRONG");
        builder.store(&store).build().unwrap()
    };
    for _ in 0..3 {
        let error = process().sessions().open().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.operation(), Some("biologix.sessions.open"));
    }
    assert_eq!(sandbox.count("biologix.sessions.open"), 1);
    let client = process();
    client.sessions().forget_refusal();
    client.sessions().open().await.unwrap_err();
    process().sessions().open().await.unwrap_err();
    assert_eq!(sandbox.count("biologix.sessions.open"), 2);
}
