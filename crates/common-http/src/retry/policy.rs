//! The settings of retries.

use std::time::Duration;

/// How often and how patiently a call is repeated. *Whether* it may be is not a setting of this but of the operation:
/// see [`Effect`](crate::Effect).
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
    /// Each call is sent once. A session that has expired is still renewed once.
    ///
    /// ```
    /// use common_http::RetryPolicy;
    ///
    /// assert_eq!(RetryPolicy::never(), RetryPolicy::default().max_attempts(1).max_transfer_attempts(1));
    /// ```
    #[must_use]
    pub fn never() -> Self {
        Self::default().max_attempts(1).max_transfer_attempts(1)
    }

    /// Attempts of a call, the first included; default 4, at least 1.
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// // A night job on a bad line: nobody waits for it.
    /// let policy = RetryPolicy::default().max_attempts(8);
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Attempts of an upload or download, the first included; default 3, at least 1.
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// // Reports are small and the line drops often.
    /// let policy = RetryPolicy::default().max_transfer_attempts(6);
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn max_transfer_attempts(mut self, attempts: u32) -> Self {
        self.transfer_attempts = attempts.max(1);
        self
    }

    /// The longest first pause after a failure; it doubles with each repetition and is drawn at random below that.
    /// Default 200 ms.
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// use std::time::Duration;
    ///
    /// // In a test against a sandbox nothing is gained by waiting.
    /// let policy = RetryPolicy::default().base(Duration::from_millis(1));
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The same after throttling without a `Retry-After`, where the vendor has no known floor. Default 1 s.
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// use std::time::Duration;
    ///
    /// // Several programs share this account: stay away longer.
    /// let policy = RetryPolicy::default().throttle_base(Duration::from_secs(5));
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn throttle_base(mut self, base: Duration) -> Self {
        self.throttle_base = base;
        self
    }

    /// No pause of ours is longer; default 20 s. What the vendor asks for may be.
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// use std::time::Duration;
    ///
    /// let policy = RetryPolicy::default().max_attempts(10).cap(Duration::from_secs(120));
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// The wait after a 429 without a `Retry-After`. Default: what is known of the vendor.
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// use std::time::Duration;
    ///
    /// // The vendor's support says: two minutes.
    /// let policy = RetryPolicy::default().throttle_floor(Duration::from_secs(120));
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn throttle_floor(mut self, floor: Duration) -> Self {
        self.throttle_floor = Some(floor);
        self
    }

    /// How long one call may spend in all on waits that the vendor asked for; default 5 minutes. A longer one fails the
    /// call at once, with [`Error::retry_after`](crate::Error::retry_after).
    ///
    /// ```
    /// # use common_http::RetryPolicy;
    /// use std::time::Duration;
    ///
    /// // A service puts a throttled call back into its queue; an error says for how long.
    /// let policy = RetryPolicy::default().max_throttle_wait(Duration::from_secs(2));
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub fn max_throttle_wait(mut self, wait: Duration) -> Self {
        self.max_throttle_wait = wait;
        self
    }
}
