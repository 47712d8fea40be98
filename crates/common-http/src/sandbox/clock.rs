//! The sandbox's time.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use super::lock;

/// The start of the year 9999, counted from the epoch.
const YEAR_9999: Duration = Duration::from_secs(253_370_764_800);

/// The time by which a sandbox expires tokens and throttles calls.
///
/// It starts at the real time and runs with it; [`advance`](Self::advance) moves it forward at once, so that a test
/// need not wait, and [`freeze`](Self::freeze) makes it stand still but for that. Clones show the same time.
///
/// ```
/// # use std::time::Duration;
/// # use common_http::sandbox::SandboxClock;
/// let clock = SandboxClock::new();
/// clock.freeze();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(7 * 24 * 3600));
/// assert_eq!(clock.now(), before + Duration::from_secs(7 * 24 * 3600));
/// ```
#[derive(Debug, Clone)]
pub struct SandboxClock(Arc<Mutex<Reading>>);

#[derive(Debug)]
struct Reading {
    base: SystemTime,
    running_since: Option<Instant>,
}

impl Reading {
    fn now(&self) -> SystemTime {
        let run = self
            .running_since
            .map_or(Duration::ZERO, |since| since.elapsed());
        self.base.checked_add(run).unwrap_or(self.base)
    }
}

impl SandboxClock {
    /// A clock that shows the real time.
    ///
    /// ```
    /// use common_http::sandbox::SandboxClock;
    ///
    /// // Two sandboxes with one time: give a clone to each.
    /// let clock = SandboxClock::new();
    /// assert!(clock.clone().now() >= std::time::SystemTime::UNIX_EPOCH);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Reading {
            base: SystemTime::now(),
            running_since: Some(Instant::now()),
        })))
    }

    /// The sandbox's present time.
    ///
    /// ```
    /// use common_http::sandbox::{SandboxClock, rfc3339};
    ///
    /// // What a vendor's sandbox stamps its answers with.
    /// let clock = SandboxClock::new();
    /// let stamp = rfc3339(clock.now(), 0);
    /// assert!(stamp.ends_with('Z'));
    /// ```
    #[must_use]
    pub fn now(&self) -> SystemTime {
        lock(&self.0).now()
    }

    /// Moves the clock forward, at most to the year 9999, beyond which HTTP has no dates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use common_http::sandbox::SandboxClock;
    /// # let clock = SandboxClock::new();
    /// # let before = clock.now();
    /// // A token that lives for seven days is over.
    /// clock.advance(Duration::from_secs(7 * 24 * 3600));
    /// # assert!(clock.now() >= before + Duration::from_secs(7 * 24 * 3600));
    /// ```
    pub fn advance(&self, by: Duration) {
        let mut reading = lock(&self.0);
        let latest = SystemTime::UNIX_EPOCH + YEAR_9999;
        let moved = reading.base.checked_add(by);
        reading.base = moved.map_or(latest, |moved| moved.min(latest));
    }

    /// Stops the clock: from now on only [`advance`](Self::advance) moves it.
    ///
    /// ```
    /// use common_http::sandbox::SandboxClock;
    ///
    /// let clock = SandboxClock::new();
    /// clock.freeze();
    /// assert_eq!(clock.now(), clock.now()); // a test can name the second
    /// ```
    pub fn freeze(&self) {
        let mut reading = lock(&self.0);
        reading.base = reading.now();
        reading.running_since = None;
    }
}

impl Default for SandboxClock {
    fn default() -> Self {
        Self::new()
    }
}

/// A time as RFC 3339 in UTC (`2030-01-02T03:04:05.678Z`) with this many digits of a second's fraction (at most 9).
///
/// A time that the calendar does not hold (beyond the year 9999) is written as that year's end.
///
/// ```
/// # use std::time::{Duration, SystemTime};
/// # use common_http::sandbox::rfc3339;
/// let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
/// assert_eq!(rfc3339(time, 3), "1970-01-01T00:00:01.500Z");
/// assert_eq!(rfc3339(time, 0), "1970-01-01T00:00:01Z");
/// ```
#[must_use]
pub fn rfc3339(time: SystemTime, fraction_digits: u8) -> String {
    let time = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::MAX);
    format!("{time:.*}", usize::from(fraction_digits.min(9)))
}
