//! The events that are being handled at this moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common_http::StoreKey;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Lets one handle an event at a time, and forgets an event when nobody handles or awaits it.
#[derive(Default)]
pub(super) struct InFlight {
    events: Mutex<HashMap<StoreKey, Event>>,
}

#[derive(Default)]
struct Event {
    /// Whether a claim has ended well. It is known here too, and not only in the store, because the
    /// store may fail, or have forgotten it before the next claim.
    handled: Arc<AsyncMutex<bool>>,
    /// How many have or await a claim.
    claims: usize,
}

/// The right to handle an event. It ends when this is dropped: done, cancelled or panicked.
pub(super) struct Claim {
    // Dropped first, so that the event is forgotten only after the claim has been given up.
    handled: OwnedMutexGuard<bool>,
    _counted: Counted,
}

impl Claim {
    /// Whether an earlier claim, of those made at the same time, has ended well.
    pub(super) fn is_handled(&self) -> bool {
        *self.handled
    }

    /// Tells those who wait that this one has ended well.
    pub(super) fn set_handled(&mut self) {
        *self.handled = true;
    }
}

/// One of the claims that are counted.
struct Counted {
    in_flight: Arc<InFlight>,
    key: StoreKey,
}

impl InFlight {
    /// Waits until nobody else handles this event, in the order of arrival.
    pub(super) async fn claim(self: &Arc<Self>, key: &StoreKey) -> Claim {
        let handled = {
            let mut events = self.events();
            let event = events.entry(key.clone()).or_default();
            event.claims += 1;
            Arc::clone(&event.handled)
        };
        let counted = Counted {
            in_flight: Arc::clone(self),
            key: key.clone(),
        };
        Claim {
            handled: handled.lock_owned().await,
            _counted: counted,
        }
    }

    fn events(&self) -> MutexGuard<'_, HashMap<StoreKey, Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut events = self.in_flight.events();
        if let Some(event) = events.get_mut(&self.key) {
            event.claims -= 1;
            if event.claims == 0 {
                events.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Poll;

    use common_http::StoreKey;

    use super::InFlight;

    fn key(name: &str) -> StoreKey {
        StoreKey::of(&["example", name])
    }

    #[tokio::test]
    async fn an_event_is_forgotten_with_its_last_claim() {
        let in_flight = Arc::new(InFlight::default());
        let key = key("1");
        let first = in_flight.claim(&key).await;
        let other = in_flight.claim(&self::key("2")).await;
        {
            let mut waiting = pin!(in_flight.claim(&key));
            let waits = poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await;
            assert!(waits);
            assert_eq!(in_flight.events().len(), 2);
            drop(first);
            assert_eq!(in_flight.events().len(), 2);
            drop(waiting.await);
        }
        assert_eq!(in_flight.events().len(), 1);
        drop(other);
        assert!(in_flight.events().is_empty());
    }

    #[tokio::test]
    async fn one_that_gives_up_waiting_is_forgotten() {
        let in_flight = Arc::new(InFlight::default());
        let key = key("1");
        let mut first = in_flight.claim(&key).await;
        {
            let mut waiting = pin!(in_flight.claim(&key));
            let waits = poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await;
            assert!(waits);
        }
        first.set_handled();
        drop(first);
        assert!(in_flight.events().is_empty());
        // So is what became of it: that is in the store.
        assert!(!in_flight.claim(&key).await.is_handled());
    }
}
