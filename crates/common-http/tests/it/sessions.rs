//! One session for all calls: opened once, renewed ahead of expiry, discarded only if it was
//! refused.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{CallOptions, Delivery, Engine, ErrorKind, HttpOptions, Operation};
use futures_util::future::join_all;
use tokio::time::{Instant, advance, sleep};

use crate::helper::Step::Good;
use crate::helper::door::{
    Login, MINE, MY_ORDER, authorization, builder_with, calls, client, door, logins, only, token,
    welcome,
};
use crate::helper::{
    LOGIN, READ, call, call_with, decode, engine, fate, login, millis, network, seconds,
};

const WEEK: Duration = seconds(7 * 24 * 3600);
const SIX_DAYS: Duration = seconds(6 * 24 * 3600);

/// A login whose session lasts a week and is renewed after six days, like those of Biologix.
fn weekly() -> Login {
    Login {
        lifetime: Some(WEEK),
        refresh_after: Some(SIX_DAYS),
    }
}

/// Makes `count` concurrent calls, each in its own task.
async fn many(engine: &Engine, count: usize) -> Vec<common_http::Result<common_http::Answer>> {
    let calls = (0..count).map(|_| {
        let engine = engine.clone();
        tokio::spawn(async move { call(&engine, &MINE).await })
    });
    join_all(calls)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_make_one_login() {
    let network = door(|n| token(n).after(seconds(2)), welcome);
    let client = client(&network, weekly());
    for session in 1..=3 {
        assert!(many(&client, 1000).await.iter().all(Result::is_ok));
        assert_eq!(logins(&network), session);
        // The session has expired.
        advance(WEEK).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_make_one_login_on_many_threads() {
    let network = door(token, welcome);
    let client = client(&network, Login::default());
    assert!(many(&client, 1000).await.iter().all(Result::is_ok));
    assert_eq!(logins(&network), 1);
}

/// All thousand calls get a 401 for the old token, at different times.
#[tokio::test(start_paused = true)]
async fn a_thousand_refused_calls_make_one_login() {
    let network = door(
        |n| token(n).after(seconds(2)),
        |request| {
            if authorization(request) == "basic TOKEN-1" {
                FakeAnswer::status(401).after(millis(request.index as u64 * 5))
            } else {
                FakeAnswer::json("{}").after(seconds(1))
            }
        },
    );
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(61)).await;
    let answers = many(&client, 1000).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap().attempts() == 2)
    );
    assert_eq!((logins(&network), calls(&network)), (2, 2000));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_leader_leaves_its_login_to_the_next() {
    let network = door(|n| token(n).after(seconds(2)), welcome);
    let client = client(&network, Login::default());
    let leader = {
        let client = client.clone();
        tokio::spawn(async move { call(&client, &MINE).await })
    };
    sleep(seconds(1)).await;
    let rest = {
        let client = client.clone();
        tokio::spawn(async move { many(&client, 1000).await })
    };
    sleep(millis(500)).await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    assert!(rest.await.unwrap().iter().all(Result::is_ok));
    assert_eq!(logins(&network), 1);
}

#[tokio::test(start_paused = true)]
async fn a_401_to_an_old_token_is_answered_with_one_login() {
    let network = door(token, only(&[2]));
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(60)).await;
    for operation in [&MINE, &MY_ORDER] {
        assert!(call(&client, operation).await.is_ok());
    }
    assert_eq!((logins(&network), calls(&network)), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_401_to_a_young_token_is_an_answer() {
    let network = door(token, only(&[]));
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(millis(59_999)).await;
    for _ in 0..3 {
        let error = call(&client, &MINE).await.unwrap_err();
        let seen = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(seen, (ErrorKind::Unauthenticated, 1, Delivery::Answered));
    }
    assert_eq!(logins(&network), 1);
}

/// The vendor has accepted the token before, so the 401 says that it has ended the session.
#[tokio::test(start_paused = true)]
async fn a_401_to_a_young_token_that_was_accepted_is_answered_with_one_login() {
    let network = door(token, |request| {
        let ended = request.index > 1 && authorization(request) == "basic TOKEN-1";
        if ended {
            FakeAnswer::status(401)
        } else {
            FakeAnswer::json("{}")
        }
    });
    let client = client(&network, Login::default());
    for (attempts, opened) in [(1, 1), (2, 2)] {
        assert_eq!(call(&client, &MINE).await.unwrap().attempts(), attempts);
        assert_eq!(logins(&network), opened);
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_to_a_download_is_answered_with_one_login() {
    let network = door(token, only(&[2]));
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(60)).await;
    let download = client.request(&MINE).download().await.unwrap();
    assert_eq!(download.bytes().await.unwrap(), "{}");
    assert_eq!((logins(&network), calls(&network)), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_second_401_is_the_answer() {
    let network = door(token, only(&[]));
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(3600)).await;
    let error = call(&client, &MY_ORDER).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Unauthenticated, Some(MY_ORDER.id()))
    );
    assert_eq!(
        (error.attempts(), error.delivery()),
        (2, Delivery::Answered)
    );
    assert_eq!((logins(&network), calls(&network)), (2, 2));
}

/// The attempt that got the 401 does not count as one of the call's attempts.
#[tokio::test(start_paused = true)]
async fn a_renewal_is_no_repetition() {
    for (allowed, answers, attempts) in [
        (1, vec![401, 200], 2),
        (2, vec![401, 500, 200], 3),
        (2, vec![500, 401, 200], 3),
    ] {
        let next = AtomicUsize::new(0);
        let answers = move || FakeAnswer::status(answers[next.fetch_add(1, Ordering::SeqCst)]);
        let network = door(token, move |_| answers());
        let client = client(&network, Login::default());
        login(&client).await.unwrap();
        advance(seconds(3600)).await;
        let options = CallOptions::default().max_attempts(allowed);
        let answer = call_with(&client, &MINE, options).await.unwrap();
        assert_eq!(answer.attempts(), attempts);
    }
}

/// Not even if the second 401 arrives so late that the new token is an old one by then.
#[tokio::test(start_paused = true)]
async fn a_call_makes_at_most_one_login() {
    static MY_FILE: Operation = Operation::get("testing.mine.file", "/file").transfer();
    let network = door(token, |_| FakeAnswer::status(401).after(seconds(100)));
    let patient = HttpOptions::default().head_timeout(seconds(200));
    let client = builder_with(&network, Login::default(), patient)
        .build()
        .unwrap();
    let error = call(&client, &MY_FILE).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthenticated, 2)
    );
    assert_eq!(logins(&network), 2);
}

