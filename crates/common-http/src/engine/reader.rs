//! An answer's body as it comes: watched for progress, checked against its length and the caller's limit.

use std::future::poll_fn;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout};

use super::failure::{Failure, Stalled};
use crate::transport::{IncomingBody, PROGRESS};

pub(crate) struct BodyReader {
    stream: IncomingBody,
    length: Option<u64>,
    got: u64,
    limit: u64,
    idle: Duration,
    /// Time spent waiting since the last kibibyte: the time that the consumer takes does not count.
    waited: Duration,
    since: u64,
    ended: bool,
}

/// Why a body could not be read on.
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
    ) -> Self {
        Self {
            stream,
            length,
            got: 0,
            limit,
            idle,
            waited: Duration::ZERO,
            since: 0,
            ended: false,
        }
    }

    /// The length that was announced.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next bytes; `None` at an end that fits the length announced.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        if self.ended {
            return Ok(None);
        }
        if self.length.is_some_and(|length| length > self.limit) {
            return Err(Broken::TooLarge);
        }
        loop {
            let before = Instant::now();
            let next = poll_fn(|cx| self.stream.as_mut().poll_next(cx));
            let Ok(next) = timeout(self.idle.saturating_sub(self.waited), next).await else {
                return Err(Broken::Failed(Failure::Stalled(Stalled::Idle)));
            };
            self.waited += before.elapsed();
            match next {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => return self.count(bytes).map(Some),
                Some(Err(error)) => return Err(Broken::Failed(Failure::Transport(error))),
                None if self.length.is_some_and(|length| length != self.got) => {
                    return Err(Broken::Failed(Failure::WrongLength));
                }
                None => {
                    self.ended = true;
                    return Ok(None);
                }
            }
        }
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes, Broken> {
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

    /// Reads on until there are at least `enough` bytes, or the end.
    pub(crate) async fn read(&mut self, enough: usize) -> Result<Bytes, Broken> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() >= enough {
            return Ok(first);
        }
        let mut bytes = BytesMut::from(first);
        while bytes.len() < enough
            && let Some(chunk) = self.chunk().await?
        {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}
