//! Reads an answer's body, and checks its progress, its length and the caller's limit.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, Sleep, sleep_until};

use super::failure::{Failure, Stalled};
use super::limits::first_end;
use crate::transport::{IncomingBody, PROGRESS, TransportError};

/// Whether the end of the connection proves that the body is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Shown,
    /// The body must end like a PDF.
    Unproven,
}

/// How much room is made at once for an answer of known length.
const AT_ONCE: u64 = 1024 * 1024;

/// Pieces between two looks at the clock.
const MANY: u64 = 64;

/// A PDF's end mark must be within this many bytes of its end.
const PDF_END: usize = 2048;

pub(crate) struct BodyReader {
    end: End,
    /// The last bytes, kept to find a PDF's end mark.
    tail: Vec<u8>,
    stream: IncomingBody,
    length: Option<u64>,
    got: u64,
    limit: u64,
    idle: Duration,
    /// When the call ends.
    until: Option<Instant>,
    /// Time spent waiting since the last kibibyte, without the time that the consumer takes.
    waited: Duration,
    /// The wait for the next piece.
    wait: Option<Wait>,
    /// Ends the wait; made for the first one, and set again for each later one.
    timer: Option<Pin<Box<Sleep>>>,
    since: u64,
    pieces: u64,
    ended: bool,
}

/// What a stream gives; `None` at its end.
type Piece = Option<Result<Bytes, TransportError>>;

struct Wait {
    since: Instant,
    /// What is overdue when the timer ends; `None` if nothing limits the wait.
    overdue: Option<Stalled>,
}

/// Why the body could not be read to its end.
pub(crate) enum Broken {
    TooLarge,
    Failed(Failure),
}

impl BodyReader {
    pub(crate) fn new(
        stream: IncomingBody,
        length: Option<u64>,
        limit: u64,
        idle: Duration,
        until: Option<Instant>,
        end: End,
    ) -> Self {
        Self {
            end,
            until,
            tail: Vec::new(),
            stream,
            length,
            got: 0,
            limit,
            idle,
            waited: Duration::ZERO,
            wait: None,
            timer: None,
            since: 0,
            pieces: 0,
            ended: false,
        }
    }

    /// The announced length.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns the next bytes; `None` at the end, if the announced length was reached.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// The same as a poll. A wait may be given up between two polls: the next one continues it.
    pub(crate) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Broken>> {
        if self.ended {
            return Poll::Ready(Ok(None));
        }
        if self.length.is_some_and(|length| length > self.limit) {
            return Poll::Ready(Err(Broken::TooLarge));
        }
        loop {
            let failure = match ready!(self.poll_piece(cx))? {
                Some(Ok(bytes)) => {
                    self.check_time()?;
                    if bytes.is_empty() {
                        continue;
                    }
                    return Poll::Ready(self.count(bytes).map(Some));
                }
                Some(Err(error)) => Failure::Transport(error),
                None if self.length.is_some_and(|length| length != self.got) => {
                    Failure::WrongLength
                }
                None if self.end == End::Unproven && !ends_a_pdf(&self.tail) => Failure::Unproven,
                None => {
                    self.ended = true;
                    return Poll::Ready(Ok(None));
                }
            };
            return Poll::Ready(Err(Broken::Failed(failure)));
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Piece, Broken>> {
        let Poll::Ready(piece) = self.stream.as_mut().poll_next(cx) else {
            let stalled = ready!(self.poll_overdue(cx));
            return Poll::Ready(Err(Broken::Failed(Failure::Stalled(stalled))));
        };
        if let Some(wait) = self.wait.take() {
            let waited = self.waited + wait.since.elapsed();
            // A consumer that comes when the time is over was itself away.
            if waited <= self.idle {
                self.waited = waited;
            }
        }
        Poll::Ready(Ok(piece))
    }

    /// Waits for the next piece, and returns what is overdue when it has taken too long.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<Stalled> {
        if self.wait.is_none() {
            let left = self.idle.saturating_sub(self.waited);
            let (end, overdue) = first_end(left, Stalled::Idle, self.until);
            match (end, &mut self.timer) {
                (Some(end), Some(timer)) => timer.as_mut().reset(end),
                (Some(end), timer) => *timer = Some(Box::pin(sleep_until(end))),
                (None, _) => {}
            }
            self.wait = Some(Wait {
                since: Instant::now(),
                overdue: end.map(|_| overdue),
            });
        }
        let overdue = self.wait.as_ref().and_then(|wait| wait.overdue);
        match (overdue, &mut self.timer) {
            (Some(overdue), Some(timer)) => timer.as_mut().poll(cx).map(|()| overdue),
            _ => Poll::Pending,
        }
    }

    /// A vendor that never makes us wait must not make us miss the call's end. The clock is read now
    /// and then, so that a small answer that is here when the time ends is still taken.
    fn check_time(&mut self) -> Result<(), Broken> {
        self.pieces += 1;
        let is_over = || self.until.is_some_and(|until| until <= Instant::now());
        if self.pieces.is_multiple_of(MANY) && is_over() {
            return Err(Broken::Failed(Failure::Stalled(Stalled::Deadline)));
        }
        Ok(())
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes, Broken> {
        if self.end == End::Unproven {
            self.tail
                .extend_from_slice(&bytes[bytes.len().saturating_sub(PDF_END)..]);
            let surplus = self.tail.len().saturating_sub(PDF_END);
            self.tail.drain(..surplus);
        }
        self.got += bytes.len() as u64;
        self.since += bytes.len() as u64;
        if self.since >= PROGRESS {
            self.since = 0;
            self.waited = Duration::ZERO;
        }
        if self.length.is_some_and(|length| self.got > length) {
            return Err(Broken::Failed(Failure::WrongLength));
        }
        if self.got > self.limit {
            Err(Broken::TooLarge)
        } else {
            Ok(bytes)
        }
    }

    /// Reads until there are at least `enough` bytes, or to the end.
    pub(crate) async fn read(&mut self, enough: usize) -> Result<Bytes, Broken> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() >= enough {
            return Ok(first);
        }
        let expected = self.length.unwrap_or_default().min(AT_ONCE) as usize;
        let mut bytes = BytesMut::with_capacity(expected.min(enough).max(first.len()));
        bytes.extend_from_slice(&first);
        while bytes.len() < enough
            && let Some(chunk) = self.chunk().await?
        {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}

fn ends_a_pdf(tail: &[u8]) -> bool {
    tail.windows(5).any(|window| window == b"%%EOF")
}
