//! The leases of the jobs that a worker is sending.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, interval, sleep_until};

use super::queue::Queue;

/// Keeps the leases of this worker's jobs, and knows when they may have ended.
pub(super) struct Heart {
    queue: Arc<Queue>,
    held: Mutex<HashMap<i64, Hold>>,
}

struct Hold {
    claim: String,
    /// When the lease was last extended, by this machine's clock, which only moves forward.
    extended: Instant,
}

/// A job whose lease is kept while this exists.
pub(super) struct Held {
    heart: Arc<Heart>,
    id: i64,
}

impl Heart {
    pub(super) fn new(queue: Arc<Queue>) -> Arc<Self> {
        Arc::new(Self {
            queue,
            held: Mutex::default(),
        })
    }

    /// Keeps the lease of a job, which was taken no earlier than at `taken`.
    pub(super) fn hold(self: &Arc<Self>, id: i64, claim: &str, taken: Instant) -> Held {
        let hold = Hold {
            claim: claim.to_owned(),
            extended: taken,
        };
        self.held().insert(id, hold);
        Held {
            heart: Arc::clone(self),
            id,
        }
    }

    /// Extends the leases, again and again.
    pub(super) async fn beat(&self) {
        let mut tick = interval(self.queue.lease / 4);
        loop {
            tick.tick().await;
            let held: Vec<_> = {
                let held = self.held();
                let all = held.iter().map(|(id, hold)| (*id, hold.claim.clone()));
                all.collect()
            };
            for (id, claim) in held {
                let began = Instant::now();
                // If it fails, the next beat comes before the lease ends.
                let is_ours = self.queue.extend(id, &claim).await.unwrap_or(false);
                if is_ours && let Some(hold) = self.held().get_mut(&id) {
                    hold.extended = began;
                }
            }
        }
    }

    /// The jobs whose leases are kept.
    pub(super) fn jobs(&self) -> Vec<i64> {
        self.held().keys().copied().collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<i64, Hold>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Returns before the lease can have ended, if it could not be extended.
    pub(super) async fn lost(&self) {
        loop {
            let end = self.end();
            sleep_until(end).await;
            if self.end() <= end {
                return;
            }
        }
    }

    fn end(&self) -> Instant {
        let held = self.heart.held();
        let extended = held.get(&self.id).map(|hold| hold.extended);
        extended.unwrap_or_else(Instant::now) + self.margin()
    }

    fn margin(&self) -> Duration {
        self.heart.queue.lease * 3 / 4
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.heart.held().remove(&self.id);
    }
}
