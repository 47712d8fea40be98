//! The retry table, row by row, through the whole engine.

use std::time::Duration;

use common_http::Cause::{self, Refused};
use common_http::transport::FakeAnswer;
use common_http::transport::TransportError::{Connect, Interrupted, NotProcessed, Protocol};
use common_http::{CallOptions, Delivery, Effect, ErrorKind, HttpOptions, Operation, RetryPolicy};

use crate::helper::Step::{self, Cut, Fails, Good, Huge, Later, Short, Silent, Status};
use crate::helper::{
    CHANGE, FETCH, LOGIN, ORDER, READ, REPLACE, STORE, answering, call, call_with, effect, engine,
    engine_with, fate, network, seconds,
};

/// A row of the table: how each attempt ends, how often the request is sent, and the error.
///
/// The three counts are for a safe or idempotent operation, an effectful one and a login.
type Row = (Step, [usize; 3], ErrorKind, Delivery);

fn table() -> Vec<Row> {
    use Delivery::{Answered, NotSent, Unknown};
    let not_sent = [
        Cause::Dns,
        Refused,
        Cause::ConnectTimeout,
        Cause::TlsHandshake,
    ]
    .map(Connect);
    let not_sent = not_sent
        .into_iter()
        .chain([NotProcessed])
        .map(|error| (Fails(error), [4, 4, 3], ErrorKind::Connect, NotSent));
    let barred = [
        Cause::ProxyStatus,
        Cause::TlsUnknownIssuer,
        Cause::TlsExpired,
    ]
    .map(Connect);
    let barred = barred.map(|error| (Fails(error), [1, 1, 1], ErrorKind::Connect, NotSent));
    let lost = [Fails(Interrupted), Fails(Protocol), Cut, Short];
    let lost = lost.map(|step| (step, [4, 1, 3], ErrorKind::Interrupted, Unknown));
    let failed = [500, 502, 503, 504];
    let failed = failed.map(|status| (Status(status), [4, 1, 3], ErrorKind::Server, Unknown));
    let refused = [
        (302, ErrorKind::Rejected),
        (400, ErrorKind::Rejected),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (422, ErrorKind::Rejected),
    ];
    let refused = refused.map(|(status, kind)| (Status(status), [1, 1, 1], kind, Answered));
    let mut rows = vec![
        (Silent, [4, 1, 3], ErrorKind::Timeout, Unknown),
        (Status(408), [4, 1, 1], ErrorKind::Timeout, Unknown),
        (Status(429), [4, 4, 1], ErrorKind::RateLimited, Answered),
        (Later(429, "2"), [4, 4, 1], ErrorKind::RateLimited, Answered),
        (Status(501), [1, 1, 1], ErrorKind::Server, Unknown),
        (Huge, [1, 1, 1], ErrorKind::TooLarge, Answered),
    ];
    rows.extend(not_sent);
    rows.extend(barred);
    rows.extend(lost);
    rows.extend(failed);
    rows.extend(refused);
    rows
}

/// Settings that allow four attempts, whatever their outcomes.
fn patient() -> HttpOptions {
    let policy = RetryPolicy::default().throttle_floor(seconds(2));
    HttpOptions::default()
        .head_timeout(seconds(5))
        .retry(policy)
}

