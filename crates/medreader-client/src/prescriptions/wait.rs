//! Waiting: polls that start close together and spread out, and come sooner after an event.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use common_http::{CallOptions, Clock, Delivery, Error, ErrorKind, Operation, Recorded, Result};
use futures_core::Stream;
use http::StatusCode;
use tokio::time::Instant;

use crate::ids::AnalysisId;
use crate::sessions::OPEN;

/// No wait and no pause is longer, so that no time of the clock overflows.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// No two polls are closer together.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// The last poll begins this long before the deadline, or a tenth of a shorter wait before it, so
/// that its answer fits.
const LAST_POLL: Duration = Duration::from_secs(1);

/// Events with other ids, of which a busy tenant has many, lead to another poll only after this
/// part of the time waited so far.
const OTHERS_SHARE: u32 = 20;

/// How long to wait for a result, and how often to poll.
///
/// The pauses grow by half each time, from the first to the longest.
///
/// ```
/// use std::time::Duration;
///
/// use medreader_client::prescriptions::WaitOptions;
///
/// let patient = WaitOptions::default()
///     .deadline(Duration::from_secs(15 * 60))
///     .longest_pause(Duration::from_secs(30));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WaitOptions {
    pub(super) deadline: Duration,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
    pub(super) folder_after: Duration,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(120),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
            folder_after: Duration::from_secs(3),
        }
    }
}

impl WaitOptions {
    /// How long to wait in all, calls included (default 120 s).
    ///
    /// The last poll begins a second before the end.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(LONGEST);
        self
    }

    /// The pause after the first poll (default 500 ms, at least 50 ms).
    #[must_use]
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause.clamp(SHORTEST_PAUSE, LONGEST);
        self
    }

    /// The longest pause between two polls (default 10 s, at least 50 ms).
    #[must_use]
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause.clamp(SHORTEST_PAUSE, LONGEST);
        self
    }

    /// How long the upload's own id must stay unknown before [`ResultOf`](super::ResultOf) lists
    /// the folder (default 3 s, at most half of the deadline).
    #[must_use]
    pub fn folder_after(mut self, after: Duration) -> Self {
        self.folder_after = after;
        self
    }
}

/// What a wait found, and what led to the poll that found it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Arrival<T> {
    /// What was found.
    pub found: T,
    /// What led to the poll.
    pub prompt: Prompt,
}

impl<T> Arrival<T> {
    /// Builds an `Arrival` for tests.
    ///
    /// ```
    /// use medreader_client::prescriptions::{Arrival, FoundResult, Prompt};
    ///
    /// let result = serde_json::from_str(r#"{"id":"EXAMPLE-1","status":"completed"}"#)?;
    /// let arrival = Arrival::new(FoundResult::SameId(Box::new(result)), Prompt::Poll);
    /// assert!(arrival.found.result().is_some_and(|result| result.is_final()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(found: T, prompt: Prompt) -> Self {
        Self { found, prompt }
    }
}

/// What led to the poll that found the result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third cause")]
pub enum Prompt {
    /// The wait's own rhythm: no event made the poll come sooner.
    Poll,
    /// This event, which made the poll come sooner. It is about the same prescription only as far
    /// as the ids are the same.
    Event(AnalysisId),
}

/// How long a wait has taken, and may still take.
pub(super) struct TimeLeft {
    clock: Clock,
    began: Instant,
    end: Instant,
}

impl TimeLeft {
    /// The options of one poll: its deadline is the wait's.
    pub(super) fn limit(&self, options: &CallOptions) -> CallOptions {
        let left = self.end.saturating_duration_since(self.clock.now());
        options.clone().deadline(left)
    }

    pub(super) fn waited(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.began)
    }
}

/// What is waited for.
pub(super) trait Target: Send {
    type Found: Send;

    /// Polls once.
    fn poll(&mut self, left: &TimeLeft)
    -> impl Future<Output = Result<Polled<Self::Found>>> + Send;

    /// Whether an event has the same id as the target.
    fn is_named_by(&self, event: &AnalysisId) -> bool;
}

/// What a poll gave. The errors are those that end the wait if no later poll gives more.
pub(super) enum Polled<T> {
    Found(T),
    /// Not there yet, or not final.
    NotYet(Error),
    /// Nothing, for a reason that may pass.
    Failed(Error),
}

