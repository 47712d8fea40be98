//! Throttling: the wait, the pauses between pages after it, and deadlines that are too short for
//! it.

use std::sync::Arc;
use std::time::Duration;

use biologix_client::{BiologixClient, ErrorCode};
use common_http::transport::FakeTransport;
use common_http::{CallOptions, Delivery, ErrorKind, HttpOptions, RetryPolicy};

use super::server::{Fault, Server, Turn};
use crate::support::{LIST, builder, client, network, page, partner, refusal, requests_to};

const SECOND: Duration = Duration::from_secs(1);

fn throttled(retry_after: Option<u64>) -> Turn {
    Turn {
        fault: Some(Fault::Throttled(retry_after)),
        ..Turn::CALM
    }
}

/// Reads the whole list and returns the pauses between its requests.
async fn pauses(client: &BiologixClient, network: &Arc<FakeTransport>) -> Vec<Duration> {
    let mut exams = client.exams(&partner()).list().page_size(1).items();
    while let Some(listed) = exams.next().await {
        listed.unwrap();
    }
    let times: Vec<_> = requests_to(network, LIST)
        .iter()
        .map(|request| request.at)
        .collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_429_without_retry_after_waits_60_seconds() {
    let network = Server::new(1, vec![throttled(None)]).network();
    assert_eq!(pauses(&client(&network), &network).await[0], 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_wait_after_a_429_can_be_set() {
    let network = Server::new(1, vec![throttled(None)]).network();
    let policy = RetryPolicy::default().throttle_floor(7 * SECOND);
    let http = HttpOptions::default()
        .transport(network.clone())
        .retry(policy);
    let client = builder(&network).http(http).build().unwrap();
    assert_eq!(pauses(&client, &network).await[0], 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_honoured_instead() {
    for secs in [5, 61, 200] {
        let network = Server::new(1, vec![throttled(Some(secs))]).network();
        let waited = pauses(&client(&network), &network).await;
        assert_eq!(waited[0], Duration::from_secs(secs));
    }
}

#[tokio::test(start_paused = true)]
async fn pages_are_spaced_after_a_429_and_ever_less() {
    let turns = vec![Turn::CALM, Turn::CALM, throttled(None)];
    let network = Server::new(70, turns).network();
    let pauses = pauses(&client(&network), &network).await;
    let mut expected = vec![Duration::ZERO, Duration::ZERO, 60 * SECOND];
    for millis in [1000, 500, 250, 125] {
        expected.extend([Duration::from_millis(millis); 10]);
    }
    expected.extend([Duration::from_micros(62_500); 10]);
    expected.extend([Duration::ZERO; 18]);
    assert_eq!(pauses.len(), expected.len());
    for (index, (pause, expected)) in pauses.iter().zip(&expected).enumerate() {
        // The clock of the tests counts milliseconds.
        let off = pause.abs_diff(*expected);
        assert!(
            off <= Duration::from_millis(1),
            "{index}: {pause:?}, not {expected:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn another_429_brings_the_full_spacing_back() {
    let mut turns = vec![throttled(None)];
    turns.extend(vec![Turn::CALM; 15]);
    turns.push(throttled(Some(9)));
    let network = Server::new(20, turns).network();
    let client = builder(&network).page_spacing(4 * SECOND).build().unwrap();
    let pauses = pauses(&client, &network).await;
    assert_eq!(pauses[0], 60 * SECOND);
    assert_eq!(pauses[1..11], [4 * SECOND; 10]);
    assert_eq!(pauses[11..16], [2 * SECOND; 5]);
    assert_eq!(pauses[16], 9 * SECOND);
    assert_eq!(pauses[17..], [4 * SECOND; 5]);
}

#[tokio::test(start_paused = true)]
async fn without_throttling_pages_follow_each_other_at_once() {
    let network = Server::new(50, Vec::new()).network();
    let pauses = pauses(&client(&network), &network).await;
    assert_eq!(pauses, [Duration::ZERO; 50]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_the_deadline_fails_at_once() {
    let network = network(|_| refusal(429, "tooManyRequests"));
    let client = client(&network);
    client.sessions().open().send().await.unwrap();
    let before = tokio::time::Instant::now();
    let urgent = CallOptions::default().deadline(59 * SECOND);
    let list = client.exams(&partner()).list().options(urgent);
    let error = list.items().next().await.unwrap().unwrap_err();
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::TooManyRequests));
    assert_eq!(error.retry_after(), Some(60 * SECOND));
    assert_eq!(
        (error.attempts(), error.delivery()),
        (1, Delivery::Answered)
    );
    assert!(error.is_transient());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_a_pages_and_not_the_pauses() {
    let network = Server::new(40, vec![throttled(Some(3))]).network();
    let each = CallOptions::default().deadline(4 * SECOND);
    let client = client(&network);
    let mut exams = client
        .exams(&partner())
        .list()
        .page_size(1)
        .options(each)
        .items();
    let mut count = 0;
    while let Some(listed) = exams.next().await {
        listed.unwrap();
        count += 1;
    }
    assert_eq!(count, 40);
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_is_an_error_in_the_end() {
    let network = network(|request| {
        if request.target.contains("offset=0&") {
            page(r#"[{"examId":"E1"}]"#, 2)
        } else {
            refusal(429, "tooManyRequests")
        }
    });
    let mut exams = client(&network).exams(&partner()).list().items();
    assert!(exams.next().await.unwrap().is_ok());
    let before = tokio::time::Instant::now();
    let error = exams.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(
        (error.attempts(), error.retry_after()),
        (4, Some(60 * SECOND))
    );
    assert_eq!(before.elapsed(), 180 * SECOND);
    assert!(exams.next().await.is_none());
    assert_eq!(exams.cursor().offset(), 1);
}
