//! Which events have been handled.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use common_http::{async_trait, safe_debug};

use super::EventKey;

/// Remembers the events that were handled, so that one that is sent again is not handled again.
///
/// With more than one replica, or where a restart must not forget, keep the keys in your database; best in the
/// transaction in which the handler writes what it makes of the event, so that there is no moment at which one is done
/// and the other is not.
///
/// ```
/// use std::io;
/// use medreader_client::async_trait;
/// use medreader_client::webhook::{EventKey, SeenEvents};
///
/// /// One empty file an event.
/// struct Folder(std::path::PathBuf);
///
/// #[async_trait]
/// impl SeenEvents for Folder {
///     async fn is_seen(&self, key: &EventKey) -> io::Result<bool> {
///         self.0.join(key.to_hex()).try_exists()
///     }
///
///     async fn mark_seen(&self, key: &EventKey) -> io::Result<()> {
///         std::fs::write(self.0.join(key.to_hex()), "")
///     }
/// }
/// ```
#[async_trait]
pub trait SeenEvents: Send + Sync + 'static {
    /// Whether this event was marked.
    ///
    /// # Errors
    /// The store's own; the event is then not handled but answered 503, so that MedReader sends it again.
    async fn is_seen(&self, key: &EventKey) -> io::Result<bool>;

    /// Marks an event whose handler has returned `Ok`.
    ///
    /// # Errors
    /// The store's own. The event has been handled and is answered 200 all the same; should it be sent again, it is
    /// handled again.
    async fn mark_seen(&self, key: &EventKey) -> io::Result<()>;
}

/// One store for several receivers, or for a receiver and its owner.
#[async_trait]
impl<S: SeenEvents + ?Sized> SeenEvents for Arc<S> {
    async fn is_seen(&self, key: &EventKey) -> io::Result<bool> {
        self.as_ref().is_seen(key).await
    }

    async fn mark_seen(&self, key: &EventKey) -> io::Result<()> {
        self.as_ref().mark_seen(key).await
    }
}

/// The last events handled by this process, by default 10,000 of them (some 100 bytes each): where one more is marked,
/// the oldest is forgotten.
pub struct MemorySeenEvents {
    capacity: usize,
    marked: Mutex<Marked>,
}

safe_debug!(MemorySeenEvents { capacity });

#[derive(Default)]
struct Marked {
    keys: HashSet<EventKey>,
    oldest_first: VecDeque<EventKey>,
}

impl MemorySeenEvents {
    /// Remembers up to this many events.
    ///
    /// ```
    /// use medreader_client::webhook::{Receiver, MemorySeenEvents, Verifier};
    ///
    /// let receiver = Receiver::new(
    ///     Verifier::new("webhook-user", "EXAMPLE-PASSWORD"),
    ///     async |_event| Ok::<(), std::io::Error>(()),
    /// )
    /// .seen_events(MemorySeenEvents::new(100_000));
    /// ```
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            marked: Mutex::default(),
        }
    }
}

impl Default for MemorySeenEvents {
    fn default() -> Self {
        Self::new(10_000)
    }
}

#[async_trait]
impl SeenEvents for MemorySeenEvents {
    async fn is_seen(&self, key: &EventKey) -> io::Result<bool> {
        let marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(marked.keys.contains(key))
    }

    async fn mark_seen(&self, key: &EventKey) -> io::Result<()> {
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        if marked.keys.insert(key.clone()) {
            marked.oldest_first.push_back(key.clone());
        }
        while marked.oldest_first.len() > self.capacity {
            if let Some(oldest) = marked.oldest_first.pop_front() {
                marked.keys.remove(&oldest);
            }
        }
        Ok(())
    }
}
