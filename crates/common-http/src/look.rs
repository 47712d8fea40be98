//! The look at a body before it is sent, within the limits that hold for sending it.

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::body::Body;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::options::CallOptions;

impl Engine {
    /// The first bytes of a body, `count` (1,024) at the most, for a call that is to be made with it and these options: to
    /// find out what kind of file it is. The time that this takes counts: the idle limit and the call's deadline hold,
    /// and `options` have what is left of the deadline afterwards.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use common_http::example::{self, CREATE};
    /// # let engine = common_http::Engine::builder(&example::VENDOR, "http://127.0.0.1:8080").build()?;
    /// use common_http::{Body, CallOptions, looks_like_pdf};
    ///
    /// let report = Body::single_pass(&b"%PDF-1.7 ..."[..], None);
    /// let mut options = CallOptions::default();
    /// assert!(looks_like_pdf(&engine.look(&CREATE, &report, 1024, &mut options).await?));
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `local_io` as for [`Body::peek`]; `timeout` where the bytes do not come in time. Nothing was sent.
    pub async fn look(
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
        let looked = timeout(limit, body.peek(count)).await;
        options.deadline = deadline.map(|deadline| deadline.saturating_sub(started.elapsed()));
        let late = || {
            Error::local(
                ErrorKind::Timeout,
                "what is to be sent did not come in time",
            )
        };
        looked
            .unwrap_or_else(|_| Err(late()))
            .map_err(|error| error.into_builder().operation(operation.id()).build())
    }
}
