//! Each operation under each fault ends with the right value or the right error.

use std::sync::Arc;
use std::time::Duration;

use biologix_client::sandbox::{Fault, Sandbox};
use common_http::{Delivery, Error, ErrorKind, HttpOptions};
use testing::delivery::assert_sound;
use testing::faults::{cut_body, redirect, stall_body, throttle, unavailable};
use tokio::task::JoinSet;

use crate::support::{Op, client, eager, sandbox, soon};

use Delivery::{Answered, NotSent, Unknown};
use End::{GivesUp, Stops, Value};
use ErrorKind::{Decode, Interrupted, RateLimited, Rejected, Server, Timeout};

mod statuses;

/// How a call ends if every attempt meets the fault.
#[derive(Debug, Clone, Copy)]
enum End {
    /// With a value, as if there were no fault.
    Value,
    /// After all the operation's attempts. The fault is retried, so a single one does no harm.
    GivesUp(ErrorKind, Delivery),
    /// After the first attempt.
    Stops(ErrorKind, Delivery),
}

#[derive(Debug, Clone)]
struct Row {
    fault: Fault,
    status: Option<u16>,
    code: Option<&'static str>,
    login: End,
    list: End,
    report: End,
}

impl Row {
    fn end(&self, op: Op) -> End {
        match op {
            Op::Login => self.login,
            Op::List => self.list,
            Op::Report => self.report,
        }
    }

    fn stalls(&self) -> bool {
        matches!(self.fault, Fault::StallHead | Fault::StallBody { .. })
    }

    /// The client's settings, with short timeouts if the fault stalls.
    fn limits(&self) -> HttpOptions {
        let limit = Duration::from_secs(if self.stalls() { 1 } else { 30 });
        eager().head_timeout(limit).idle_timeout(limit)
    }
}

/// The faults other than plain statuses, which are in [`statuses`].
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    // To the sandbox itself, whose log shows whether the redirect was followed.
    let redirect = |status| redirect(status, "/v2/elsewhere");
    let lost = GivesUp(Interrupted, Unknown);
    let silent = GivesUp(Timeout, Unknown);
    let unreadable = Stops(Decode, Answered);
    let row = |fault, (status, code), login, list, report| Row { fault, status, code, login, list, report };

    let no_answer = (None, None);
    let ok = (Some(200), None);
    let throttled = (Some(429), Some("tooManyRequests"));
    let down = (Some(503), None);
    // A throttled login is not repeated, a throttled call is. A 503 counts as a server error unless
    // it has a Retry-After.
    let (login_429, call_429, wait_429) =
        (Stops(RateLimited, Answered), GivesUp(RateLimited, Answered), Stops(RateLimited, Answered));
    let (any_503, call_503, wait_503) =
        (GivesUp(Server, Unknown), GivesUp(Server, Answered), Stops(Server, Answered));

    vec![
        //  fault                          answer      login       list        report
        row(Fault::ResetBeforeEffect,      no_answer,  lost,       lost,       lost),
        row(Fault::ResetAfterRequest,      no_answer,  lost,       lost,       lost),
        row(Fault::StallHead,              no_answer,  silent,     silent,     silent),
        row(stall_body(0),                 no_answer,  silent,     silent,     silent),
        row(stall_body(1),                 no_answer,  silent,     silent,     silent),
        row(stall_body(150_000),           no_answer,  silent,     silent,     silent),
        row(cut_body(0),                   no_answer,  lost,       lost,       lost),
        row(cut_body(1),                   no_answer,  lost,       lost,       lost),
        row(cut_body(64),                  no_answer,  lost,       lost,       lost),
        row(cut_body(150_000),             no_answer,  lost,       lost,       lost),
        row(cut_body(usize::MAX),          no_answer,  lost,       lost,       lost),
        row(Fault::Garbage,                no_answer,  lost,       lost,       lost),
        row(Fault::BadJson,                ok,         unreadable, unreadable, unreadable),
        row(Fault::ContentEncoding,        ok,         unreadable, unreadable, unreadable),
        row(Fault::Drift,                  ok,         Value,      Value,      Value),
        row(redirect(301),                 (Some(301), None), Stops(Rejected, Answered), Stops(Rejected, Answered), Stops(Rejected, Answered)),
        row(redirect(307),                 (Some(307), None), Stops(Rejected, Answered), Stops(Rejected, Answered), Stops(Rejected, Answered)),
        row(throttle(None),                throttled,  login_429,  call_429,   call_429),
        row(throttle(Some("0")),           throttled,  login_429,  call_429,   call_429),
        row(throttle(Some(PAST)),          throttled,  login_429,  call_429,   call_429),
        row(throttle(Some("soon")),        throttled,  login_429,  call_429,   call_429),
        row(throttle(Some("-5")),          throttled,  login_429,  call_429,   call_429),
        row(throttle(Some("3600")),        throttled,  login_429,  wait_429,   wait_429),
        row(throttle(Some(ABSURD)),        throttled,  login_429,  wait_429,   wait_429),
        row(throttle(Some(FAR_OFF)),       throttled,  login_429,  wait_429,   wait_429),
        row(unavailable(None),             down,       any_503,   any_503,    any_503),
        row(unavailable(Some("soon")),     down,       any_503,   any_503,    any_503),
        row(unavailable(Some("0")),        down,       any_503,   call_503,   call_503),
        row(unavailable(Some("3600")),     down,       Stops(Server, Unknown), wait_503, wait_503),
    ]
}

