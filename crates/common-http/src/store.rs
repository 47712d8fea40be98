//! State that outlives a call or a process: sessions, uploads, seen webhook events.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::data::redact::Secret;

/// Keeps values under keys, for one process or for many.
///
/// The clients store sessions, the states of unfinished uploads and seen webhook events here.
/// Values are secrets: restrict access to them. A store that fails or takes longer than 5 s does
/// not stop a call: the client continues without it and logs a warning.
///
/// ```
/// use std::io;
/// use std::time::Duration;
///
/// use common_http::{Secret, Store, StoreKey, async_trait};
///
/// struct Database;
///
/// #[async_trait]
/// impl Store for Database {
///     async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
///         let _select = ("SELECT value FROM kept WHERE key = $1 AND ends > now()", key.as_str());
///         Ok(None)
///     }
///     async fn put(&self, key: &StoreKey, value: &Secret, life: Option<Duration>) -> io::Result<()> {
///         let _upsert = (key.as_str(), value.expose(), life);
///         Ok(())
///     }
///     async fn put_if_absent(
///         &self,
///         key: &StoreKey,
///         value: &Secret,
///         life: Option<Duration>,
///     ) -> io::Result<bool> {
///         let _insert_on_conflict_do_nothing = (key.as_str(), value.expose(), life);
///         Ok(true)
///     }
///     async fn remove(&self, key: &StoreKey) -> io::Result<()> {
///         let _delete = key.as_str();
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Returns the value of this key, if there is one and it has not expired.
    ///
    /// # Errors
    /// The error of the underlying storage.
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>>;

    /// Stores a value, replacing one that is there. `life` is its lifetime; `None` means forever.
    ///
    /// # Errors
    /// The error of the underlying storage.
    async fn put(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<()>;

    /// Stores a value unless the key has one, atomically. Returns whether it stored it.
    ///
    /// # Errors
    /// The error of the underlying storage.
    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool>;

    /// Removes the value under this key, if there is one.
    ///
    /// # Errors
    /// The error of the underlying storage.
    async fn remove(&self, key: &StoreKey) -> io::Result<()>;
}

/// The key of a value in a [`Store`]: 64 hexadecimal digits, which fit a file name or a column.
///
/// It is a digest, so it does not show the users and addresses that it was made from.
///
/// ```
/// use common_http::StoreKey;
///
/// let key = StoreKey::of(&["example", "session", "https://vendor.example", "user 1"]);
/// assert_eq!(key.as_str().len(), 64);
/// assert_ne!(key, StoreKey::of(&["example", "session", "https://vendor.example", "user 2"]));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreKey(String);

impl StoreKey {
    /// The key made of these parts, in this order.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digits = |text: String, byte: &u8| text + &format!("{byte:02x}");
        Self(hash.finalize().iter().fold(String::new(), digits))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(..)")
    }
}

/// A [`Store`] in memory, shared by the clients of one process and lost with it.
///
/// ```
/// use std::sync::Arc;
///
/// use common_http::MemoryStore;
///
/// // Two clients that are built with this store share one login.
/// let store = Arc::new(MemoryStore::default());
/// # let _ = store;
/// ```
#[derive(Default)]
pub struct MemoryStore {
    capacity: Option<usize>,
    entries: Mutex<Entries>,
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
            entries: Mutex::default(),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
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

#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        self.as_ref().get(key).await
    }

    async fn put(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<()> {
        self.as_ref().put(key, value, lifetime).await
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        self.as_ref().put_if_absent(key, value, lifetime).await
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        self.as_ref().remove(key).await
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

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

    #[test]
    fn keys_differ_by_parts_and_show_nothing() {
        let a = StoreKey::of(&["ab", "c"]);
        let b = StoreKey::of(&["a", "bc"]);
        assert_ne!(a, b);
        assert_eq!(a, StoreKey::of(&["ab", "c"]));
        assert_eq!(format!("{a:?}"), "StoreKey(..)");
        assert!(a.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
