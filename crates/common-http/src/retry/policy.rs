//! The settings for repeating calls.

use std::time::Duration;

/// How often a call is repeated, and how long it waits before.
///
/// *Whether* it may be repeated depends on its operation: see [`Effect`](crate::Effect).
///
/// ```
/// use std::time::Duration;
/// use common_http::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(6).cap(Duration::from_secs(60));
/// let once = RetryPolicy::never();
/// # let _ = (patient, once);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    pub(crate) transfer_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) throttle_base: Duration,
    pub(crate) cap: Duration,
    pub(crate) throttle_floor: Option<Duration>,
    pub(crate) max_throttle_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            transfer_attempts: 3,
            base: Duration::from_millis(200),
            throttle_base: Duration::from_secs(1),
            cap: Duration::from_secs(20),
            throttle_floor: None,
            max_throttle_wait: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// Sends each call once; an expired session is still renewed once.
    #[must_use]
    pub fn never() -> Self {
        Self::default().max_attempts(1).max_transfer_attempts(1)
    }

    /// The number of attempts of a call, including the first: 4 by default, at least 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The number of attempts of an upload or download, including the first: 3 by default, at least
    /// 1.
    #[must_use]
    pub fn max_transfer_attempts(mut self, attempts: u32) -> Self {
        self.transfer_attempts = attempts.max(1);
        self
    }

    /// The upper bound of the first pause after a failure: 200 ms by default.
    ///
    /// It doubles with each repetition, up to [`cap`](Self::cap); the pause is a random part of it.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Like [`base`](Self::base), for throttling without `Retry-After` and without a floor.
    ///
    /// 1 s by default. The floor is [`throttle_floor`](Self::throttle_floor).
    #[must_use]
    pub fn throttle_base(mut self, base: Duration) -> Self {
        self.throttle_base = base;
        self
    }

    /// The longest pause between attempts: 20 s by default.
    ///
    /// A wait that the vendor asks for may be longer.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// The wait after a 429 without `Retry-After`; by default the vendor's known limit.
    #[must_use]
    pub fn throttle_floor(mut self, floor: Duration) -> Self {
        self.throttle_floor = Some(floor);
        self
    }

    /// The longest total time that one call waits at the vendor's request: 5 minutes by default.
    ///
    /// A longer wait fails the call at once, with
    /// [`Error::retry_after`](crate::Error::retry_after).
    #[must_use]
    pub fn max_throttle_wait(mut self, wait: Duration) -> Self {
        self.max_throttle_wait = wait;
        self
    }
}
