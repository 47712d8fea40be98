//! A store in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Store, StoreKey};
use crate::data::redact::Secret;
use crate::lock::lock;

/// A [`Store`] in memory, shared by the clients of one process and lost with it.
///
/// A clone has the same values.
///
/// ```
/// use common_http::MemoryStore;
///
/// // Two clients that are built with this store share one login.
/// let store = MemoryStore::default();
/// # let _ = store;
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    capacity: Option<usize>,
    entries: Arc<Mutex<Entries>>,
}

#[derive(Default)]
struct Entries {
    values: HashMap<StoreKey, Entry>,
    oldest_first: BTreeMap<u64, StoreKey>,
    ends_first: BTreeSet<(Instant, u64)>,
    put: u64,
}

struct Entry {
    value: Secret,
    ends: Option<Instant>,
    place: u64,
}

impl MemoryStore {
    /// A store that forgets the oldest value when it would hold more than this many.
    #[must_use]
    pub fn bounded(capacity: usize) -> Self {
        Self {
            capacity: Some(capacity),
            entries: Arc::default(),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        let mut entries = lock(&self.entries);
        entries.forget_ended();
        entries
    }
}

impl Entries {
    fn forget_ended(&mut self) {
        let now = Instant::now();
        while let Some((ends, place)) = self.ends_first.first().copied()
            && ends <= now
        {
            self.ends_first.remove(&(ends, place));
            if let Some(key) = self.oldest_first.remove(&place) {
                self.values.remove(&key);
            }
        }
    }

    fn put(
        &mut self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
        most: Option<usize>,
    ) {
        self.remove(key);
        self.put += 1;
        let entry = Entry {
            value: value.clone(),
            ends: lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime)),
            place: self.put,
        };
        self.oldest_first.insert(self.put, key.clone());
        self.ends_first
            .extend(entry.ends.map(|ends| (ends, self.put)));
        self.values.insert(key.clone(), entry);
        while most.is_some_and(|most| self.values.len() > most)
            && let Some(oldest) = self.oldest_first.values().next().cloned()
        {
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &StoreKey) {
        if let Some(entry) = self.values.remove(key) {
            self.oldest_first.remove(&entry.place);
            if let Some(ends) = entry.ends {
                self.ends_first.remove(&(ends, entry.place));
            }
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let entries = self.entries();
        Ok(entries.values.get(key).map(|entry| entry.value.clone()))
    }

    async fn put(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<()> {
        self.entries().put(key, value, lifetime, self.capacity);
        Ok(())
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        let mut entries = self.entries();
        let absent = !entries.values.contains_key(key);
        if absent {
            entries.put(key, value, lifetime, self.capacity);
        }
        Ok(absent)
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        self.entries().remove(key);
        Ok(())
    }
}

crate::safe_debug!(MemoryStore { capacity });

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> StoreKey {
        StoreKey::of(&["example", name])
    }

    async fn text(store: &MemoryStore, name: &str) -> Option<String> {
        let value = store.get(&key(name)).await.unwrap();
        value.map(|value| value.expose().to_owned())
    }

    #[tokio::test]
    async fn values_are_kept_replaced_and_removed() {
        let store = MemoryStore::default();
        let (one, two) = (Secret::from("1"), Secret::from("2"));
        assert!(store.put_if_absent(&key("a"), &one, None).await.unwrap());
        assert!(!store.put_if_absent(&key("a"), &two, None).await.unwrap());
        assert_eq!(text(&store, "a").await.as_deref(), Some("1"));
        store.put(&key("a"), &two, None).await.unwrap();
        assert_eq!(text(&store, "a").await.as_deref(), Some("2"));
        store.remove(&key("a")).await.unwrap();
        assert_eq!(text(&store, "a").await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lifetime_ends() {
        let store = MemoryStore::default();
        let (minute, value) = (Duration::from_secs(60), Secret::from("1"));
        store.put(&key("a"), &value, Some(minute)).await.unwrap();
        tokio::time::advance(minute - Duration::from_millis(1)).await;
        assert_eq!(text(&store, "a").await.as_deref(), Some("1"));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(text(&store, "a").await, None);
        let again = store.put_if_absent(&key("a"), &value, None).await;
        assert!(again.unwrap());
        let endless = Some(Duration::MAX);
        store.put(&key("b"), &value, endless).await.unwrap();
        assert_eq!(text(&store, "b").await.as_deref(), Some("1"));
    }

    #[tokio::test]
    async fn a_bounded_store_forgets_the_oldest() {
        let store = MemoryStore::bounded(2);
        for name in ["a", "b", "a", "c"] {
            let value = Secret::from(name);
            store.put(&key(name), &value, None).await.unwrap();
        }
        let kept = [
            text(&store, "a").await,
            text(&store, "b").await,
            text(&store, "c").await,
        ];
        assert_eq!(
            kept.map(|value| value.is_some()),
            [true, false, true],
            "`a` was put again after `b`"
        );
        store.remove(&key("a")).await.unwrap();
        let value = Secret::from("d");
        store.put(&key("d"), &value, None).await.unwrap();
        assert!(text(&store, "c").await.is_some());
    }
}
