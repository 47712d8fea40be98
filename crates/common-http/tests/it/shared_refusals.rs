//! A refused login, remembered in the store for all processes.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{
    Authenticator, Delivery, Engine, Error, ErrorKind, HttpOptions, MemoryStore, Secret, Session,
    Store, async_trait,
};
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::helper::door::{Login, MINE, calls, door, logins, token, welcome};
use crate::helper::processes::{beside, key, process};
use crate::helper::{LOGIN, VENDOR, call, seconds};

const MARKER: &str = "MARKER";

async fn saved(store: &MemoryStore, what: &str) -> Option<Value> {
    let value = store.get(&beside(what)).await.unwrap()?;
    Some(serde_json::from_str(value.expose()).unwrap())
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as u64
}

/// A refusal as another process saves it, which ends in this many milliseconds.
fn refusal(ends_in_ms: i64, pause_ms: u64) -> Value {
    json!({
        "version": 1,
        "kind": "credentials",
        "status": 401,
        "code": "knownCode",
        "until_ms": now_ms().saturating_add_signed(ends_in_ms),
        "pause_ms": pause_ms,
    })
}

async fn store_with(refusal: &Value) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    let refusal = Secret::from(refusal.to_string());
    store.put(&beside("refusal"), &refusal, None).await.unwrap();
    store
}