/// Whether another poll may follow this error. Not after a lockout: more logins would prolong it.
pub(super) fn may_pass(error: &Error) -> bool {
    let is_locked_out =
        error.kind() == ErrorKind::RateLimited && error.operation() == Some(OPEN.id());
    error.is_transient() && !is_locked_out
}

pub(super) const TOO_LATE: &str = "the result was not final before the wait's deadline";

impl<T> Polled<Recorded<T>> {
    /// Sorts what a call gave. An error that cannot pass ends the wait.
    pub(super) fn of(
        result: Result<Recorded<T>>,
        operation: &Operation,
        is_wanted: impl Fn(&T) -> bool,
    ) -> Result<Self> {
        match result {
            Ok(value) if is_wanted(&value) => Ok(Self::Found(value)),
            Ok(_) => Ok(Self::NotYet(
                Error::new(ErrorKind::Timeout)
                    .with_detail(TOO_LATE)
                    .with_operation(operation.id())
                    .with_status(StatusCode::OK)
                    .with_attempts(1)
                    .with_delivery(Delivery::Answered),
            )),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::NotYet(
                error.with_kind(ErrorKind::Timeout).with_detail(TOO_LATE),
            )),
            Err(error) if may_pass(&error) => Ok(Self::Failed(error)),
            Err(error) => Err(error),
        }
    }
}

/// Polls until it is found or the time is up.
pub(super) async fn wait<T: Target>(
    clock: Clock,
    mut target: T,
    options: &WaitOptions,
    events: impl Stream<Item = AnalysisId> + Send,
) -> Result<Arrival<T::Found>> {
    let began = clock.now();
    let time = TimeLeft {
        clock: clock.clone(),
        began,
        end: began + options.deadline,
    };
    let last_poll = time.end - LAST_POLL.min(options.deadline / 10);
    let mut events = pin!(events);
    let mut is_open = true;
    let first_pause = options.first_pause.min(options.longest_pause);
    let mut pause = first_pause;
    let mut prompt = Prompt::Poll;
    loop {
        let polled_at = clock.now();
        let polled = target.poll(&time).await?;
        let now = clock.now();
        let (error, stay_away) = match polled {
            Polled::Found(found) => return Ok(Arrival { found, prompt }),
            Polled::NotYet(timeout) => (timeout, Duration::ZERO),
            Polled::Failed(error) => {
                let asked = error.retry_after();
                // Throttling without a time: events do not lead to polls before the slowest pause.
                let slowest = options.longest_pause.min(last_poll - now);
                let is_throttled = error.kind() == ErrorKind::RateLimited;
                let stay_away = asked.or(is_throttled.then_some(slowest));
                (error, stay_away.unwrap_or_default())
            }
        };
        if now >= last_poll || stay_away > time.end - now {
            return Err(error);
        }
        let earliest = now + stay_away;
        let mut next = last_poll.min(now + pause).max(earliest);
        pause = (pause + pause / 2).min(options.longest_pause);
        prompt = Prompt::Poll;
        while is_open && clock.now() < next {
            match clock.timeout_at(next, next_event(events.as_mut())).await {
                None => break,
                Some(None) => is_open = false,
                Some(Some(event)) if target.is_named_by(&event) => {
                    // It is about to be there: poll close together again.
                    pause = first_pause;
                    let soonest = earliest.max(polled_at + first_pause);
                    if soonest < next {
                        next = soonest;
                        prompt = Prompt::Event(event);
                    }
                }
                Some(Some(event)) => {
                    let soonest = polled_at + first_pause.max(time.waited() / OTHERS_SHARE);
                    let soonest = earliest.max(soonest);
                    if soonest < next {
                        next = soonest;
                        prompt = Prompt::Event(event);
                    }
                }
            }
        }
        clock.sleep_until(next).await;
    }
}

async fn next_event(
    mut events: Pin<&mut (impl Stream<Item = AnalysisId> + Send)>,
) -> Option<AnalysisId> {
    poll_fn(|cx| events.as_mut().poll_next(cx)).await
}

/// The events of a wait without events.
pub(super) fn no_events() -> impl Stream<Item = AnalysisId> + Send {
    struct NoEvents;

    impl Stream for NoEvents {
        type Item = AnalysisId;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<AnalysisId>> {
            Poll::Ready(None)
        }
    }

    NoEvents
}
