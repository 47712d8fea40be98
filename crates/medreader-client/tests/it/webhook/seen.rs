//! The store in memory.

use std::sync::Arc;

use medreader_client::webhook::{EventKey, MemorySeenEvents, Outcome, Receiver, SeenEvents};

use super::{key, payload, right_headers, verifier};

async fn mark(store: &MemorySeenEvents, keys: &[EventKey]) {
    for key in keys {
        store.mark_seen(key).await.unwrap();
    }
}

/// How many of these keys the store knows.
async fn known(store: &MemorySeenEvents, keys: &[EventKey]) -> usize {
    let mut known = 0;
    for key in keys {
        known += usize::from(store.is_seen(key).await.unwrap());
    }
    known
}

#[tokio::test]
async fn the_last_ten_thousand_events_are_remembered() {
    let store = MemorySeenEvents::default();
    let keys: Vec<_> = (0..25_000).map(key).collect();
    mark(&store, &keys).await;
    assert_eq!(known(&store, &keys[..15_000]).await, 0);
    assert_eq!(known(&store, &keys[15_000..]).await, 10_000);
}

#[tokio::test]
async fn an_event_that_is_marked_twice_takes_one_place() {
    let store = MemorySeenEvents::new(2);
    let keys: Vec<_> = (0..3).map(key).collect();
    mark(&store, &keys[..2]).await;
    mark(&store, &keys[1..2]).await;
    mark(&store, &keys[1..2]).await;
    assert_eq!(known(&store, &keys[..2]).await, 2);
    mark(&store, &keys[2..]).await;
    assert!(!store.is_seen(&keys[0]).await.unwrap());
    assert_eq!(known(&store, &keys).await, 2);
}

#[tokio::test]
async fn a_store_for_no_events_remembers_none() {
    let store = MemorySeenEvents::new(0);
    mark(&store, &[key(1)]).await;
    assert_eq!(known(&store, &[key(1)]).await, 0);
}

#[tokio::test]
async fn receivers_can_share_one_with_its_owner() {
    let store = Arc::new(MemorySeenEvents::default());
    let receivers = [(); 2].map(|()| {
        Receiver::new(verifier(), async |_event| Ok::<(), std::io::Error>(()))
            .seen_events(store.clone())
    });
    let body = payload(1);
    for (receiver, expected) in receivers.iter().zip([Outcome::Handled, Outcome::Duplicate]) {
        let outcome = receiver.receive(&right_headers(), &body).await;
        assert_eq!(outcome, expected);
    }
    assert!(store.is_seen(&key(1)).await.unwrap());
}

#[tokio::test]
async fn it_can_be_used_behind_the_trait() {
    let store: Box<dyn SeenEvents> = Box::new(MemorySeenEvents::default());
    store.mark_seen(&key(1)).await.unwrap();
    assert!(store.is_seen(&key(1)).await.unwrap());
    assert!(!store.is_seen(&key(2)).await.unwrap());
}
