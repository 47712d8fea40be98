//! Observes the attempts of calls.

use std::time::Duration;

use http::{Method, StatusCode};

use crate::error::ErrorKind;

/// Called when an attempt ends, for metrics.
///
/// Its argument contains nothing secret or personal.
///
/// A login has attempts of its own. A download's attempt ends with the last byte of its body. A
/// download that is dropped earlier and a call that is cancelled are not reported.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use common_http::{Attempt, AttemptObserver, HttpOptions};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl AttemptObserver for Failures {
///     fn attempt(&self, attempt: &Attempt) {
///         if attempt.error.is_some() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let options = HttpOptions::default().observer(Failures::default());
/// # let _ = options;
/// ```
pub trait AttemptObserver: Send + Sync + 'static {
    /// Called on the task that makes the call. It must return quickly.
    fn attempt(&self, attempt: &Attempt);
}

/// One attempt of a call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation's id.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template.
    pub template: &'static str,
    /// The host.
    pub host: String,
    /// The number of the attempt within its call, from 1.
    pub number: u32,
    /// The answer's status, if there was one.
    pub status: Option<StatusCode>,
    /// Why it failed, if it did.
    pub error: Option<ErrorKind>,
    /// The duration of the attempt, without the time to open a session.
    pub elapsed: Duration,
    /// How long the call waits before the next attempt; `None` if this was the last.
    pub retry_in: Option<Duration>,
}
