//! Logins that fail: how often they are repeated, and which errors callers get.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{
    Authenticator, CallOptions, Cause, Delivery, Engine, ErrorDetail, ErrorKind, HttpOptions,
    Operation, Profile, Secret, Session, async_trait,
};
use futures_util::future::join_all;
use tokio::time::{Instant, advance, sleep};

use crate::helper::Step::Good;
use crate::helper::door::{
    Login, MINE, authorization, calls, client, door, is_login, logins, only, token, welcome,
};
use crate::helper::{FETCH, LOGIN, VENDOR, call, call_with, fate, login, millis, network, seconds};

/// The distinct errors of `count` concurrent calls, as texts.
async fn failures(client: &Engine, count: usize) -> Vec<String> {
    let results = join_all((0..count).map(|_| call(client, &MINE))).await;
    let mut texts: Vec<_> = results
        .into_iter()
        .map(|result| result.unwrap_err().to_string())
        .collect();
    texts.dedup();
    texts
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_once_per_pause() {
    let network = door(|_| FakeAnswer::status(401), welcome);
    let client = client(&network, Login::default());
    for (tries, pause) in [30, 60, 120, 240, 480, 900, 900, 900]
        .into_iter()
        .enumerate()
    {
        failures(&client, 200).await;
        assert_eq!(logins(&network), tries + 1);
        advance(seconds(pause) - millis(1)).await;
        let error = call(&client, &MINE).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!((error.attempts(), error.delivery()), (0, Delivery::NotSent));
        assert_eq!(error.operation(), Some(LOGIN.id()));
        assert_eq!(error.status().unwrap(), 401);
        assert_eq!(error.retry_after(), Some(millis(1)));
        assert_eq!(logins(&network), tries + 1, "logged in again too early");
        advance(millis(1)).await;
    }
    assert_eq!(calls(&network), 0);
}

#[tokio::test(start_paused = true)]
async fn every_4xx_is_remembered_and_not_repeated() {
    for (status, kind) in [
        (400, ErrorKind::Rejected),
        (401, ErrorKind::Credentials),
        (403, ErrorKind::PermissionDenied),
        (408, ErrorKind::Timeout),
        (422, ErrorKind::Rejected),
        (429, ErrorKind::RateLimited),
    ] {
        let network = door(move |_| FakeAnswer::status(status), welcome);
        let client = client(&network, Login::default());
        for _ in 0..10 {
            let error = call(&client, &MINE).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{status}");
            assert_eq!(error.delivery(), Delivery::NotSent, "{status}");
        }
        assert_eq!(logins(&network), 1, "{status}");
    }
}

/// The `Retry-After` of a 429 or 503 counts, up to 15 minutes. In any other answer it is ignored.
#[tokio::test(start_paused = true)]
async fn a_refused_logins_retry_after_is_kept_to() {
    for (status, after, pause) in [
        (429, "5", seconds(5)),
        (503, "5", seconds(5)),
        (429, "600.2", seconds(601)),
        // The pause is never unlimited and never zero.
        (429, "7200", seconds(900)),
        (503, "99999999999", seconds(900)),
        (429, "0", seconds(30)),
        (429, "Wed, 02 Jan 2002 03:04:05 GMT", seconds(30)),
        (401, "5", seconds(30)),
        (403, "86400", seconds(30)),
        (403, "1893553505", seconds(30)),
    ] {
        let network = door(
            move |_| FakeAnswer::status(status).header("retry-after", after),
            welcome,
        );
        let client = client(&network, Login::default());
        failures(&client, 50).await;
        let first = logins(&network);
        let until = Instant::now() + pause;
        advance(pause - millis(1)).await;
        failures(&client, 50).await;
        assert_eq!(logins(&network), first, "{status} {after}");
        tokio::time::advance(until - Instant::now()).await;
        failures(&client, 50).await;
        assert!(logins(&network) > first, "{status} {after}");
    }
}

/// Some vendors report wrong credentials or a lockout with status 200 or 500.
#[tokio::test(start_paused = true)]
async fn a_refusal_by_its_code_is_one_under_any_status() {
    static STRICT: Profile = Profile::new("strict", "strict/0").read_error(|_, answer| {
        let mut detail = ErrorDetail::from_json(answer.body(), &["error"], &[]);
        detail.kind = match detail.code.as_deref() {
            Some("invalid_client") => Some(ErrorKind::Credentials),
            Some("slow_down") => Some(ErrorKind::RateLimited),
            _ => None,
        };
        detail
    });
    for (status, (code, kind, pause)) in [200, 201, 400, 401, 403, 408, 500, 502, 503]
        .into_iter()
        .flat_map(|status| {
            // How long a lockout lasts is what the vendor says of it, and so is a 503.
            let pause = if status == 503 { 300 } else { 30 };
            [
                (status, ("invalid_client", ErrorKind::Credentials, pause)),
                (status, ("slow_down", ErrorKind::RateLimited, 300)),
            ]
        })
    {
        let network = FakeTransport::new(move |_| {
            let answer = FakeAnswer::status(status).header("retry-after", "300");
            answer.chunk(Duration::ZERO, format!(r#"{{"error":"{code}"}}"#))
        });
        let options = HttpOptions::default().transport(network.clone());
        let client = Engine::builder(&STRICT, "http://localhost").http(options);
        let client = client.authenticator(Login::default()).build().unwrap();
        for tries in 0..10 {
            let error = call(&client, &MINE).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{status}");
            assert_eq!(error.delivery(), Delivery::NotSent, "{status}");
            if tries > 0 {
                assert_eq!(error.retry_after(), Some(seconds(pause)), "{status}");
            }
        }
        assert_eq!(network.count(), 1, "{status} {code}");
        client.forget_refusal();
        call(&client, &MINE).await.unwrap_err();
        assert_eq!(network.count(), 2, "{status} {code}");
    }
}

/// A login continues for the next caller, so that short deadlines cause neither many logins nor
/// none.
#[tokio::test(start_paused = true)]
async fn a_login_outlives_the_callers_that_wait_for_it() {
    let network = door(|n| token(n).after(millis(500)), welcome);
    let client = client(&network, Login::default());
    let hasty = || CallOptions::default().deadline(millis(100));
    let mut ended = Vec::new();
    for _ in 0..8 {
        ended.push(call_with(&client, &MINE, hasty()).await.is_ok());
    }
    assert_eq!(logins(&network), 1);
    assert_eq!(ended, [false, false, false, false, false, true, true, true]);
    drop(client);
}

/// Its own time is over by then, so continuing it would only fail.
#[tokio::test(start_paused = true)]
async fn a_login_that_nobody_continued_for_long_starts_again() {
    let network = door(
        |n| match n {
            1 => FakeAnswer::never(),
            n => token(n),
        },
        welcome,
    );
    let client = client(&network, Login::default());
    let hasty = CallOptions::default().deadline(seconds(1));
    call_with(&client, &MINE, hasty).await.unwrap_err();
    advance(seconds(120)).await;
    call(&client, &MINE).await.unwrap();
    assert_eq!(logins(&network), 2);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_succeeds_ends_the_pauses() {
    let network = door(
        |n| match n {
            3 => token(3),
            _ => FakeAnswer::status(401),
        },
        only(&[3]),
    );
    let door_login = Login {
        lifetime: Some(seconds(100)),
        refresh_after: None,
    };
    let client = client(&network, door_login);
    for (tries, wait) in [(1, 30), (2, 60), (3, 100), (4, 29), (4, 1), (5, 60)] {
        let result = call(&client, &MINE).await;
        assert_eq!((result.is_ok(), logins(&network)), (tries == 3, tries));
        advance(seconds(wait)).await;
    }
}

/// A failure without a status is not a refusal. Waiting calls share it; the next one logs in again.
#[tokio::test(start_paused = true)]
async fn a_failed_login_is_shared_by_those_who_waited() {
    for answer in [
        || FakeAnswer::status(503).after(millis(100)),
        || FakeAnswer::error(TransportError::Connect(Cause::Refused)).after(millis(100)),
        || FakeAnswer::error(TransportError::Interrupted).after(millis(100)),
        // An answer without a token.
        || FakeAnswer::json("{}").after(millis(100)),
    ] {
        let network = door(move |_| answer(), welcome);
        let client = client(&network, Login::default());
        let texts = failures(&client, 500).await;
        assert_eq!(texts.len(), 1, "{texts:?}");
        let once = logins(&network);
        assert!(once <= 3, "{once} logins");
        failures(&client, 500).await;
        assert_eq!(logins(&network), 2 * once);
        assert_eq!(calls(&network), 0);
    }
}

/// Opens sessions whose token is not a valid header value, and counts them.
struct Unusable(Arc<AtomicUsize>);

#[async_trait]
impl Authenticator for Unusable {
    async fn open(&self, _: &Engine) -> common_http::Result<Session> {
        self.0.fetch_add(1, Ordering::SeqCst);
        sleep(seconds(1)).await;
        Ok(Session::new(Secret::from("basic EXAMPLE\n")))
    }

    fn login(&self) -> Option<&'static Operation> {
        Some(&LOGIN)
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_used_is_a_failed_login() {
    let opened = Arc::default();
    let client = client_of(Unusable(Arc::clone(&opened)));
    let texts = failures(&client, 500).await;
    assert_eq!(
        (texts.len(), opened.load(Ordering::SeqCst)),
        (1, 1),
        "{texts:?}"
    );
    assert!(!texts[0].contains("EXAMPLE"));
    let error = call(&client, &MINE).await.unwrap_err();
    assert_eq!((error.operation(), error.attempts()), (Some(LOGIN.id()), 1));
}

/// A client that gets its sessions from this authenticator, and whose calls succeed.
fn client_of(authenticator: impl Authenticator) -> Engine {
    let options = HttpOptions::default().transport(network([Good]));
    let builder = Engine::builder(&VENDOR, "http://localhost").http(options);
    builder.authenticator(authenticator).build().unwrap()
}

/// The error is the login's, but its delivery describes the call.
#[tokio::test(start_paused = true)]
async fn a_failed_login_says_what_the_call_did() {
    let network = door(
        |n| match n {
            1 => token(1),
            _ => FakeAnswer::status(500),
        },
        |_| FakeAnswer::status(401),
    );
    let client = client(&network, Login::default());
    login(&client).await.unwrap();
    advance(seconds(61)).await;
    let error = call(&client, &MINE).await.unwrap_err();
    assert_eq!((error.operation(), error.attempts()), (Some(LOGIN.id()), 3));
    assert_eq!(fate(&error), (ErrorKind::Server, Delivery::Answered));
    // For a call that was never sent, the delivery differs from the login's.
    let error = call(&client, &MINE).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Server, Delivery::NotSent));
}

#[tokio::test(start_paused = true)]
async fn a_login_has_its_own_deadline() {
    let network = door(|_| FakeAnswer::never(), welcome);
    let client = client(&network, Login::default());
    let started = Instant::now();
    let error = login(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Timeout, Some(LOGIN.id()))
    );
    assert_eq!(started.elapsed(), seconds(60));
}

/// No call, not even a transfer, waits longer for a session than the working time of a small call.
#[tokio::test(start_paused = true)]
async fn no_call_waits_forever_for_a_session() {
    static MY_FILE: Operation = Operation::get("testing.mine.file", "/file").transfer();
    let client = client_of(Endless);
    let started = Instant::now();
    let waiting = [&MINE, &MY_FILE].map(|operation| call(&client, operation));
    for result in join_all(waiting).await {
        let error = result.unwrap_err();
        assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::NotSent));
        assert_eq!(error.attempts(), 0);
    }
    assert_eq!(login(&client).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(started.elapsed() <= seconds(300));
    call(&client, &FETCH).await.unwrap();
}

/// An authenticator that never returns.
struct Endless;

#[async_trait]
impl Authenticator for Endless {
    async fn open(&self, _: &Engine) -> common_http::Result<Session> {
        pending().await
    }
}

/// If a renewal fails, calls use the old token, and the login is repeated at growing intervals.
#[tokio::test(start_paused = true)]
async fn calls_go_on_while_the_old_token_lives() {
    let refusals: [fn() -> FakeAnswer; 4] = [
        || FakeAnswer::status(500),
        || FakeAnswer::status(401),
        || FakeAnswer::error(TransportError::Connect(Cause::Refused)),
        FakeAnswer::never,
    ];
    for answer in refusals {
        let network = door(
            move |n| if n == 1 { token(1) } else { answer() },
            only(&[1]),
        );
        let door_login = Login {
            lifetime: Some(seconds(7200)),
            refresh_after: Some(seconds(3600)),
        };
        let client = client(&network, door_login);
        login(&client).await.unwrap();
        advance(seconds(3600)).await;
        let started = Instant::now();
        while started.elapsed() < seconds(3590) {
            call(&client, &MINE).await.unwrap();
            sleep(seconds(2)).await;
        }
        let requests = network.requests();
        let tries: Vec<_> = requests
            .iter()
            .filter(|request| is_login(request))
            .map(|request| request.at)
            .skip(1)
            .collect();
        // Repetitions within one login count as one attempt.
        let tries: Vec<_> = tries
            .chunk_by(|a, b| *b - *a < seconds(20))
            .map(|logins| logins[0])
            .collect();
        let pauses: Vec<_> = tries
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_secs())
            .collect();
        for (pause, expected) in pauses.iter().zip([30, 60, 120, 240, 480, 900, 900]) {
            assert!((expected..expected + 14).contains(pause), "{pauses:?}");
        }
        assert!(pauses.len() >= 6);
        sleep(seconds(20)).await;
        call(&client, &MINE).await.unwrap_err();
    }
}

