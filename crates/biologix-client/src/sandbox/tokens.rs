//! The tokens that are given out, and how long they live.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// Each token with its end. An older token lives on beside a newer one.
#[derive(Default)]
pub(super) struct Tokens {
    ends: HashMap<String, SystemTime>,
    opened: usize,
}

impl Tokens {
    /// Gives out a token, with the number of its session.
    pub(super) fn open(&mut self, now: SystemTime, life: Duration) -> (usize, String) {
        self.ends.retain(|_, end| *end > now);
        self.opened += 1;
        let token = format!("EXAMPLETOKEN{:04}", self.opened);
        // Capped, so that an endless life does not exceed what the time type holds.
        let end = now + life.min(Duration::from_secs(1 << 40));
        self.ends.insert(token.clone(), end);
        (self.opened, token)
    }

    pub(super) fn is_alive(&self, token: &str, now: SystemTime) -> bool {
        self.ends.get(token).is_some_and(|end| *end > now)
    }

    pub(super) fn expire(&mut self) {
        self.ends.clear();
    }

    pub(super) fn opened(&self) -> usize {
        self.opened
    }
}
