//! Reads an answer's body, and checks its progress, its length and the caller's limit.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::failure::{Failure, Stalled};
use super::limits::overdue;
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
    since: u64,
    pieces: u64,
    ended: bool,
}

/// What a stream gives; `None` at its end.
type Piece = Option<Result<Bytes, TransportError>>;

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
        if self.ended {
            return Ok(None);
        }
        if self.length.is_some_and(|length| length > self.limit) {
            return Err(Broken::TooLarge);
        }
        loop {
            let next = match self.arrived().await {
                Some(next) => next,
                None => self.arriving().await?,
            };
            match next {
                Some(Ok(bytes)) => {
                    self.check_time()?;
                    if !bytes.is_empty() {
                        return self.count(bytes).map(Some);
                    }
                }
                Some(Err(error)) => return Err(Broken::Failed(Failure::Transport(error))),
                None if self.length.is_some_and(|length| length != self.got) => {
                    return Err(Broken::Failed(Failure::WrongLength));
                }
                None if self.end == End::Unproven && !ends_a_pdf(&self.tail) => {
                    return Err(Broken::Failed(Failure::Unproven));
                }
                None => {
                    self.ended = true;
                    return Ok(None);
                }
            }
        }
    }

    /// The next piece, if it is here already.
    async fn arrived(&mut self) -> Option<Piece> {
        poll_fn(|cx| match self.stream.as_mut().poll_next(cx) {
            Poll::Ready(next) => Poll::Ready(Some(next)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
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

    /// Waits for the next piece.
    async fn arriving(&mut self) -> Result<Piece, Broken> {
        let before = Instant::now();
        let left = self.idle.saturating_sub(self.waited);
        tokio::select! {
            biased;
            next = poll_fn(|cx| self.stream.as_mut().poll_next(cx)) => {
                self.waited += before.elapsed();
                Ok(next)
            }
            stalled = overdue(left, Stalled::Idle, self.until) => Err(Broken::Failed(Failure::Stalled(stalled))),
        }
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
