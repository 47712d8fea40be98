//! State that outlives a call or a process: sessions, uploads, seen webhook events.

mod folder;
mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

pub use self::folder::FolderStore;
pub use self::memory::MemoryStore;
#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
use crate::data::redact::Secret;

/// Keeps values under keys, for one process or for many.
///
/// The clients store sessions, the states of unfinished uploads and seen webhook events here.
/// [`MemoryStore`] is for one process, [`FolderStore`] for the processes of a machine, and
/// `RedisStore` (feature `redis`) for those of several machines. Values are secrets: restrict
/// access to them. A store that fails or takes longer than 5 s does not stop a call: the client
/// continues without it and logs a warning. So an access may be dropped before it has ended.
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

    /// Stores a value, replacing one that is there.
    ///
    /// `lifetime` counts from now; `None` means forever.
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

    /// The key of this text, as [`as_str`](Self::as_str) has it; `None` if it is not one.
    fn from_text(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

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