/// After a renewal that succeeds, the pauses start from the beginning.
#[tokio::test(start_paused = true)]
async fn after_a_renewal_the_pauses_start_again() {
    let network = door(
        |n| match n {
            1 | 5 => token(n),
            _ => FakeAnswer::status(501),
        },
        welcome,
    );
    let door_login = Login {
        lifetime: Some(seconds(7200)),
        refresh_after: Some(seconds(3600)),
    };
    let client = client(&network, door_login);
    for _ in 0..750 {
        call(&client, &MINE).await.unwrap();
        sleep(seconds(10)).await;
    }
    let requests = network.requests();
    let logins = requests.iter().filter(|request| is_login(request));
    let times: Vec<_> = logins.map(|request| request.at).collect();
    let pauses: Vec<_> = times
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs())
        .collect();
    assert_eq!(pauses, [3600, 30, 60, 120, 3600, 30]);
}

/// A login that hangs must not use up the time of a call that can use the old token.
#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_leaves_time_for_the_call() {
    let network = door(
        |n| {
            if n == 1 {
                token(1)
            } else {
                FakeAnswer::never()
            }
        },
        |_| FakeAnswer::json("{}").after(millis(100)),
    );
    let door_login = Login {
        lifetime: Some(seconds(7200)),
        refresh_after: Some(seconds(3600)),
    };
    let client = client(&network, door_login);
    login(&client).await.unwrap();
    advance(seconds(3600)).await;
    let quick = || CallOptions::default().deadline(seconds(2));
    call_with(&client, &MINE, quick()).await.unwrap();
    assert_eq!(logins(&network), 2);
    // There is a pause before the next renewal.
    call_with(&client, &MINE, quick()).await.unwrap();
    assert_eq!(logins(&network), 2);
    // When the old token has expired, calls can no longer use it.
    advance(seconds(3600)).await;
    let error = call_with(&client, &MINE, quick()).await.unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::Timeout, Delivery::NotSent));
}

/// A renewal that a caller's deadline interrupts continues for the next caller after the pause.
#[tokio::test(start_paused = true)]
async fn a_renewal_outlives_the_caller_that_started_it() {
    let network = door(
        |n| match n {
            1 => token(1),
            n => token(n).after(seconds(20)),
        },
        welcome,
    );
    let door_login = Login {
        lifetime: Some(seconds(7200)),
        refresh_after: Some(seconds(3600)),
    };
    let client = client(&network, door_login);
    login(&client).await.unwrap();
    advance(seconds(3600)).await;
    let hasty = CallOptions::default().deadline(seconds(2));
    call_with(&client, &MINE, hasty).await.unwrap();
    advance(seconds(30)).await;
    call(&client, &MINE).await.unwrap();
    assert_eq!(logins(&network), 2, "the second one was continued");
    let requests = network.requests();
    assert_eq!(authorization(requests.last().unwrap()), "basic TOKEN-2");
}
