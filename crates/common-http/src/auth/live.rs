//! A session in use: its age, and what the vendor said to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::Instant;

use super::Session;
use crate::clock::Clock;
use crate::error::{Delivery, Error, ErrorKind, Result};

/// A 401 to a younger session that was never accepted is final: another login would not help.
const YOUNG: Duration = Duration::from_secs(60);

/// A session in use.
pub(crate) struct Live {
    pub(crate) authorization: HeaderValue,
    pub(super) session: Session,
    pub(super) generation: u64,
    since: Instant,
    clock: Clock,
    age_then: Duration,
    /// Opened by this process, not read from a store.
    opened_here: bool,
    accepted: AtomicBool,
}

impl Live {
    /// A session that has this age now.
    pub(super) fn new(
        session: Session,
        age: Duration,
        opened_here: bool,
        generation: u64,
        clock: Clock,
    ) -> Result<Self> {
        let mut authorization =
            HeaderValue::from_str(session.authorization.expose()).map_err(|_| {
                let unfit = Error::new(ErrorKind::Decode)
                    .with_detail("the login returned a token that is not a valid header value");
                unfit.with_attempts(1).with_delivery(Delivery::Answered)
            })?;
        authorization.set_sensitive(true);
        Ok(Self {
            authorization,
            session,
            generation,
            since: clock.now(),
            clock,
            age_then: age,
            opened_here,
            accepted: AtomicBool::new(false),
        })
    }

    /// Notes that the vendor accepted the session.
    pub(crate) fn accepted(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    /// Whether a 401 to this session means something other than its expiry. `ambiguous`: the vendor
    /// also answers 401 if a permission is missing.
    pub(super) fn is_fresh(&self, ambiguous: bool) -> bool {
        let proven = !self.opened_here || self.accepted.load(Ordering::Relaxed);
        self.age() < YOUNG && (ambiguous || !proven)
    }

    fn age(&self) -> Duration {
        let elapsed = self.clock.now().saturating_duration_since(self.since);
        self.age_then.saturating_add(elapsed)
    }

    pub(super) fn is_alive(&self) -> bool {
        self.session
            .lifetime
            .is_none_or(|lifetime| self.age() < lifetime)
    }

    pub(super) fn is_due(&self) -> bool {
        self.session
            .refresh_after
            .is_some_and(|after| self.age() >= after)
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }
}
