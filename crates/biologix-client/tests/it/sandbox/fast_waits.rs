//! A client that waits and ages by the sandbox's clock.

use std::time::Duration;

use biologix_client::sandbox::{Sandbox, Settings, Throttle};
use biologix_client::{BiologixClient, BiologixClientBuilder, ErrorKind, HttpOptions, PartnerId};

const LIST: &str = "biologix.exams.list";
const LOGIN: &str = "biologix.sessions.open";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn start(settings: Settings) -> (Sandbox, BiologixClientBuilder) {
    let sandbox = Sandbox::with(settings).await.unwrap();
    sandbox.clock().freeze();
    let http = HttpOptions::default().fast_waits(sandbox.clock());
    let builder = sandbox.client_builder().http(http);
    (sandbox, builder)
}

async fn list(sandbox: &Sandbox, client: &BiologixClient) -> biologix_client::Result<usize> {
    let centre = PartnerId::from(&sandbox.settings.partner_id);
    let mut exams = client.exams(&centre).list().items();
    let mut count = 0;
    while let Some(item) = exams.next().await {
        item?;
        count += 1;
    }
    Ok(count)
}

#[tokio::test]
async fn a_throttled_list_takes_its_time_by_that_clock_only() {
    let throttle = Throttle {
        calls: 5,
        window: MINUTE,
        retry_after: None,
    };
    let settings = Settings {
        exams: 1_000,
        throttle: Some(throttle),
        ..Settings::default()
    };
    let (sandbox, builder) = start(settings).await;
    let client = builder.build().unwrap();
    let began = sandbox.clock().now();
    assert_eq!(list(&sandbox, &client).await.unwrap(), 1_000);
    // A minute after the fifth page, and then a second between the pages.
    let waited = sandbox.clock().now().duration_since(began).unwrap();
    assert!(waited > MINUTE + Duration::from_secs(4), "{waited:?}");
    assert_eq!(sandbox.sessions_opened(), 1);
}

#[tokio::test]
async fn a_session_is_renewed_when_that_clock_says_so() {
    let (sandbox, builder) = start(Settings::default()).await;
    let client = builder.build().unwrap();
    for (days, sessions) in [(0, 1), (5, 1), (1, 2), (30, 3)] {
        sandbox.clock().advance(days * DAY);
        list(&sandbox, &client).await.unwrap();
        assert_eq!(sandbox.sessions_opened(), sessions, "{days}");
    }
    // No call was refused: each list is three pages.
    assert_eq!(sandbox.count(LIST), 4 * 3);
}

#[tokio::test]
async fn a_session_that_the_vendor_ended_is_young_for_a_minute_of_that_clock() {
    for (age, renewed) in [(MINUTE / 2, false), (MINUTE, true)] {
        let (sandbox, builder) = start(Settings::default()).await;
        let client = builder.build().unwrap();
        client.sessions().open().await.unwrap();
        sandbox.expire_tokens();
        sandbox.clock().advance(age);
        let listed = list(&sandbox, &client).await;
        assert_eq!(listed.is_ok(), renewed, "{listed:?}");
        assert_eq!(sandbox.sessions_opened(), 1 + usize::from(renewed));
    }
}

#[tokio::test]
async fn the_pause_after_a_refused_login_passes_by_that_clock() {
    let (sandbox, builder) = start(Settings::default()).await;
    let client = builder.credentials("EXAMPLE", "WRONG").build().unwrap();
    for (seconds, logins) in [(0, 1), (29, 1), (1, 2), (59, 2), (1, 3)] {
        sandbox.clock().advance(Duration::from_secs(seconds));
        let error = client.sessions().open().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(sandbox.count(LOGIN), logins, "{seconds}");
    }
}
