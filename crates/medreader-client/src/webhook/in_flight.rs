//! The events that are being handled at this moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::EventKey;

/// Lets one delivery of an event at a time have its turn, and forgets an event when nobody has or awaits a turn.
#[derive(Default)]
pub(super) struct InFlight {
    events: Mutex<HashMap<EventKey, Event>>,
}

#[derive(Default)]
struct Event {
    /// Whether a turn has ended well. Known here too, and not to the store of seen events alone: that one may fail, or
    /// have forgotten by the time the next gets its turn.
    handled: Arc<AsyncMutex<bool>>,
    /// How many have or await a turn.
    deliveries: usize,
}

/// A delivery's turn. It ends when this is dropped, however that comes about: done, cancelled or panicked.
pub(super) struct Turn {
    // Dropped first, so that the event is forgotten only after the turn has been given back.
    handled: OwnedMutexGuard<bool>,
    _delivery: Delivery,
}

impl Turn {
    /// Whether an earlier turn, of those who were there at the same time, has ended well.
    pub(super) fn is_handled(&self) -> bool {
        *self.handled
    }

    /// Says to those who wait that this one has ended well.
    pub(super) fn set_handled(&mut self) {
        *self.handled = true;
    }
}

/// One of the deliveries that are counted.
struct Delivery {
    in_flight: Arc<InFlight>,
    key: EventKey,
}

impl InFlight {
    /// Waits until no other delivery of this event has its turn; in the order of arrival.
    pub(super) async fn turn(self: &Arc<Self>, key: &EventKey) -> Turn {
        let handled = {
            let mut events = self.events();
            let event = events.entry(key.clone()).or_default();
            event.deliveries += 1;
            Arc::clone(&event.handled)
        };
        let delivery = Delivery {
            in_flight: Arc::clone(self),
            key: key.clone(),
        };
        Turn {
            handled: handled.lock_owned().await,
            _delivery: delivery,
        }
    }

    fn events(&self) -> MutexGuard<'_, HashMap<EventKey, Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let mut events = self.in_flight.events();
        if let Some(event) = events.get_mut(&self.key) {
            event.deliveries -= 1;
            if event.deliveries == 0 {
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

    use super::super::{EventKey, WebhookEvent};
    use super::InFlight;

    fn key(number: usize) -> EventKey {
        let body = format!(r#"{{"id":"EXAMPLE-{number}"}}"#);
        WebhookEvent::from_body(body.as_bytes())
            .unwrap()
            .key()
            .clone()
    }

    #[tokio::test]
    async fn an_event_is_forgotten_with_its_last_delivery() {
        let in_flight = Arc::new(InFlight::default());
        let key = key(1);
        let first = in_flight.turn(&key).await;
        let other = in_flight.turn(&self::key(2)).await;
        {
            let mut waiting = pin!(in_flight.turn(&key));
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
        let key = key(1);
        let mut first = in_flight.turn(&key).await;
        {
            let mut waiting = pin!(in_flight.turn(&key));
            let waits = poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await;
            assert!(waits);
        }
        first.set_handled();
        drop(first);
        assert!(in_flight.events().is_empty());
        // And with it what became of it: that is the store's to know.
        assert!(!in_flight.turn(&key).await.is_handled());
    }
}
