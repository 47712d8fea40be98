//! The sandbox's time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::lock::lock;

/// The start of the year 9999, counted from the epoch.
const YEAR_9999: Duration = Duration::from_secs(253_370_764_800);

/// The time by which a sandbox expires tokens and throttles calls.
///
/// It starts at the real time and runs with it. [`advance`](Self::advance) moves it forward, so
/// that a test need not wait; after [`freeze`](Self::freeze) nothing else moves it. Clones show the
/// same time.
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
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Reading {
            base: SystemTime::now(),
            running_since: Some(Instant::now()),
        })))
    }

    /// The sandbox's current time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        lock(&self.0).now()
    }

    /// Moves the clock forward, at most to the year 9999, the last one that HTTP dates support.
    pub fn advance(&self, by: Duration) {
        let mut reading = lock(&self.0);
        let latest = SystemTime::UNIX_EPOCH + YEAR_9999;
        let moved = reading.base.checked_add(by);
        reading.base = moved.map_or(latest, |moved| moved.min(latest));
    }

    /// Stops the clock: from now on only [`advance`](Self::advance) moves it.
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

/// Writes a time as RFC 3339 in UTC, for example `2030-01-02T03:04:05.678Z`.
///
/// `fraction_digits` is the number of digits after the second, at most 9. A time beyond the year
/// 9999 is written as the end of that year.
#[must_use]
pub fn rfc3339(time: SystemTime, fraction_digits: u8) -> String {
    let time = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::MAX);
    format!("{time:.*}", usize::from(fraction_digits.min(9)))
}
