//! The time of a client: the machine's, or in a test a sandbox's.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until, timeout_at};

#[cfg(feature = "sandbox")]
use crate::options::HttpOptions;
#[cfg(feature = "sandbox")]
use crate::sandbox::SandboxClock;

/// The clock by which a client waits and its sessions age.
///
/// Without the feature `sandbox` there is only the machine's.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Clock {
    #[cfg(feature = "sandbox")]
    sandbox: Option<Sandboxed>,
}

/// A sandbox's clock, and one moment as it and the machine's clock showed it.
#[cfg(feature = "sandbox")]
#[derive(Clone, Debug)]
struct Sandboxed {
    clock: SandboxClock,
    then: (SystemTime, Instant),
}

#[cfg(feature = "sandbox")]
impl HttpOptions {
    /// Waits without taking time: every wait moves this clock of a sandbox forward instead.
    ///
    /// For tests of throttling, retries, expiry and waiting for results. What the client decides
    /// is the same: how long it waits, whether that fits its limits, when a session is too old.
    /// Sessions and the pause after a refused login follow this clock too, so that
    /// [`SandboxClock::advance`] ages them. The time that a request itself takes is real, and so
    /// are its timeouts.
    ///
    /// Waits of several tasks at the same time pass together. A wait for something that takes real
    /// time, such as a webhook, may be over before it comes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use common_http::example::{self, GET};
    /// use common_http::HttpOptions;
    /// use common_http::sandbox::SandboxClock;
    ///
    /// let clock = SandboxClock::new(); // in your tests: sandbox.clock()
    /// let http = HttpOptions::default().fast_waits(&clock);
    /// let engine = example::builder("http://127.0.0.1:9").http(http).build()?;
    ///
    /// let before = clock.now();
    /// let error = engine.request(&GET).path("id", "1").await.unwrap_err();
    /// assert_eq!(error.attempts(), 4); // no server is there
    /// assert!(clock.now().duration_since(before)? > Duration::ZERO); // the pauses in between
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn fast_waits(mut self, clock: &SandboxClock) -> Self {
        self.clock.sandbox = Some(Sandboxed {
            clock: clock.clone(),
            then: (clock.now(), Instant::now()),
        });
        self
    }
}

impl Clock {
    /// The current time.
    #[must_use]
    pub fn now(&self) -> Instant {
        #[cfg(feature = "sandbox")]
        if let Some(Sandboxed { clock, then }) = &self.sandbox {
            let passed = clock.now().duration_since(then.0).unwrap_or_default();
            return then.1.checked_add(passed).unwrap_or(then.1);
        }
        Instant::now()
    }

    /// The current time of the wall clock.
    pub(crate) fn system_time(&self) -> SystemTime {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            return sandbox.clock.now();
        }
        SystemTime::now()
    }

    /// Waits until this time.
    pub async fn sleep_until(&self, end: Instant) {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            // Let the others begin their waits, so that all end at their own time.
            tokio::task::yield_now().await;
            let left = end.saturating_duration_since(self.now());
            sandbox.clock.advance(left);
            return;
        }
        sleep_until(end).await;
    }

    /// Waits this long. A wait that ends beyond all times never ends.
    pub async fn sleep(&self, wait: Duration) {
        match self.now().checked_add(wait) {
            Some(end) => self.sleep_until(end).await,
            None => std::future::pending().await,
        }
    }

    /// The future's output, or `None` if this time comes first.
    pub async fn timeout_at<F: Future>(&self, end: Instant, future: F) -> Option<F::Output> {
        if !self.is_sandbox() {
            return timeout_at(end, future).await.ok();
        }
        tokio::select! {
            // What is there already comes before the end.
            biased;
            output = future => Some(output),
            () = self.sleep_until(end) => None,
        }
    }

    /// Whether waits take no time.
    pub(crate) fn is_sandbox(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.sandbox.is_some();
        #[cfg(not(feature = "sandbox"))]
        false
    }
}

#[cfg(all(test, feature = "sandbox"))]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn frozen() -> (Clock, SandboxClock) {
        let sandbox = SandboxClock::new();
        sandbox.freeze();
        let clock = HttpOptions::default().fast_waits(&sandbox).clock;
        (clock, sandbox)
    }

    #[tokio::test(start_paused = true)]
    async fn waits_at_the_same_time_pass_together() {
        let (clock, sandbox) = frozen();
        let began = (Instant::now(), clock.now(), sandbox.now());
        tokio::join!(
            clock.sleep(MINUTE),
            clock.sleep(MINUTE),
            clock.sleep(MINUTE / 2)
        );
        assert_eq!(Instant::now(), began.0);
        assert_eq!(clock.now() - began.1, MINUTE);
        assert_eq!(sandbox.now().duration_since(began.2).unwrap(), MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_comes_before_the_end_of_a_wait() {
        let (clock, _sandbox) = frozen();
        let end = clock.now() + MINUTE;
        assert_eq!(clock.timeout_at(end, ready(7)).await, Some(7));
        assert!(clock.now() < end);
        assert_eq!(clock.timeout_at(end, pending::<u8>()).await, None);
        assert_eq!(clock.now(), end);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_others_move_is_not_moved_again() {
        let (clock, sandbox) = frozen();
        let end = clock.now() + MINUTE;
        sandbox.advance(2 * MINUTE);
        let moved = sandbox.now();
        clock.sleep_until(end).await;
        assert_eq!(sandbox.now(), moved);
    }

    #[tokio::test(start_paused = true)]
    async fn the_machines_clock_takes_its_time() {
        let clock = Clock::default();
        let began = Instant::now();
        clock.sleep(MINUTE).await;
        assert_eq!(began.elapsed(), MINUTE);
        assert_eq!(clock.now(), Instant::now());
    }
}
