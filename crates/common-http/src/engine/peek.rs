//! Peeks at a body before it is sent, within the limits that hold for sending it.

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use super::Engine;
use crate::body::Body;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::options::CallOptions;

impl Engine {
    /// Reads the first `count` (usually 1,024) bytes of a body, to recognise a file's kind before a
    /// call.
    ///
    /// The time that this takes counts: it is limited by the idle limit and the call's deadline,
    /// and the deadline in `options` is shortened by it.
    ///
    /// # Errors
    /// `local_io` as for [`Body::peek`].
    /// `timeout` if the bytes do not arrive in time; nothing was sent.
    pub async fn peek(
        &self,
        operation: &Operation,
        body: &Body,
        count: usize,
        options: &mut CallOptions,
    ) -> Result<Bytes> {
        let started = Instant::now();
        let timeouts = &self.options().timeouts;
        let deadline = options.deadline.or(timeouts.deadline);
        let limit = deadline.map_or(timeouts.idle, |deadline| deadline.min(timeouts.idle));
        let peeked = timeout(limit, body.peek(count)).await;
        options.deadline = deadline.map(|deadline| deadline.saturating_sub(started.elapsed()));
        let late = || {
            Error::new(ErrorKind::Timeout).with_detail("the body to be sent did not arrive in time")
        };
        peeked
            .unwrap_or_else(|_| Err(late()))
            .map_err(|error| error.with_operation(operation.id()))
    }
}
