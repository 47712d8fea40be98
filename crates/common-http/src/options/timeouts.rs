//! How long the parts of a call may take.

use std::time::Duration;

use crate::options::HttpOptions;

/// The limits of a call, once it has a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) head: Duration,
    pub(crate) idle: Duration,
    pub(crate) call: Duration,
    pub(crate) deadline: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            call: Duration::from_secs(60),
            deadline: None,
        }
    }
}

impl HttpOptions {
    /// The time for the head of an answer after the request's last byte: 30 s by default.
    #[must_use]
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.head = timeout;
        self
    }

    /// Ends an attempt that moves less than 1 KiB in this time, in either direction.
    ///
    /// 30 s by default. An upload's progress is what the connection accepts, in pieces of 16 KiB;
    /// the operating system accepts some more than the line has carried.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.idle = timeout;
        self
    }

    /// The working time of a call that is not a transfer: its attempts and the pauses between them.
    ///
    /// 60 s by default. Waits that the vendor asks for by throttling do not count;
    /// [`RetryPolicy::max_throttle_wait`](crate::RetryPolicy::max_throttle_wait) limits those.
    ///
    /// A call whose body is larger than 32 KiB or of unknown length has no such limit, like a
    /// transfer: on a slow line it may take longer and still make progress. What stands still is
    /// ended by [`idle_timeout`](Self::idle_timeout) and [`head_timeout`](Self::head_timeout).
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = timeout;
        self
    }

    /// A hard limit for each call, transfers and throttle waits included; none by default.
    ///
    /// A wait that does not fit fails the call at once, with
    /// [`Error::retry_after`](crate::Error::retry_after): for a person at a screen an error is
    /// better than a minute of silence.
    #[must_use]
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.timeouts.deadline = deadline.into();
        self
    }
}
