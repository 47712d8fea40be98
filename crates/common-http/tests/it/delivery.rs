//! An error's delivery is right, whatever happens and in whatever order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{Cause, Delivery, Effect, HttpOptions, Operation, RetryPolicy};
use http::Method;
use proptest::prelude::*;
use tokio::time::advance;

use crate::helper::Step::{self, Cut, Fails, Good, Huge, Later, Short, Silent, Status};
use crate::helper::door::{Login, builder_with, is_login, token};
use crate::helper::{call, login, seconds};

/// What is known about one attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// No byte was sent.
    NotSent,
    /// The vendor gave a final answer.
    Final,
    /// It may have had an effect.
    Doubtful,
}

fn fate(step: &Step) -> Fate {
    match step {
        Fails(error) if error.is_not_sent() => Fate::NotSent,
        Fails(_) | Silent | Cut | Short => Fate::Doubtful,
        // This `Retry-After` is not readable.
        Later(status, "-1") => fate(&Status(*status)),
        Later(503, _) => Fate::Final,
        Status(408 | 500..=599) | Later(408 | 500..=599, _) => Fate::Doubtful,
        Good | Huge | Status(_) | Later(..) => Fate::Final,
    }
}

fn expected(attempts: &[Step]) -> Delivery {
    let fates: Vec<_> = attempts.iter().map(fate).collect();
    match fates.last() {
        _ if fates.iter().all(|fate| *fate == Fate::NotSent) => Delivery::NotSent,
        Some(Fate::Final) if !fates.contains(&Fate::Doubtful) => Delivery::Answered,
        _ => Delivery::Unknown,
    }
}

fn step() -> impl Strategy<Value = Step> {
    let errors = prop::sample::select(vec![
        TransportError::Connect(Cause::Dns),
        TransportError::Connect(Cause::Refused),
        TransportError::Connect(Cause::ConnectTimeout),
        TransportError::Connect(Cause::TlsHandshake),
        TransportError::Interrupted,
        TransportError::Protocol,
    ]);
    let statuses = prop::sample::select(vec![
        301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504, 599,
    ]);
    let others = prop::sample::select(vec![Good, Silent, Cut, Short, Huge]);
    let after = prop::sample::select(vec!["0", "3", "-1", "500"]);
    prop_oneof![
        3 => errors.prop_map(Fails),
        3 => statuses.clone().prop_map(Status),
        2 => (statuses, after).prop_map(|(status, after)| Later(status, after)),
        1 => others,
    ]
}

/// The first script says how attempts end, the second how logins do.
fn scripted(calls: Vec<Step>, logins: Vec<Step>) -> Arc<FakeTransport> {
    let counts = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let next = move |which: usize| counts[which].fetch_add(1, Ordering::SeqCst);
    FakeTransport::new(move |request| {
        if is_login(request) {
            match (next(0), logins.as_slice()) {
                (0, _) | (_, []) => token(1),
                (n, logins) => match &logins[(n - 1) % logins.len()] {
                    Good => token(n + 1),
                    other => other.answer(),
                },
            }
        } else {
            calls
                .get(next(1))
                .map_or(FakeAnswer::status(404), Step::answer)
        }
    })
}

async fn check(calls: Vec<Step>, logins: Vec<Step>, effect: Effect, public: bool) {
    let mut operation = Operation::new("testing.any", Method::POST, "/any").with_effect(effect);
    if public {
        operation = operation.public();
    }
    let network = scripted(calls.clone(), logins);
    let policy = RetryPolicy::default().throttle_floor(seconds(2));
    let options = HttpOptions::default()
        .head_timeout(seconds(3))
        .retry(policy);
    let client = builder_with(&network, Login::default(), options)
        .build()
        .unwrap();
    login(&client).await.unwrap();
    advance(seconds(61)).await;

    let result = call(&client, &operation).await;
    let seen = network
        .requests()
        .iter()
        .filter(|request| !is_login(request))
        .count();
    let mut made = calls;
    made.resize(seen.max(made.len()), Status(404));
    made.truncate(seen);

    match result {
        Ok(answer) => {
            assert_eq!(made.last(), Some(&Good));
            assert_eq!(answer.attempts() as usize, seen);
        }
        Err(error) => {
            assert_ne!(made.last(), Some(&Good));
            assert_eq!(error.delivery(), expected(&made), "{error} after {made:?}");
            if error.operation() == Some(operation.id()) {
                assert_eq!(error.attempts() as usize, seen, "{error}");
            }
        }
    }
    if effect == Effect::Effectful {
        let earlier = &made[..made.len().saturating_sub(1)];
        assert!(
            !earlier.iter().any(|step| fate(step) == Fate::Doubtful),
            "{made:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]
    #[test]
    fn is_sound_for_any_script(
        calls in prop::collection::vec(step(), 1..7),
        logins in prop::collection::vec(step(), 0..4),
        effect in prop::sample::select(vec![Effect::Safe, Effect::Idempotent, Effect::Effectful]),
        public in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(check(calls, logins, effect, public));
    }
}

/// The same for the cases that matter most in a clinic.
#[tokio::test(start_paused = true)]
async fn an_order_whose_fate_is_unknown_is_not_sent_again() {
    for doubtful in [
        Silent,
        Cut,
        Short,
        Status(500),
        Status(504),
        Fails(TransportError::Interrupted),
    ] {
        for before in [
            vec![],
            vec![Fails(TransportError::Connect(Cause::Dns))],
            vec![Later(429, "1")],
            vec![Status(401)],
        ] {
            let calls = [before, vec![doubtful.clone(), Good]].concat();
            check(calls, vec![Good], Effect::Effectful, false).await;
        }
    }
}

/// A login that fails during a call does not change what the call may have done.
#[tokio::test(start_paused = true)]
async fn a_login_that_fails_in_the_middle() {
    for login in [
        Status(500),
        Status(403),
        Silent,
        Fails(TransportError::Connect(Cause::Refused)),
    ] {
        for calls in [
            vec![Status(401)],
            vec![Fails(TransportError::Connect(Cause::Refused)), Status(401)],
            vec![Later(429, "1"), Status(401)],
        ] {
            check(calls.clone(), vec![login.clone()], Effect::Effectful, false).await;
            check(
                [vec![Status(500)], calls].concat(),
                vec![login.clone()],
                Effect::Safe,
                false,
            )
            .await;
        }
    }
}