/// A call that hangs for an hour and then gets a 401 must not discard the newer token.
#[tokio::test(start_paused = true)]
async fn a_late_401_does_not_throw_the_newer_token_away() {
    let network = door(token, |request| {
        match (authorization(request).as_str(), request.index) {
            ("basic TOKEN-1", 1) => FakeAnswer::status(401).after(seconds(25)),
            ("basic TOKEN-1", _) => FakeAnswer::status(401),
            _ => FakeAnswer::json("{}"),
        }
    });
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(100)).await;
    let late = {
        let client = client.clone();
        tokio::spawn(async move { call(&client, &MINE).await })
    };
    sleep(seconds(1)).await;
    assert!(call(&client, &MINE).await.is_ok());
    assert_eq!(logins(&network), 2);
    assert_eq!(late.await.unwrap().unwrap().attempts(), 2);
    assert!(call(&client, &MINE).await.is_ok());
    assert_eq!(logins(&network), 2);
}

/// The call itself cannot be repeated, but the next one must not use the same token.
#[tokio::test(start_paused = true)]
async fn a_401_to_a_body_that_cannot_be_replayed_still_ends_the_session() {
    let network = door(token, only(&[2]));
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(3600)).await;
    let upload = |n: u8| {
        let body = common_http::Body::single_pass(&b"EXAMPLE"[..], Some(7));
        let request = client.request(&MY_ORDER).body(body, "text/plain");
        async move { (n, request.send().await) }
    };
    let (_, first) = upload(1).await;
    assert_eq!(first.unwrap_err().kind(), ErrorKind::Unauthenticated);
    assert!(upload(2).await.1.is_ok());
    assert_eq!((logins(&network), calls(&network)), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_session_is_renewed_ahead_while_others_go_on_with_the_old() {
    let network = door(|n| token(n).after(seconds(2)), welcome);
    let client = client(&network, weekly());
    login(&client).await.unwrap();
    advance(SIX_DAYS - seconds(3)).await;
    call(&client, &MINE).await.unwrap();
    assert_eq!(logins(&network), 1);
    advance(seconds(4)).await;
    let started = Instant::now();
    assert!(many(&client, 100).await.iter().all(Result::is_ok));
    assert_eq!((logins(&network), started.elapsed()), (2, seconds(2)));
    let with = |token: &str| used(&network).iter().filter(|used| *used == token).count();
    assert_eq!((with("basic TOKEN-1"), with("basic TOKEN-2")), (100, 1));
}

/// The tokens of the calls, in order.
fn used(network: &FakeTransport) -> Vec<String> {
    let requests = network.requests();
    let used = requests.iter().map(authorization);
    used.filter(|used| !used.is_empty()).collect()
}

#[tokio::test(start_paused = true)]
async fn public_operations_and_logins_carry_no_credentials() {
    let network = door(token, welcome);
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    call(&client, &READ).await.unwrap();
    assert_eq!(used(&network), [""; 0]);
    call(&client, &MINE).await.unwrap();
    assert_eq!(used(&network), ["basic TOKEN-1"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_login_said_is_kept() {
    let network = door(token, welcome);
    let client = client(&network, Login::default());
    let options = CallOptions::default();
    let info: String = client
        .open_session(&LOGIN, decode)
        .options(options.clone())
        .await
        .unwrap();
    assert_eq!(info, "EXAMPLE");
    let misread = client
        .open_session(&LOGIN, decode::<u32>)
        .options(options)
        .await;
    let error = misread.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Decode, Delivery::Answered));
    assert_eq!(error.operation(), Some(LOGIN.id()));
    assert_eq!((logins(&network), calls(&network)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn without_credentials_only_public_operations_can_be_called() {
    let network = network([Good]);
    let engine = engine(&network);
    for error in [
        call(&engine, &MINE).await.unwrap_err(),
        login(&engine).await.unwrap_err(),
    ] {
        assert_eq!(fate(&error), (ErrorKind::Config, Delivery::NotSent));
    }
    assert_eq!(network.count(), 0);
    call(&engine, &READ).await.unwrap();
}

/// A session without an expiry is kept until it is refused.
#[tokio::test(start_paused = true)]
async fn without_a_lifetime_a_session_is_kept() {
    let network = door(token, welcome);
    let client = client(&network, Login::default());
    for _ in 0..10 {
        call(&client, &MINE).await.unwrap();
        advance(WEEK * 100).await;
    }
    assert_eq!(used(&network).into_iter().collect::<BTreeSet<_>>().len(), 1);
}
