//! Waiting: looks that start close together and spread, prompted earlier by events.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use common_http::{CallOptions, Delivery, Error, ErrorKind, Operation, Recorded, Result};
use futures_core::Stream;
use http::StatusCode;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::ids::AnalysisId;
use crate::sessions::LOGIN;

/// No wait is longer, and no pause: a bound for the clock's sake.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// No two looks are closer together.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// The last look begins this long before the deadline, or a tenth of a shorter wait before it, so that its answer fits.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// Events with other ids, which in a busy tenant are many, make a wait look again after this part of the time waited so far.
const OTHERS_SHARE: u32 = 20;

/// How long to wait for a result, and how often to look.
///
/// The pauses grow by half each time, from the first to the longest.
///
/// ```
/// use std::time::Duration;
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
    /// How long to wait in all, calls included; default 120 s. The last look begins a second before its end.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let options = WaitOptions::default().deadline(Duration::from_secs(900));
    /// ```
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(LONGEST);
        self
    }

    /// The pause after the first look; default 500 ms, at least 50 ms.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let options = WaitOptions::default().first_pause(Duration::from_secs(1));
    /// ```
    #[must_use]
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause.clamp(SHORTEST_PAUSE, LONGEST);
        self
    }

    /// The longest pause between two looks; default 10 s, at least 50 ms.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let options = WaitOptions::default().longest_pause(Duration::from_secs(30));
    /// ```
    #[must_use]
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause.clamp(SHORTEST_PAUSE, LONGEST);
        self
    }

    /// How long the upload's own id must stay unknown before [`ResultOf`](super::ResultOf) looks into the folder;
    /// default 3 s, at most half of the deadline.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use medreader_client::prescriptions::WaitOptions;
    ///
    /// let options = WaitOptions::default().folder_after(Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn folder_after(mut self, after: Duration) -> Self {
        self.folder_after = after;
        self
    }
}

/// What a wait found, and what made it look.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Arrival<T> {
    /// What was found.
    pub found: T,
    /// What made it look.
    pub prompt: Prompt,
}

impl<T> Arrival<T> {
    /// An arrival, for the tests of a program.
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

/// What made a wait look when it found the result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is nothing else it could be")]
pub enum Prompt {
    /// Its own rhythm: no event made it look sooner than that.
    Poll,
    /// This event, which made it look sooner. Whether it is about the same prescription is known only as far as the ids are the same.
    Event(AnalysisId),
}

/// How long a wait has been going on and may still.
pub(super) struct TimeLeft {
    began: Instant,
    end: Instant,
}

impl TimeLeft {
    /// The options of one look: its deadline is the wait's.
    pub(super) fn limit(&self, options: &CallOptions) -> CallOptions {
        let left = self.end.saturating_duration_since(Instant::now());
        options.clone().deadline(left)
    }

    pub(super) fn waited(&self) -> Duration {
        self.began.elapsed()
    }
}

/// What is waited for.
pub(super) trait Look: Send {
    type Found: Send;

    /// Looks once.
    fn look(&mut self, left: &TimeLeft) -> impl Future<Output = Result<Seen<Self::Found>>> + Send;

