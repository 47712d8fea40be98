//! Sessions that are saved and shared with other processes.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{
    CallOptions, Engine, ErrorKind, MemoryStore, Secret, Store, StoreKey, async_trait,
};
use serde_json::json;
use tokio::time::{Instant, advance};

use crate::helper::door::{
    Login, MINE, authorization, builder, calls, client, door, logins, only, token, welcome,
};
use crate::helper::{LOGIN, call, decode, login, seconds};

const DAY: Duration = seconds(24 * 3600);

fn key() -> StoreKey {
    StoreKey::of(&["testing", "http://localhost", "EXAMPLE-USER"])
}

/// A client that uses this store. Each such client represents another process.
fn sharing(network: &Arc<FakeTransport>, store: &Arc<impl Store>) -> Engine {
    let login = Login {
        lifetime: Some(7 * DAY),
        refresh_after: Some(6 * DAY),
    };
    let builder = builder(network, login).store(store.clone(), key());
    builder.build().unwrap()
}

/// A saved session with this token and age.
fn saved(token: usize, age: Duration) -> Secret {
    let opened = (SystemTime::now() - age)
        .duration_since(UNIX_EPOCH)
        .unwrap();
    let text = json!({
        "version": 1,
        "authorization": format!("basic TOKEN-{token}"),
        "opened_at_ms": opened.as_millis() as u64,
        "lifetime_ms": (7 * DAY).as_millis() as u64,
        "refresh_after_ms": (6 * DAY).as_millis() as u64,
    });
    Secret::from(text.to_string())
}

async fn store_with(session: Secret) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    store.put(&key(), &session, None).await.unwrap();
    store
}

/// The token in the store.
async fn stored(store: &MemoryStore) -> String {
    let session = store.get(&key()).await.unwrap().unwrap();
    let session: serde_json::Value = serde_json::from_str(session.expose()).unwrap();
    session["authorization"].as_str().unwrap().to_owned()
}

