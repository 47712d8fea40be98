//! A client that waits by the sandbox's clock: its waits take no time, and count as if they did.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use common_http::example::GET as GET_THING;
use common_http::sandbox::Fault;
use common_http::{
    Authenticator, CallOptions, Engine, Error, ErrorKind, HttpOptions, MemoryStore, Result, Secret,
    Session, StoreKey, async_trait,
};
use http::StatusCode;

use crate::wire::{GET, Sandbox, start};

const MINUTE: Duration = Duration::from_secs(60);

/// A frozen clock, so that only waits move it.
async fn frozen() -> (Sandbox, Engine, SystemTime) {
    let sandbox = start().await;
    sandbox.clock().freeze();
    let http = HttpOptions::default().fast_waits(sandbox.clock());
    let client = sandbox.client_builder().http(http).build().unwrap();
    let began = sandbox.clock().now();
    (sandbox, client, began)
}

fn throttled(seconds: u32) -> Fault {
    Fault::Throttled {
        retry_after: Some(seconds.to_string()),
    }
}

async fn get(client: &Engine, deadline: Option<Duration>) -> Result<()> {
    let mut options = CallOptions::default();
    if let Some(deadline) = deadline {
        options = options.deadline(deadline);
    }
    let request = client.request(&GET_THING).path("id", "a");
    request.options(options).await.map(drop)
}

fn waited(sandbox: &Sandbox, began: SystemTime) -> Duration {
    sandbox.clock().now().duration_since(began).unwrap()
}

#[tokio::test]
async fn a_wait_that_the_vendor_asks_for_moves_the_clock() {
    let (sandbox, client, began) = frozen().await;
    sandbox.fail_times(GET, 2, throttled(60)).unwrap();
    get(&client, None).await.unwrap();
    assert_eq!(sandbox.count(GET), 3);
    let waited = waited(&sandbox, began);
    assert!(
        (2 * MINUTE..=2 * MINUTE + Duration::from_secs(2)).contains(&waited),
        "{waited:?}"
    );
}

#[tokio::test]
async fn so_does_a_backoff() {
    let (sandbox, client, began) = frozen().await;
    sandbox
        .fail_times(GET, 3, Fault::ResetAfterRequest)
        .unwrap();
    get(&client, None).await.unwrap();
    let waited = waited(&sandbox, began);
    assert!(
        waited > Duration::ZERO && waited < Duration::from_secs(2),
        "{waited:?}"
    );
}

#[tokio::test]
async fn waits_count_for_the_deadline() {
    let (sandbox, client, began) = frozen().await;
    sandbox.fail_always(GET, throttled(60)).unwrap();
    let error = get(&client, Some(MINUTE / 2)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 1)
    );
    assert_eq!(error.retry_after(), Some(MINUTE));
    assert_eq!(waited(&sandbox, began), Duration::ZERO);

    // One fits, two do not.
    let error = get(&client, Some(MINUTE * 3 / 2)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 2)
    );
    assert!(waited(&sandbox, began) < 2 * MINUTE);
}

#[tokio::test]
async fn waits_have_their_limit() {
    let (sandbox, client, began) = frozen().await;
    sandbox.fail_always(GET, throttled(200)).unwrap();
    let error = get(&client, None).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 2)
    );
    let waited = waited(&sandbox, began);
    assert!(
        waited >= Duration::from_secs(200) && waited < Duration::from_secs(202),
        "{waited:?}"
    );
}

/// An ordinary client of the same sandbox is not affected by its clock.
#[tokio::test]
async fn without_it_the_clock_does_not_matter() {
    let (sandbox, _, began) = frozen().await;
    sandbox.fail_next(GET, throttled(0)).unwrap();
    get(&sandbox.client(), None).await.unwrap();
    assert_eq!(waited(&sandbox, began), Duration::ZERO);
}

/// Refuses every login.
struct Refused(Arc<AtomicUsize>);

#[async_trait]
impl Authenticator for Refused {
    async fn open(&self, _engine: &Engine) -> Result<Session> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(Error::new(ErrorKind::Credentials).with_status(StatusCode::UNAUTHORIZED))
    }
}

/// So is the pause after a refused login, in the store too.
#[tokio::test]
async fn the_pause_after_a_refused_login_ends_by_the_sandboxs_clock() {
    let sandbox = start().await;
    sandbox.clock().freeze();
    let logins = Arc::new(AtomicUsize::new(0));
    let http = HttpOptions::default().fast_waits(sandbox.clock());
    let client = sandbox
        .client_builder()
        .http(http)
        .authenticator(Refused(Arc::clone(&logins)))
        .store(Arc::new(MemoryStore::default()), StoreKey::of(&["example"]))
        .build()
        .unwrap();
    for sent in 1..=3 {
        get(&client, None).await.unwrap_err();
        get(&client, None).await.unwrap_err();
        assert_eq!(logins.load(Ordering::SeqCst), sent);
        sandbox.clock().advance(4 * MINUTE);
    }
}

/// Opens sessions of an hour.
struct Hourly(Arc<AtomicUsize>);

#[async_trait]
impl Authenticator for Hourly {
    async fn open(&self, _engine: &Engine) -> Result<Session> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Session::new(Secret::from("EXAMPLE")).lifetime(60 * MINUTE))
    }
}

/// So do sessions in a store.
#[tokio::test]
async fn a_saved_session_ages_by_the_sandboxs_clock() {
    let sandbox = start().await;
    sandbox.clock().freeze();
    let (logins, store) = (Arc::new(AtomicUsize::new(0)), MemoryStore::default());
    for (minutes, sent) in [(0, 1), (50, 1), (11, 2), (59, 2), (2, 3)] {
        sandbox.clock().advance(minutes * MINUTE);
        let http = HttpOptions::default().fast_waits(sandbox.clock());
        let restarted = sandbox
            .client_builder()
            .http(http)
            .authenticator(Hourly(Arc::clone(&logins)))
            .store(Arc::new(store.clone()), StoreKey::of(&["example"]))
            .build()
            .unwrap();
        get(&restarted, None).await.unwrap();
        assert_eq!(logins.load(Ordering::SeqCst), sent, "after {minutes} more");
    }
}