#[tokio::test(start_paused = true)]
async fn each_row() {
    for (step, [freely, effectful, login], kind, delivery) in table() {
        for (operation, attempts) in [
            (&READ, freely),
            (&REPLACE, freely),
            (&ORDER, effectful),
            (&CHANGE, effectful),
            (&LOGIN, login),
        ] {
            let network = network([step.clone()]);
            let error = call(&engine_with(&network, patient()), operation)
                .await
                .unwrap_err();
            let seen = (error.kind(), error.delivery(), network.count());
            assert_eq!(seen, (kind, delivery, attempts), "{operation} {step:?}");
            assert_eq!(error.attempts() as usize, attempts, "{operation} {step:?}");
            assert_eq!(error.operation(), Some(operation.id()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_repeated_can_succeed() {
    for (step, attempts, ..) in table() {
        for (operation, attempts) in [&READ, &ORDER, &LOGIN].into_iter().zip(attempts) {
            let network = network([step.clone(), Good]);
            let result = call(&engine_with(&network, patient()), operation).await;
            assert_eq!(result.is_ok(), attempts > 1, "{operation} {step:?}");
            if let Ok(answer) = result {
                assert_eq!((answer.attempts(), network.count()), (2, 2));
                assert_eq!(answer.was_throttled(), step.answers_429(), "{step:?}");
            }
        }
    }
}

/// A 503 with a Retry-After means that the call had no effect. For a login it is still a server
/// error.
#[tokio::test(start_paused = true)]
async fn a_503_with_retry_after() {
    for (operation, attempts, delivery) in [
        (&READ, 4, Delivery::Answered),
        (&ORDER, 4, Delivery::Answered),
        (&LOGIN, 3, Delivery::Unknown),
    ] {
        let network = network([Later(503, "2")]);
        let error = call(&engine(&network), operation).await.unwrap_err();
        assert_eq!(network.count(), attempts, "{operation}");
        assert_eq!(error.delivery(), delivery, "{operation}");
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(error.retry_after(), Some(seconds(2)));
    }
}

/// A code that the vendor documents as transient makes a refusal a failure.
#[tokio::test(start_paused = true)]
async fn a_transient_code_under_a_status_of_a_refusal() {
    for (operation, attempts) in [(&READ, 4), (&ORDER, 1)] {
        let network = answering(|| {
            let answer = FakeAnswer::status(400);
            answer.chunk(Duration::ZERO, r#"{"error":"busyCode"}"#)
        });
        let error = call(&engine(&network), operation).await.unwrap_err();
        assert_eq!(network.count(), attempts, "{operation}");
        let expected = (ErrorKind::Rejected, Delivery::Unknown);
        assert_eq!(fate(&error), expected, "{operation}");
    }
}

/// Without a session there is nothing to renew, so a 401 is final.
#[tokio::test(start_paused = true)]
async fn a_401_without_a_session() {
    for (operation, kind) in [
        (&READ, ErrorKind::Unauthenticated),
        (&ORDER, ErrorKind::Unauthenticated),
        (&LOGIN, ErrorKind::Credentials),
    ] {
        let network = network([Status(401)]);
        let error = call(&engine(&network), operation).await.unwrap_err();
        assert_eq!((error.kind(), network.count()), (kind, 1), "{operation}");
        assert_eq!(error.delivery(), Delivery::Answered);
    }
}

#[tokio::test(start_paused = true)]
async fn the_effect_can_be_overridden_for_one_call() {
    for (operation, given, attempts) in [
        (&ORDER, Effect::Safe, 4),
        (&ORDER, Effect::Idempotent, 4),
        (&READ, Effect::Effectful, 1),
        (&REPLACE, Effect::Effectful, 1),
        // A login is still treated as a login.
        (&LOGIN, Effect::Effectful, 3),
    ] {
        let network = network([Status(500)]);
        let result = call_with(&engine(&network), operation, effect(given)).await;
        assert_eq!(
            result.unwrap_err().attempts(),
            attempts,
            "{operation} {given:?}"
        );
        assert_eq!(network.count() as u32, attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_and_settable() {
    let transfer = |attempts| RetryPolicy::default().max_transfer_attempts(attempts);
    let any = |attempts| RetryPolicy::default().max_attempts(attempts);
    for (operation, policy, attempts) in [
        (&READ, RetryPolicy::default(), 4),
        (&FETCH, RetryPolicy::default(), 3),
        (&STORE, RetryPolicy::default(), 3),
        (&LOGIN, RetryPolicy::default(), 3),
        (&READ, RetryPolicy::never(), 1),
        (&STORE, RetryPolicy::never(), 1),
        (&LOGIN, RetryPolicy::never(), 1),
        (&READ, any(6), 6),
        (&READ, any(0), 1),
        (&STORE, any(6), 3),
        (&STORE, transfer(5), 5),
        // Logins are repeated at most twice, whatever the setting for calls.
        (&LOGIN, any(6), 3),
        (&LOGIN, any(2), 2),
    ] {
        assert_eq!(
            attempts_with(operation, &policy, CallOptions::default()).await,
            attempts
        );
        let three = CallOptions::default().max_attempts(2);
        assert_eq!(attempts_with(operation, &policy, three).await, 2);
    }
    let none = CallOptions::default().max_attempts(0);
    assert_eq!(attempts_with(&READ, &RetryPolicy::default(), none).await, 1);
}

async fn attempts_with(operation: &Operation, policy: &RetryPolicy, options: CallOptions) -> usize {
    let network = network([Fails(Connect(Refused))]);
    let engine = engine_with(&network, HttpOptions::default().retry(policy.clone()));
    let error = call_with(&engine, operation, options).await.unwrap_err();
    assert_eq!(error.attempts() as usize, network.count());
    network.count()
}

/// Each retry is judged by its own outcome, and the last error is the call's.
#[tokio::test(start_paused = true)]
async fn outcomes_may_differ_from_attempt_to_attempt() {
    for (operation, steps, attempts, kind, delivery) in [
        (
            &READ,
            vec![Fails(Connect(Cause::Dns)), Status(500), Status(404)],
            3,
            ErrorKind::NotFound,
            Delivery::Unknown,
        ),
        (
            &ORDER,
            vec![Fails(Connect(Cause::Dns)), Later(429, "1"), Status(404)],
            3,
            ErrorKind::NotFound,
            Delivery::Answered,
        ),
        (
            &ORDER,
            vec![Fails(Connect(Cause::Dns)), Later(503, "1"), Silent],
            3,
            ErrorKind::Timeout,
            Delivery::Unknown,
        ),
        // The last attempt was not sent, and the one before got no final answer.
        (
            &ORDER,
            vec![Later(429, "1"), Fails(Connect(Cause::Dns))],
            4,
            ErrorKind::Connect,
            Delivery::Unknown,
        ),
        (
            &ORDER,
            vec![Fails(Connect(Cause::TlsHandshake)), Huge],
            2,
            ErrorKind::TooLarge,
            Delivery::Answered,
        ),
        (
            &READ,
            vec![Silent, Huge],
            2,
            ErrorKind::TooLarge,
            Delivery::Unknown,
        ),
    ] {
        let network = network(steps.clone());
        let error = call(&engine_with(&network, patient()), operation)
            .await
            .unwrap_err();
        let seen = (network.count(), error.kind(), error.delivery());
        assert_eq!(seen, (attempts, kind, delivery), "{steps:?}");
    }
}

impl Step {
    fn answers_429(&self) -> bool {
        matches!(self, Status(429) | Later(429, _))
    }
}
