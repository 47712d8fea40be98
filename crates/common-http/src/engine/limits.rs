//! The time limits of a call, and how much longer it may wait.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::failure::Stalled;

pub(crate) struct Limits {
    /// The caller's hard limit.
    pub(crate) deadline: Option<Instant>,
    /// The end of the working time; a throttle wait moves it.
    pub(crate) working: Option<Instant>,
    /// How much longer the call may wait at the vendor's request.
    pub(crate) asked_left: Duration,
    pub(crate) attempts: u32,
}

/// The reason for a wait before the next attempt.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum WaitReason {
    /// Our own backoff.
    Own,
    /// The vendor named a time, after a failure.
    Asked,
    /// The vendor refused the request before it acted on it.
    Throttle,
}

impl Limits {
    pub(crate) fn end(&self) -> Option<Instant> {
        earlier(self.deadline, self.working)
    }

    /// Deducts the wait; `None` if the call's limits do not allow it.
    pub(crate) fn spend(&mut self, wait: Duration, why: WaitReason) -> Option<()> {
        let back = Instant::now().checked_add(wait)?;
        if why != WaitReason::Own {
            self.asked_left = self.asked_left.checked_sub(wait)?;
        }
        if why == WaitReason::Throttle
            && let Some(working) = self.working
        {
            self.working = Some(working.checked_add(wait)?);
        }
        match self.end() {
            Some(end) if back >= end => None,
            _ => Some(()),
        }
    }

    /// Counts a wait that takes no time on this machine's clock as if it did.
    pub(crate) fn skip(&mut self, wait: Duration) {
        for end in [&mut self.deadline, &mut self.working] {
            *end = end.and_then(|end| end.checked_sub(wait));
        }
    }
}

pub(crate) fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The end of a wait: after a limit, or at the call's end if that is earlier; and what is overdue
/// then. One timer serves both.
pub(crate) fn first_end(
    limit: Duration,
    why: Stalled,
    end: Option<Instant>,
) -> (Option<Instant>, Stalled) {
    let first = earlier(Instant::now().checked_add(limit), end);
    (first, if first == end { Stalled::Deadline } else { why })
}

/// Waits for the first end, and returns what is overdue.
pub(crate) async fn overdue(limit: Duration, why: Stalled, end: Option<Instant>) -> Stalled {
    let (first, overdue) = first_end(limit, why, end);
    match first {
        Some(first) => sleep_until(first).await,
        None => pending().await,
    }
    overdue
}

/// The future's output; `None` if the call's time ends first.
pub(crate) async fn within<F: Future>(end: Option<Instant>, future: F) -> Option<F::Output> {
    // Pinned once: in each arm by itself it would take its room twice.
    let mut future = pin!(future);
    match end {
        Some(end) => timeout_at(end, future.as_mut()).await.ok(),
        None => Some(future.as_mut().await),
    }
}
