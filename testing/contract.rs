//! What every store must do, as the documentation of `Store` says.

use std::sync::Arc;
use std::time::{Duration, Instant};

use common_http::{Secret, Store, StoreKey};

use crate::time::soon;

const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(40);

/// The key of this name, which no other test of a shared store uses if `test` differs.
#[must_use]
pub fn key(test: &str, name: &str) -> StoreKey {
    StoreKey::of(&["testing", "contract", test, name])
}

/// The text under a key.
pub async fn text(store: &impl Store, key: &StoreKey) -> Option<String> {
    let value = store.get(key).await.unwrap();
    value.map(|value| value.expose().to_owned())
}

/// Checks everything that one store must do by itself.
pub async fn holds<S: Store>(store: Arc<S>) {
    values_are_kept_replaced_and_removed(&*store).await;
    any_text_is_kept(&*store).await;
    lifetimes_end(&*store).await;
    one_of_many_puts_if_absent(&store).await;
    nobody_reads_half_a_value(&store).await;
}

async fn values_are_kept_replaced_and_removed(store: &impl Store) {
    let (a, b) = (key("kept", "a"), key("kept", "b"));
    let (one, two) = (Secret::from("1"), Secret::from("2"));
    assert_eq!(text(store, &a).await, None);
    store.remove(&a).await.unwrap();
    assert!(store.put_if_absent(&a, &one, None).await.unwrap());
    assert!(!store.put_if_absent(&a, &two, Some(HOUR)).await.unwrap());
    assert_eq!(text(store, &a).await.as_deref(), Some("1"));
    store.put(&a, &two, None).await.unwrap();
    store.put(&b, &one, Some(HOUR)).await.unwrap();
    assert_eq!(text(store, &a).await.as_deref(), Some("2"));
    assert_eq!(text(store, &b).await.as_deref(), Some("1"));
    for _ in 0..2 {
        store.remove(&a).await.unwrap();
        assert_eq!(text(store, &a).await, None);
    }
    assert_eq!(text(store, &b).await.as_deref(), Some("1"));
    assert!(store.put_if_absent(&a, &two, None).await.unwrap());
}

async fn any_text_is_kept(store: &impl Store) {
    let mebibyte = "é\0\n".repeat(1 << 18);
    assert_eq!(mebibyte.len(), 1 << 20);
    for (number, value) in ["", "\n", "\0", "1 \n1 \n", " знімок\r\n", &mebibyte]
        .into_iter()
        .enumerate()
    {
        let key = key("text", &number.to_string());
        store.put(&key, &Secret::from(value), None).await.unwrap();
        assert_eq!(text(store, &key).await.as_deref(), Some(value), "{number}");
    }
}

async fn lifetimes_end(store: &impl Store) {
    let value = Secret::from("1");
    let (gone, endless) = (key("life", "gone"), key("life", "endless"));
    let over = Some(Duration::ZERO);
    store.put(&gone, &value, None).await.unwrap();
    // The lifetime of the last value counts, not that of the value that it replaces.
    store.put(&gone, &value, over).await.unwrap();
    assert_eq!(text(store, &gone).await, None);
    for lifetime in [HOUR, Duration::MAX] {
        store.put(&endless, &value, Some(lifetime)).await.unwrap();
        assert!(text(store, &endless).await.is_some(), "{lifetime:?}");
    }
    // What has expired is absent.
    let put = Instant::now();
    store.put(&gone, &value, Some(SOON)).await.unwrap();
    soon(async {
        while text(store, &gone).await.is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(put.elapsed() >= SOON / 2, "{:?}", put.elapsed());
    assert!(store.put_if_absent(&gone, &value, over).await.unwrap());
    assert!(store.put_if_absent(&gone, &value, None).await.unwrap());
    assert!(!store.put_if_absent(&gone, &value, None).await.unwrap());
}

async fn one_of_many_puts_if_absent<S: Store>(store: &Arc<S>) {
    const TASKS: usize = 16;
    let key = key("race", "");
    for round in 0..8 {
        // Every other round begins with a value that has expired.
        if round % 2 == 1 {
            let old = Secret::from("old");
            store.put(&key, &old, Some(Duration::ZERO)).await.unwrap();
        }
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| {
                let (store, key) = (Arc::clone(store), key.clone());
                tokio::spawn(async move {
                    let value = Secret::from(number.to_string());
                    let won = store.put_if_absent(&key, &value, Some(HOUR)).await;
                    won.unwrap().then_some(number)
                })
            })
            .collect();
        let mut winners = Vec::new();
        for task in tasks {
            winners.extend(task.await.unwrap());
        }
        let [winner] = winners[..] else {
            panic!("{winners:?} won round {round}");
        };
        assert_eq!(text(&**store, &key).await, Some(winner.to_string()));
        store.remove(&key).await.unwrap();
    }
}

async fn nobody_reads_half_a_value<S: Store>(store: &Arc<S>) {
    let key = key("half", "");
    let writer = {
        let (store, key) = (Arc::clone(store), key.clone());
        tokio::spawn(async move {
            for round in 0..40_usize {
                let letter = ["a", "b"][round % 2];
                let value = Secret::from(letter.repeat(100_000 + round));
                store.put(&key, &value, None).await.unwrap();
            }
        })
    };
    while !writer.is_finished() {
        if let Some(text) = text(&**store, &key).await {
            let first = &text[..1];
            assert!(text.len() >= 100_000 && text.bytes().all(|byte| byte == first.as_bytes()[0]));
        }
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}
