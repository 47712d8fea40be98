//! How long the engine waits before it repeats a call.

use std::time::Duration;

use common_http::transport::{FakeAnswer, TransportError};
use common_http::{Cause, Engine, ErrorKind, HttpOptions, RetryPolicy};
use tokio::time::Instant;

use crate::helper::Step::{self, Fails, Good, Later, Status};
use crate::helper::{
    BLANK_VENDOR, FETCH, READ, answering, call, engine, engine_with, failure, millis, network,
    pauses, seconds,
};

/// The one wait of a call that fails in this way and then succeeds.
async fn wait_after(step: Step) -> Duration {
    let network = network([step, Good]);
    call(&engine(&network), &READ).await.unwrap();
    pauses(&network)[0]
}

#[tokio::test(start_paused = true)]
async fn backoff_doubles_and_is_drawn_at_random_below() {
    let mut longest = [Duration::ZERO; 3];
    for _ in 0..60 {
        let network = network([Status(500)]);
        failure(&network, &READ).await;
        for (longest, pause) in longest.iter_mut().zip(pauses(&network)) {
            *longest = pause.max(*longest);
        }
    }
    // Timers have a resolution of one millisecond.
    for (longest, bound) in longest.into_iter().zip([200, 400, 800]) {
        assert!(longest <= millis(bound + 1), "{longest:?}");
        assert!(longest >= millis(bound / 2), "{longest:?}");
    }
}

/// The longest first pause of many calls that fail in this way and then succeed.
async fn longest_wait(step: Step, policy: &RetryPolicy) -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..40 {
        let network = network([step.clone(), Good]);
        let options = HttpOptions::default().retry(policy.clone());
        let options = options.transport(network.clone());
        let builder = Engine::builder(&BLANK_VENDOR, "http://localhost").http(options);
        call(&builder.build().unwrap(), &READ).await.unwrap();
        longest = longest.max(pauses(&network)[0]);
    }
    longest
}

#[tokio::test(start_paused = true)]
async fn the_backoff_can_be_set() {
    let normal = RetryPolicy::default();
    let slow = normal.clone().base(seconds(10)).throttle_base(seconds(20));
    let capped = slow.clone().cap(seconds(3));
    let refused = || Fails(TransportError::Connect(Cause::Refused));
    // Without a known limit, throttling has a longer backoff.
    for (step, policy, bound) in [
        (refused(), &normal, 200),
        (Status(429), &normal, 1_000),
        (refused(), &slow, 10_000),
        (Status(429), &slow, 20_000),
        (refused(), &capped, 3_000),
        (Status(429), &capped, 3_000),
    ] {
        let longest = longest_wait(step.clone(), policy).await;
        assert!(longest <= millis(bound + 1), "{step:?}: {longest:?}");
        assert!(longest > millis(bound / 2), "{step:?}: {longest:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for_exactly() {
    assert_eq!(wait_after(Later(429, "7")).await, seconds(7));
    assert_eq!(wait_after(Later(503, "61")).await, seconds(61));
    assert_eq!(wait_after(Later(429, "299")).await, seconds(299));
    // The same for statuses that are not throttling.
    for status in [500, 502, 504, 408] {
        assert_eq!(wait_after(Later(status, "7")).await, seconds(7));
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_is_compared_with_the_answers_date() {
    let network = FakeAnswer::status(429)
        .header("date", "Wed, 02 Jan 2030 03:04:05 GMT")
        .header("retry-after", "Wed, 02 Jan 2030 03:05:25 GMT");
    let answers = std::sync::Mutex::new(vec![FakeAnswer::json("{}"), network]);
    let network = answering(move || answers.lock().unwrap().pop().unwrap());
    call(&engine(&network), &READ).await.unwrap();
    assert_eq!(pauses(&network), [seconds(80)]);
}

/// Even a wait of zero keeps some jitter, so that not all clients retry at the same moment.
#[tokio::test(start_paused = true)]
async fn a_retry_after_of_zero_or_in_the_past_uses_the_backoff() {
    for header in ["0", "Wed, 02 Jan 2002 03:04:05 GMT"] {
        let mut longest = Duration::ZERO;
        for _ in 0..40 {
            longest = longest.max(wait_after(Later(429, header)).await);
        }
        assert!(
            longest <= millis(1001) && longest > millis(500),
            "{longest:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_valid_retry_after_a_429_waits_for_the_known_limit() {
    assert_eq!(wait_after(Status(429)).await, seconds(60));
    for garbage in ["-5", "soon", "", "1.5.2", "Wed, 99 Jan 2030", "+5", "1 2"] {
        assert_eq!(
            wait_after(Later(429, garbage)).await,
            seconds(60),
            "{garbage}"
        );
        // A 503 without a Retry-After is a failure.
        assert!(
            wait_after(Later(503, garbage)).await <= millis(201),
            "{garbage}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_known_wait_can_be_set() {
    let network = network([Status(429), Good]);
    let policy = RetryPolicy::default().throttle_floor(seconds(5));
    let engine = engine_with(&network, HttpOptions::default().retry(policy));
    call(&engine, &READ).await.unwrap();
    assert_eq!(pauses(&network), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_fails_at_once_and_says_how_long() {
    for (step, kind, after) in [
        (Later(429, "301"), ErrorKind::RateLimited, 301),
        (Later(503, "86400"), ErrorKind::Server, 86_400),
        (Later(429, "999999999"), ErrorKind::RateLimited, 999_999_999),
        // It is not throttling, so the wait counts as working time.
        (Later(500, "60"), ErrorKind::Server, 60),
    ] {
        let network = network([step.clone()]);
        let (error, took) = failure(&network, &READ).await;
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{step:?}");
        assert_eq!(error.retry_after(), Some(seconds(after)));
        assert_eq!(took, Duration::ZERO, "{step:?}");
    }
}

/// A transfer has no deadline, so waits at the vendor's request need a limit.
#[tokio::test(start_paused = true)]
async fn the_waits_of_a_transfer_are_limited() {
    for status in [429, 500, 502, 503, 504] {
        let network = network([Later(status, "100000000")]);
        let (error, took) = failure(&network, &FETCH).await;
        assert_eq!((error.attempts(), took), (1, Duration::ZERO), "{status}");
        assert_eq!(error.retry_after(), Some(seconds(100_000_000)));
    }
}

#[tokio::test(start_paused = true)]
async fn waits_for_the_vendor_have_one_common_limit() {
    let network = network([Later(429, "200"), Later(429, "100"), Later(429, "1")]);
    let (error, took) = failure(&network, &READ).await;
    assert_eq!((error.attempts(), took), (3, seconds(300)));
    assert_eq!(error.retry_after(), Some(seconds(1)));
}

#[tokio::test(start_paused = true)]
async fn the_bound_can_be_set() {
    let network = network([Later(429, "11"), Good]);
    let policy = RetryPolicy::default().max_throttle_wait(seconds(10));
    let engine = engine_with(&network, HttpOptions::default().retry(policy));
    let error = call(&engine, &READ).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(11)));
    assert_eq!(network.count(), 1);
}

/// For an answer that is not retried, the error has the Retry-After and the client does not wait.
#[tokio::test(start_paused = true)]
async fn an_error_without_a_retry_reports_the_retry_after() {
    let started = Instant::now();
    let network = network([Later(403, "30")]);
    let error = call(&engine(&network), &READ).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(30)));
    assert_eq!((network.count(), started.elapsed()), (1, Duration::ZERO));
}
