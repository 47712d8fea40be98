//! How long the parts of a call may take.

use std::time::Duration;

use crate::options::HttpOptions;

/// The limits of a call, once it has a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// The user's setting. `None` means the default, which is longer for uploads.
    pub(crate) head: Option<Duration>,
    pub(crate) idle: Duration,
    pub(crate) call: Duration,
    pub(crate) deadline: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: None,
            idle: Duration::from_secs(30),
            call: Duration::from_secs(60),
            deadline: None,
        }
    }
}

const HEAD: Duration = Duration::from_secs(30);
const HEAD_OF_UPLOAD: Duration = Duration::from_secs(120);

impl Timeouts {
    /// How long the answer's head may take after the last byte of a body that took `sending`.
    pub(crate) fn head_after(&self, is_upload: bool, sending: Duration) -> Duration {
        match self.head {
            Some(head) => head,
            None if is_upload => sending.max(HEAD_OF_UPLOAD),
            None => HEAD,
        }
    }

    /// How long the start of an error answer's body may take.
    pub(crate) fn error_body(&self) -> Duration {
        self.head.unwrap_or(HEAD)
    }
}

impl HttpOptions {
    /// The time between the last byte of the request and the head of the answer.
    ///
    /// By default 30 s; for an upload as long as sending its body took and at least 120 s, because
    /// a proxy may forward an upload only when it has all of it.
    #[must_use]
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.head = Some(timeout);
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
    /// 60 s by default. Waits for throttling do not count;
    /// [`RetryPolicy::max_throttle_wait`](crate::RetryPolicy::max_throttle_wait) limits those.
    ///
    /// A call whose body is larger than 32 KiB or of unknown length has no such limit, like a
    /// transfer, because it may be slow and still make progress.
    /// [`idle_timeout`](Self::idle_timeout) and [`head_timeout`](Self::head_timeout) end it if it
    /// stalls.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = timeout;
        self
    }

    /// A hard limit for each call, transfers and throttle waits included; none by default.
    ///
    /// A wait that does not fit fails the call at once, with
    /// [`Error::retry_after`](crate::Error::retry_after).
    #[must_use]
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.timeouts.deadline = deadline.into();
        self
    }
}
