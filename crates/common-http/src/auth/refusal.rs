//! A refused login, which is not repeated at once.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Delivery, Error, ErrorKind};

/// The first pause after a refused login or a failed renewal; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A refused login, and until when none is sent.
#[derive(Clone)]
pub(super) struct Refusal {
    pub(super) error: Error,
    pub(super) until: Instant,
    /// The pause without what the vendor asked for; the next one is twice as long.
    pub(super) pause: Duration,
}

impl Refusal {
    /// The refusal that a failed login is, if it is one, after an earlier one.
    pub(super) fn after(error: &Error, now: Instant, earlier: Option<&Self>) -> Option<Self> {
        let status = error.status()?.as_u16();
        let asked = match (error.kind(), status) {
            (ErrorKind::RateLimited, _) | (_, 429 | 503) => error.retry_after(),
            _ => None,
        };
        // Zero is ignored: the same password would be refused again.
        let asked = asked.filter(|asked| !asked.is_zero());
        let asked = asked.map(|asked| asked.min(LONGEST_PAUSE));
        let refused =
            error.kind().refuses_login() || asked.is_some() || (400..500).contains(&status);
        let pause = doubled(earlier.map(|refusal| refusal.pause));
        refused.then(|| Self {
            error: error.clone(),
            until: now + asked.unwrap_or(pause),
            pause,
        })
    }

    /// The error of a call that needs a login now.
    pub(super) fn error(&self, now: Instant) -> Error {
        self.error
            .clone()
            .with_detail("the vendor refused the login recently, so no login is sent yet")
            .with_attempts(0)
            .with_delivery(Delivery::NotSent)
            .with_retry_after(self.until - now)
    }
}

pub(super) fn doubled(pause: Option<Duration>) -> Duration {
    pause.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE))
}