const PAST: &str = "Wed, 21 Oct 2015 07:28:00 GMT";
const FAR_OFF: &str = "Fri, 31 Dec 9999 23:59:59 GMT";
const ABSURD: &str = "99999999999999999999999999";

/// Runs a check for each row and operation.
///
/// Stalls run concurrently, each with its own sandbox. The other rows of an operation share one
/// sandbox and run in turn.
async fn for_each<F>(
    ops: &[Op],
    check: impl Fn(Row, Op, Arc<Sandbox>) -> F + Clone + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut checks = JoinSet::new();
    for &op in ops {
        let (stalls, others): (Vec<_>, Vec<_>) = rows().into_iter().partition(Row::stalls);
        for row in stalls {
            checks.spawn(check(row, op, Arc::new(sandbox().await)));
        }
        let (sandbox, check) = (Arc::new(sandbox().await), check.clone());
        checks.spawn(async move {
            for row in others {
                check(row, op, Arc::clone(&sandbox)).await;
                sandbox.clear_faults();
                sandbox.clear_requests();
            }
        });
    }
    while let Some(checked) = checks.join_next().await {
        checked.expect("the check passes");
    }
}

fn assert_error(error: &Error, row: &Row, op: Op) {
    let (kind, attempts, delivery) = match row.end(op) {
        Value => panic!("{op:?}, {row:?}: {error}"),
        GivesUp(kind, delivery) => (kind, op.attempts(), delivery),
        Stops(kind, delivery) => (kind, 1, delivery),
    };
    let is = (error.kind(), error.attempts(), error.delivery());
    assert_eq!(is, (kind, attempts, delivery), "{op:?}, {row:?}: {error}");
    let status = error.status().map(|status| status.as_u16());
    assert_eq!(
        (status, error.code()),
        (row.status, row.code),
        "{op:?}, {row:?}"
    );
    assert_eq!(error.operation(), Some(op.id()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_under_every_fault_that_always_happens() {
    for_each(&Op::ALL, |row, op, sandbox| async move {
        sandbox.fail_always(op.id(), row.fault.clone()).unwrap();
        let result = op.call(&client(&sandbox, row.limits()), &sandbox).await;
        match (result, row.end(op)) {
            (Ok(()), Value) => {}
            (Ok(()), end) => panic!("{op:?}, {row:?}: a value instead of {end:?}"),
            (Err(error), _) => {
                assert_error(&error, &row, op);
                // A request that the client abandoned early may reach the sandbox late.
                let attempts = error.attempts() as usize;
                let seen = soon(sandbox.wait_for(op.id(), attempts)).await.unwrap();
                assert_eq!(seen.len(), attempts, "{op:?}, {row:?}");
                assert_sound(&error, op.id(), &sandbox);
            }
        }
        let elsewhere = sandbox
            .requests()
            .into_iter()
            .filter(|request| request.operation.is_none());
        assert_eq!(
            elsewhere.count(),
            0,
            "{op:?}, {row:?}: no redirect is followed"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_under_every_fault_that_happens_once() {
    for_each(&Op::ALL, |row, op, sandbox| async move {
        sandbox.fail_next(op.id(), row.fault.clone()).unwrap();
        let result = op.call(&client(&sandbox, row.limits()), &sandbox).await;
        let seen = sandbox.count(op.id());
        match (result, row.end(op)) {
            (Ok(()), Value) => assert_eq!(seen, 1),
            // On an overloaded machine a good answer may be late too.
            (Ok(()), GivesUp(Timeout, _)) => assert!(seen >= 2, "{op:?}, {row:?}"),
            (Ok(()), GivesUp(..)) => assert_eq!(seen, 2, "{op:?}, {row:?}"),
            (Ok(()), end) => panic!("{op:?}, {row:?}: a value instead of {end:?}"),
            (Err(error), GivesUp(..)) => panic!("{op:?}, {row:?}: {error}"),
            (Err(error), _) => {
                assert_error(&error, &row, op);
                assert_sound(&error, op.id(), &sandbox);
                assert_eq!(seen, 1);
            }
        }
    })
    .await;
}

/// The call fails with the login's error, except for its delivery: the call itself was not sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_login_meets_a_fault() {
    for_each(&[Op::List], |row, op, sandbox| async move {
        sandbox
            .fail_always("biologix.sessions.open", row.fault.clone())
            .unwrap();
        let result = op.call(&client(&sandbox, row.limits()), &sandbox).await;
        let Err(error) = result else {
            assert!(matches!(row.login, Value), "{row:?}");
            return;
        };
        let of_login = error.clone().with_delivery(match row.login {
            GivesUp(_, delivery) | Stops(_, delivery) => delivery,
            Value => panic!("{row:?}: {error}"),
        });
        assert_error(&of_login, &row, Op::Login);
        assert_eq!(error.delivery(), NotSent, "{row:?}");
        assert_sound(&error, Op::List.id(), &sandbox);
    })
    .await;
}

#[tokio::test]
async fn the_time_that_the_vendor_names_is_in_the_error() {
    for (fault, seconds) in [
        (throttle(Some("3600")), 3600),
        (unavailable(Some("3600")), 3600),
        (throttle(Some(ABSURD)), u64::MAX),
    ] {
        let sandbox = sandbox().await;
        for op in Op::ALL {
            sandbox.fail_next(op.id(), fault.clone()).unwrap();
            let client = client(&sandbox, eager());
            let error = op.call(&client, &sandbox).await.unwrap_err();
            assert_eq!(
                error.retry_after(),
                Some(Duration::from_secs(seconds)),
                "{op:?}: {error}"
            );
        }
    }
}

/// Without a `Retry-After` the client waits the observed minute, or fails at once if that does not
/// fit.
#[tokio::test]
async fn a_minute_after_a_429_that_names_no_time() {
    let sandbox = sandbox().await;
    let client = client(
        &sandbox,
        HttpOptions::default().deadline(Duration::from_secs(30)),
    );
    for op in [Op::List, Op::Report] {
        sandbox.fail_next(op.id(), throttle(None)).unwrap();
        let error = op.call(&client, &sandbox).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
        assert_eq!((error.kind(), error.attempts()), (RateLimited, 1));
    }
}

/// If the timeouts do not end a stall, the caller's deadline does.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_what_hangs() {
    let mut checks = JoinSet::new();
    for fault in [Fault::StallHead, stall_body(0), stall_body(150_000)] {
        for op in Op::ALL {
            let fault = fault.clone();
            checks.spawn(async move {
                let sandbox = sandbox().await;
                sandbox.fail_always(op.id(), fault).unwrap();
                let client = client(&sandbox, eager().deadline(Duration::from_secs(3)));
                let error = op.call(&client, &sandbox).await.unwrap_err();
                assert_eq!(
                    (error.kind(), error.attempts()),
                    (Timeout, 1),
                    "{op:?}: {error}"
                );
                assert_eq!(error.delivery(), Unknown);
                soon(sandbox.wait_for(op.id(), 1)).await.unwrap();
                if op != Op::List {
                    // The stalled connection is closed. There is no other.
                    soon(sandbox.wait_until_closed()).await;
                }
            });
        }
    }
    while let Some(checked) = checks.join_next().await {
        checked.unwrap();
    }
}