fn is_local(error: &Error) -> bool {
    (error.attempts(), error.delivery()) == (0, Delivery::NotSent)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_answered_by_all_processes() {
    let refused = |_| FakeAnswer::status(401).chunk(Duration::ZERO, r#"{"error":"knownCode"}"#);
    let network = door(refused, welcome);
    let store = Arc::new(MemoryStore::default());
    let first = call(&process(&network, &store), &MINE).await.unwrap_err();
    assert_eq!(first.attempts(), 1);
    for _ in 0..5 {
        let error = call(&process(&network, &store), &MINE).await.unwrap_err();
        assert!(is_local(&error), "{error}");
        assert_eq!(error.kind(), first.kind());
        assert_eq!(error.status(), first.status());
        assert_eq!(error.operation(), Some(LOGIN.id()));
        assert_eq!(error.printable_code(), Some("knownCode"));
        let after = error.retry_after().unwrap();
        assert!(after <= seconds(30) && after > seconds(20), "{after:?}");
    }
    assert_eq!(logins(&network), 1);
    assert!(store.get(&beside("lease")).await.unwrap().is_none());
}

/// Those that wait for a login share its refusal.
#[tokio::test(start_paused = true)]
async fn those_that_wait_are_refused_with_the_first() {
    let network = door(|_| FakeAnswer::status(403).after(seconds(2)), welcome);
    let store = Arc::new(MemoryStore::default());
    let processes: Vec<_> = (0..10).map(|_| process(&network, &store)).collect();
    let ended = join_all(processes.iter().map(|process| call(process, &MINE))).await;
    assert!(ended.iter().all(|ended| {
        ended
            .as_ref()
            .is_err_and(|error| error.status() == Some(StatusCode::FORBIDDEN))
    }));
    assert_eq!((logins(&network), calls(&network)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_refusal_is_forgotten_by_all() {
    let network = door(
        |n| {
            if n == 1 {
                FakeAnswer::status(401)
            } else {
                token(n)
            }
        },
        welcome,
    );
    let store = Arc::new(MemoryStore::default());
    call(&process(&network, &store), &MINE).await.unwrap_err();
    let other = process(&network, &store);
    assert!(is_local(&call(&other, &MINE).await.unwrap_err()));
    other.forget_refusal();
    call(&other, &MINE).await.unwrap();
    assert_eq!(saved(&store, "refusal").await, None);
    call(&process(&network, &store), &MINE).await.unwrap();
    assert_eq!(logins(&network), 2);
    // A later refusal is not forgotten.
    let network = door(|_| FakeAnswer::status(401), welcome);
    let store = store_with(&refusal(25_000, 30_000)).await;
    let client = process(&network, &store);
    client.forget_refusal();
    for _ in 0..3 {
        call(&client, &MINE).await.unwrap_err();
        call(&process(&network, &store), &MINE).await.unwrap_err();
    }
    assert_eq!(logins(&network), 1);
}

/// The vendor's pauses grow across restarts, and a login that succeeds ends them.
#[tokio::test(start_paused = true)]
async fn pauses_grow_across_processes() {
    let network = door(|_| FakeAnswer::status(401), welcome);
    let store = store_with(&refusal(-1_000, 120_000)).await;
    call(&process(&network, &store), &MINE).await.unwrap_err();
    let after = call(&process(&network, &store), &MINE)
        .await
        .unwrap_err()
        .retry_after()
        .unwrap();
    assert!(after > seconds(200) && after <= seconds(240), "{after:?}");
    assert_eq!(logins(&network), 1);

    let network = door(token, welcome);
    let store = store_with(&refusal(-1_000, 120_000)).await;
    call(&process(&network, &store), &MINE).await.unwrap();
    assert_eq!(saved(&store, "refusal").await, None);
}

/// What was saved by a wrong clock or by another version stops nobody.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_makes_no_sense_is_ignored() {
    let [mut later, mut unknown] = [refusal(25_000, 30_000), refusal(25_000, 30_000)];
    later["version"] = json!(2);
    unknown["kind"] = json!(MARKER);
    let nonsense = [
        unknown,
        refusal(3_600_000, 30_000),
        refusal(i64::MAX, 30_000),
        later,
        json!({}),
        json!("MARKER"),
    ];
    for refusal in nonsense {
        let network = door(token, welcome);
        let store = store_with(&refusal).await;
        call(&process(&network, &store), &MINE).await.unwrap();
    }
    let odd = json!({
        "version": 1, "kind": "credentials", "status": 7, "code": MARKER, "until_ms": now_ms() + 25_000,
        "pause_ms": u64::MAX,
    });
    let network = door(token, welcome);
    let store = store_with(&odd).await;
    let error = call(&process(&network, &store), &MINE).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Credentials, None)
    );
    assert!(!format!("{error} {error:?}").contains(MARKER), "{error:?}");
}

/// The vendor's texts can name a person.
#[tokio::test(start_paused = true)]
async fn a_saved_refusal_has_nothing_that_the_vendor_wrote() {
    let body = format!(r#"{{"error":"{MARKER}","message":"{MARKER}"}}"#);
    let refused = move |_| {
        FakeAnswer::status(401)
            .header("x-request-id", MARKER)
            .chunk(Duration::ZERO, body.clone())
    };
    let store = Arc::new(MemoryStore::default());
    call(&process(&door(refused, welcome), &store), &MINE)
        .await
        .unwrap_err();
    let saved = saved(&store, "refusal").await.unwrap();
    assert_eq!(
        (&saved["status"], &saved["code"]),
        (&json!(401), &Value::Null)
    );
    assert!(!saved.to_string().contains(MARKER), "{saved}");
}

/// The login of a process that has this password.
struct With(Login, &'static str);

#[async_trait]
impl Authenticator for With {
    async fn open(&self, engine: &Engine) -> common_http::Result<Session> {
        self.0.open(engine).await
    }

    async fn secret(&self) -> Option<Secret> {
        Some(Secret::from(self.1))
    }
}

fn process_with(
    network: &Arc<FakeTransport>,
    store: &Arc<MemoryStore>,
    password: &'static str,
) -> Engine {
    let builder = Engine::builder(&VENDOR, "http://localhost")
        .http(HttpOptions::default().transport(network.clone()))
        .authenticator(With(Login::default(), password));
    builder.store(store.clone(), key()).build().unwrap()
}

/// A password that was corrected is tried at once, and the other process is still refused.
#[tokio::test(start_paused = true)]
async fn a_refusal_is_that_of_one_password() {
    let network = door(|_| FakeAnswer::status(401), welcome);
    let store = Arc::new(MemoryStore::default());
    call(&process_with(&network, &store, "EXAMPLE-1"), &MINE)
        .await
        .unwrap_err();
    assert!(is_local(
        &call(&process_with(&network, &store, "EXAMPLE-1"), &MINE)
            .await
            .unwrap_err()
    ));
    let mut refusal = saved(&store, "refusal").await.unwrap();
    assert!(!refusal.to_string().contains("EXAMPLE"), "{refusal}");
    // With this salt the digests of the two differ.
    refusal["mark"]["salt"] = json!(0);
    refusal["mark"]["digest"] = json!(Sha256::digest(b"\0\0\0\0EXAMPLE-1")[0]);
    let refusal = Secret::from(refusal.to_string());
    store.put(&beside("refusal"), &refusal, None).await.unwrap();
    assert!(is_local(
        &call(&process_with(&network, &store, "EXAMPLE-1"), &MINE)
            .await
            .unwrap_err()
    ));
    assert_eq!(logins(&network), 1);
    let error = call(&process_with(&network, &store, "EXAMPLE-2"), &MINE)
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), logins(&network)), (1, 2));
}

/// Another password would be throttled too.
#[tokio::test(start_paused = true)]
async fn a_throttled_login_is_that_of_all_passwords() {
    let network = door(|_| FakeAnswer::status(429), welcome);
    let store = Arc::new(MemoryStore::default());
    call(&process_with(&network, &store, "EXAMPLE-1"), &MINE)
        .await
        .unwrap_err();
    let saved = saved(&store, "refusal").await.unwrap();
    assert_eq!(saved["mark"], Value::Null);
}