fn last_used(network: &FakeTransport) -> String {
    authorization(network.requests().last().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_second_client_needs_no_login() {
    let network = door(token, welcome);
    let store = Arc::new(MemoryStore::default());
    for _ in 0..3 {
        let client = sharing(&network, &store);
        call(&client, &MINE).await.unwrap();
        let options = CallOptions::default();
        let info: String = client
            .open_session(&LOGIN, decode)
            .options(options)
            .await
            .unwrap();
        assert_eq!(info, "EXAMPLE");
    }
    assert_eq!((logins(&network), calls(&network)), (1, 3));
    assert_eq!(last_used(&network), "basic TOKEN-1");
}

/// Sessions of different logins do not mix.
#[tokio::test(start_paused = true)]
async fn sessions_are_kept_apart_by_their_keys() {
    let network = door(token, welcome);
    let store = Arc::new(MemoryStore::default());
    for user in ["EXAMPLE-A", "EXAMPLE-B"] {
        let builder = builder(&network, Login::default());
        let builder = builder.store(store.clone(), StoreKey::of(&[user]));
        call(&builder.build().unwrap(), &MINE).await.unwrap();
    }
    assert_eq!(logins(&network), 2);
}

#[tokio::test(start_paused = true)]
async fn a_saved_session_ages_by_the_wall_clock() {
    for (age, logins_made) in [
        (Duration::ZERO, 0),
        (5 * DAY, 0),
        (7 * DAY, 1),
        (100 * DAY, 1),
    ] {
        let network = door(token, welcome);
        let store = store_with(saved(77, age)).await;
        let client = sharing(&network, &store);
        call(&client, &MINE).await.unwrap();
        assert_eq!(logins(&network), logins_made, "{age:?}");
    }
    // It continues to age in memory.
    let network = door(token, welcome);
    let client = sharing(&network, &store_with(saved(77, 5 * DAY)).await);
    call(&client, &MINE).await.unwrap();
    advance(DAY + seconds(1)).await;
    call(&client, &MINE).await.unwrap();
    assert_eq!(logins(&network), 1);
}

/// The age of a session is unknown if a clock that runs ahead saved it.
#[tokio::test(start_paused = true)]
async fn a_session_from_the_future_is_not_trusted() {
    for (ahead, logins_made) in [(30_000, 0), (120_000, 1), (86_400_000, 1)] {
        let network = door(token, welcome);
        let store = Arc::new(MemoryStore::default());
        let mut future: serde_json::Value =
            serde_json::from_str(saved(77, Duration::ZERO).expose()).unwrap();
        future["opened_at_ms"] = json!(future["opened_at_ms"].as_u64().unwrap() + ahead);
        let future = Secret::from(future.to_string());
        store.put(&key(), &future, None).await.unwrap();
        let client = sharing(&network, &store);
        call(&client, &MINE).await.unwrap();
        assert_eq!(logins(&network), logins_made, "{ahead} ms");
    }
}

/// A session that is due for renewal but still valid is renewed. If that fails, it is used.
#[tokio::test(start_paused = true)]
async fn a_saved_session_that_is_due_is_used_until_it_expires() {
    let refused = door(|_| FakeAnswer::status(500), only(&[77]));
    let client = sharing(
        &refused,
        &store_with(saved(77, 6 * DAY + seconds(60))).await,
    );
    for _ in 0..3 {
        call(&client, &MINE).await.unwrap();
    }

    let renewed = door(token, welcome);
    let store = store_with(saved(77, 6 * DAY + seconds(60))).await;
    let client = sharing(&renewed, &store);
    call(&client, &MINE).await.unwrap();
    call(&client, &MINE).await.unwrap();
    assert_eq!(
        (logins(&renewed), last_used(&renewed).as_str()),
        (1, "basic TOKEN-1")
    );
    assert_eq!(stored(&store).await, "basic TOKEN-1");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_not_taken_from_the_store_again() {
    let network = door(token, only(&[1]));
    let store = store_with(saved(77, DAY)).await;
    let client = sharing(&network, &store);
    call(&client, &MINE).await.unwrap();
    assert_eq!(logins(&network), 1);
    assert_eq!(stored(&store).await, "basic TOKEN-1");
}

/// A store that cannot be written keeps the rejected token forever. Each client detects this once.
#[tokio::test(start_paused = true)]
async fn a_rejected_token_in_a_read_only_store_is_tried_once() {
    let network = door(token, only(&[1, 2]));
    let store = Arc::new(Faulty::ReadOnly(saved(77, DAY)));
    let client = sharing(&network, &store);
    for _ in 0..3 {
        call(&client, &MINE).await.unwrap();
    }
    assert_eq!((logins(&network), calls(&network)), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_of_another_process_is_used_without_a_login() {
    let network = door(token, only(&[88]));
    let store = store_with(saved(77, DAY)).await;
    let client = sharing(&network, &store);
    login(&client).await.unwrap();
    store
        .put(&key(), &saved(88, seconds(5)), None)
        .await
        .unwrap();
    call(&client, &MINE).await.unwrap();
    assert_eq!(
        (logins(&network), last_used(&network).as_str()),
        (0, "basic TOKEN-88")
    );
}

/// A token that another process has renewed is used too.
#[tokio::test(start_paused = true)]
async fn a_renewal_by_another_process_is_used() {
    let network = door(token, welcome);
    let store = store_with(saved(77, DAY)).await;
    let client = sharing(&network, &store);
    call(&client, &MINE).await.unwrap();
    store
        .put(&key(), &saved(88, Duration::ZERO), None)
        .await
        .unwrap();
    advance(5 * DAY + seconds(1)).await;
    call(&client, &MINE).await.unwrap();
    assert_eq!(
        (logins(&network), last_used(&network).as_str()),
        (0, "basic TOKEN-88")
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_does_not_fail_calls() {
    let network = door(token, welcome);
    let client = sharing(&network, &Arc::new(Faulty::Broken));
    for _ in 0..3 {
        call(&client, &MINE).await.unwrap();
    }
    assert_eq!((logins(&network), calls(&network)), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_fail_calls() {
    let network = door(token, welcome);
    let client = sharing(&network, &Arc::new(Faulty::Hanging));
    let started = Instant::now();
    for _ in 0..3 {
        call(&client, &MINE).await.unwrap();
    }
    assert_eq!((logins(&network), calls(&network)), (1, 3));
    assert!(started.elapsed() < seconds(60), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_saved_session_with_an_invalid_token_is_ignored() {
    let network = door(token, welcome);
    let text = saved(77, DAY).expose().replace("TOKEN-77", "\\n");
    let store = store_with(Secret::from(text)).await;
    call(&sharing(&network, &store), &MINE).await.unwrap();
    assert_eq!(logins(&network), 1);
}

/// Without a store, each client logs in.
#[tokio::test(start_paused = true)]
async fn nothing_is_shared_without_a_store() {
    let network = door(token, only(&[1]));
    call(&client(&network, Login::default()), &MINE)
        .await
        .unwrap();
    let error = call(&client(&network, Login::default()), &MINE)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(logins(&network), 2);
}

/// A store that keeps nothing.
enum Faulty {
    ReadOnly(Secret),
    Broken,
    Hanging,
}

#[async_trait]
impl Store for Faulty {
    async fn get(&self, _: &StoreKey) -> io::Result<Option<Secret>> {
        match self {
            Self::ReadOnly(saved) => Ok(Some(saved.clone())),
            Self::Broken => Err(io::ErrorKind::NotConnected.into()),
            Self::Hanging => pending().await,
        }
    }

    async fn put(&self, _: &StoreKey, _: &Secret, _: Option<Duration>) -> io::Result<()> {
        match self {
            Self::ReadOnly(_) => Err(io::ErrorKind::PermissionDenied.into()),
            Self::Broken => Err(io::ErrorKind::NotConnected.into()),
            Self::Hanging => pending().await,
        }
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        self.put(key, value, lifetime).await.map(|()| true)
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        Ok(())
    }
}

/// A store that records the keys of its calls.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>);

#[async_trait]
impl Store for Asked {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        self.0.lock().unwrap().push(key.as_str().to_owned());
        Ok(None)
    }

    async fn put(&self, key: &StoreKey, _: &Secret, _: Option<Duration>) -> io::Result<()> {
        self.0.lock().unwrap().push(key.as_str().to_owned());
        Ok(())
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        self.put(key, value, lifetime).await.map(|()| true)
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_key_shows_nothing_and_is_always_the_same() {
    let network = door(token, welcome);
    let store = Arc::new(Asked::default());
    call(&sharing(&network, &store), &MINE).await.unwrap();
    let asked = store.0.lock().unwrap().clone();
    assert_eq!(asked[0], key().as_str());
    let again = Arc::new(Asked::default());
    call(&sharing(&network, &again), &MINE).await.unwrap();
    assert_eq!(*again.0.lock().unwrap(), asked);
    let digits = |key: &String| key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(asked.iter().all(digits), "{asked:?}");
    assert!(!format!("{:?}", key()).contains(key().as_str()));
}