    /// Whether an event has the very id that is looked for.
    fn is_named_by(&self, event: &AnalysisId) -> bool;
}

/// What a look saw.
pub(super) enum Seen<T> {
    Found(T),
    /// Not there yet: with the error to end in, should it stay like that.
    NotYet {
        exists: bool,
        timeout: Error,
    },
    /// Nothing, for a reason that may pass: with the error to end in, should it stay like that.
    Failed(Error),
}

/// Whether a look that ended so may be followed by another. A login that was refused for now is told at once: more of
/// them would lock the account for longer.
fn may_pass(error: &Error) -> bool {
    let is_locked_out =
        error.kind() == ErrorKind::RateLimited && error.operation() == Some(LOGIN.id());
    error.is_transient() && !is_locked_out
}

const TOO_LATE: &str = "the result was not final before the wait's deadline";

impl<T> Seen<Recorded<T>> {
    /// Of what a call gave: found if it is what is wanted; missing or unfinished is not yet; an error that may pass is
    /// a failed look, any other the end.
    pub(super) fn of(
        outcome: Result<Recorded<T>>,
        operation: &Operation,
        is_wanted: impl Fn(&T) -> bool,
    ) -> Result<Self> {
        match outcome {
            Ok(value) if is_wanted(&value) => Ok(Self::Found(value)),
            Ok(_) => Ok(Self::NotYet {
                exists: true,
                timeout: Error::new(ErrorKind::Timeout)
                    .with_detail(TOO_LATE)
                    .with_operation(operation.id())
                    .with_status(StatusCode::OK)
                    .with_attempts(1)
                    .with_delivery(Delivery::Answered),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::NotYet {
                exists: false,
                timeout: error.with_kind(ErrorKind::Timeout).with_detail(TOO_LATE),
            }),
            Err(error) if may_pass(&error) => Ok(Self::Failed(error)),
            Err(error) => Err(error),
        }
    }
}

/// Looks until it is found or the time is up.
pub(super) async fn wait<L: Look>(
    mut what: L,
    options: &WaitOptions,
    events: impl Stream<Item = AnalysisId> + Send,
) -> Result<Arrival<L::Found>> {
    let began = Instant::now();
    let time = TimeLeft {
        began,
        end: began + options.deadline,
    };
    let last_look = time.end - LAST_LOOK.min(options.deadline / 10);
    let mut events = pin!(events);
    let mut is_open = true;
    let first_pause = options.first_pause.min(options.longest_pause);
    let mut pause = first_pause;
    let mut prompt = Prompt::Poll;
    loop {
        let looked_at = Instant::now();
        let seen = what.look(&time).await?;
        let now = Instant::now();
        let (error, stay_away) = match seen {
            Seen::Found(found) => return Ok(Arrival { found, prompt }),
            Seen::NotYet { timeout, .. } => (timeout, Duration::ZERO),
            Seen::Failed(error) => {
                let asked = error.retry_after();
                // Throttling that names no time: no event makes it look sooner than its slowest rhythm does.
                let slowest = options.longest_pause.min(last_look - now);
                let is_throttled = error.kind() == ErrorKind::RateLimited;
                let stay_away = asked.or(is_throttled.then_some(slowest));
                (error, stay_away.unwrap_or_default())
            }
        };
        if now >= last_look || stay_away > time.end - now {
            return Err(error);
        }
        let earliest = now + stay_away;
        let mut next = last_look.min(now + pause).max(earliest);
        pause = (pause + pause / 2).min(options.longest_pause);
        prompt = Prompt::Poll;
        while is_open && Instant::now() < next {
            match timeout_at(next, next_event(events.as_mut())).await {
                Err(_) => break,
                Ok(None) => is_open = false,
                Ok(Some(event)) if what.is_named_by(&event) => {
                    // It is about to be there: look close together again.
                    pause = first_pause;
                    let soonest = earliest.max(looked_at + first_pause);
                    if soonest < next {
                        next = soonest;
                        prompt = Prompt::Event(event);
                    }
                }
                Ok(Some(event)) => {
                    let soonest = looked_at + first_pause.max(time.waited() / OTHERS_SHARE);
                    let soonest = earliest.max(soonest);
                    if soonest < next {
                        next = soonest;
                        prompt = Prompt::Event(event);
                    }
                }
            }
        }
        sleep_until(next).await;
    }
}

async fn next_event(
    mut events: Pin<&mut (impl Stream<Item = AnalysisId> + Send)>,
) -> Option<AnalysisId> {
    poll_fn(|cx| events.as_mut().poll_next(cx)).await
}

/// For a wait without events.
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
