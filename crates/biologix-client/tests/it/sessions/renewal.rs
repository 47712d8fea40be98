//! When a session is renewed: before its end, and once after a 401.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common_http::ErrorKind;
use common_http::transport::{FakeAnswer, FakeTransport};
use tokio::time::sleep;

use crate::support::{
    A_WHILE, DAY, LIST, LOGIN, TOKEN, authorization, builder, client, header, network, opened,
    page, partner, requests_to,
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn the_token_is_renewed_after_6_days() {
    let network = network(|_| page("[]", 0));
    let client = client(&network);
    client.exams(&partner()).list().send().await.unwrap();
    sleep(6 * DAY - SECOND).await;
    client.exams(&partner()).list().send().await.unwrap();
    assert_eq!(requests_to(&network, LOGIN).len(), 1);
    sleep(SECOND).await;
    client.exams(&partner()).list().send().await.unwrap();
    client.exams(&partner()).list().send().await.unwrap();
    assert_eq!(requests_to(&network, LOGIN).len(), 2);
    let lists = requests_to(&network, LIST);
    let used: Vec<_> = lists
        .iter()
        .map(|request| header(request, "authorization").unwrap().to_owned())
        .collect();
    let [first, second] = [TOKEN, "EXAMPLETOKEN0002"].map(authorization);
    assert_eq!(used, [first.clone(), first, second.clone(), second]);
}

#[tokio::test(start_paused = true)]
async fn when_to_renew_can_be_set() {
    let network = network(|_| page("[]", 0));
    let client = builder(&network).renew_after(DAY).build().unwrap();
    for logins in [1, 2, 3] {
        client.exams(&partner()).list().send().await.unwrap();
        assert_eq!(requests_to(&network, LOGIN).len(), logins);
        sleep(DAY).await;
    }
}

/// A second, identical login, with no other call and nothing that ends the first session.
#[tokio::test(start_paused = true)]
async fn a_renewal_is_another_login() {
    let network = network(|_| page("[]", 0));
    let client = client(&network);
    client.sessions().open().send().await.unwrap();
    sleep(6 * DAY).await;
    client.sessions().open().send().await.unwrap();
    let requests = network.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].target, requests[1].target);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].headers, requests[1].headers);
}

#[tokio::test(start_paused = true)]
async fn where_renewing_fails_the_old_token_is_used_for_its_7_days() {
    let down = Arc::new(AtomicBool::new(false));
    let seen = down.clone();
    let network = FakeTransport::new(move |request| match request.target.as_str() {
        LOGIN if seen.load(Ordering::Relaxed) => FakeAnswer::status(500),
        LOGIN => opened().header("bx-session-token", TOKEN),
        _ => page("[]", 0),
    });
    let client = client(&network);
    client.exams(&partner()).list().send().await.unwrap();
    down.store(true, Ordering::Relaxed);
    sleep(6 * DAY).await;
    client.exams(&partner()).list().send().await.unwrap();
    sleep(DAY - A_WHILE).await;
    client.exams(&partner()).list().send().await.unwrap();
    for request in requests_to(&network, LIST) {
        assert_eq!(
            header(&request, "authorization"),
            Some(&*authorization(TOKEN))
        );
    }
    sleep(A_WHILE).await;
    let error = client.exams(&partner()).list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(error.operation(), Some("biologix.sessions.open"));
    assert_eq!(requests_to(&network, LIST).len(), 3);
}
