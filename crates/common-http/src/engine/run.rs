//! A call from its start to its answer or error, readable from top to bottom.
//!
//! [`Run::run`] makes attempts until one succeeds. [`Run::after`] consults the retry table after a
//! failed attempt, and waits or returns the call's error. `attempt` makes one exchange, `reader`
//! reads the answer's body, `failure` describes what went wrong.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span, field};

use super::Engine;
use super::attempt::{Mode, Reply, exchange};
use super::doubt::Doubt;
use super::failure::Failure;
use super::limits::{Limits, WaitReason, within};
use crate::answer::Answer;
use crate::auth::Live;
use crate::body::Opened;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::observe::Attempt;
use crate::prepared::Prepared;
use crate::retry::{Cost, Outcome, Repeat, Verdict, pause, verdict};

/// A call in progress: its request, its limits, and what its attempts may have done.
pub(crate) struct Run {
    engine: Engine,
    request: Box<Prepared>,
    mode: Mode,
    span: Span,
    limits: Limits,
    attempts: u32,
    /// Attempts that the retry policy does not count: the one after the session was renewed.
    renewals: u32,
    session: Option<Arc<Live>>,
    throttled: bool,
    last_cost: Option<Cost>,
    doubt: Doubt,
    started: Instant,
}

impl Run {
    /// Starts the call's time. Boxed to keep the futures of calls small: a program may have thousands.
    pub(crate) fn start(engine: Engine, request: Box<Prepared>) -> Box<Self> {
        let now = Instant::now();
        let operation = &request.operation;
        let options = engine.options();
        let timeouts = &options.timeouts;
        let deadline = request.options.deadline.or(timeouts.deadline);
        let policy_attempts = match (operation.is_login(), operation.is_transfer()) {
            // Logins are repeated at most twice.
            (true, _) => options.retry.attempts.min(3),
            (false, true) => options.retry.transfer_attempts,
            (false, false) => options.retry.attempts,
        };
        let limits = Limits {
            deadline: deadline.and_then(|limit| now.checked_add(limit)),
            working: if request.is_transfer() {
                None
            } else {
                now.checked_add(timeouts.call)
            },
            asked_left: options.retry.max_throttle_wait,
            attempts: request.options.max_attempts.unwrap_or(policy_attempts),
        };
        let span = tracing::info_span!(
            "call",
            otel.name = operation.id(),
            otel.kind = "client",
            otel.status_code = field::Empty,
            operation = operation.id(),
            http.request.method = %operation.method(),
            url.template = operation.path(),
            server.address = request.url.host_str(),
            http.response.status_code = field::Empty,
            attempts = field::Empty,
            error.type = field::Empty,
        );
        Box::new(Self {
            engine,
            request,
            mode: Mode::Whole,
            span,
            limits,
            attempts: 0,
            renewals: 0,
            session: None,
            throttled: false,
            last_cost: None,
            doubt: Doubt::default(),
            started: now,
        })
    }

    /// Makes the call return the answer's head and a checked start of its body, not the whole
    /// answer.
    pub(crate) fn stream(&mut self, check: Option<fn(&[u8]) -> bool>) {
        self.mode = Mode::Streamed { check };
    }

    /// Makes the call and returns the whole answer.
    pub(crate) async fn answer(mut self: Box<Self>) -> Result<Answer> {
        let reply = self.run().await?;
        Ok(Answer {
            operation: Some(self.request.operation.id()),
            status: reply.status,
            headers: reply.headers,
            body: reply.start,
            attempts: self.attempts,
            throttled: self.throttled,
            delivery: self.delivery_of_answer(),
        })
    }

    /// Makes attempts until one succeeds or the table says stop.
    pub(crate) async fn run(&mut self) -> Result<Reply> {
        let span = self.span.clone();
        async {
            loop {
                match self.attempt().await {
                    Ok(reply) => {
                        self.succeeded(&reply);
                        return Ok(reply);
                    }
                    Err(failure) => self.after(failure).await?,
                }
            }
        }
        .instrument(span)
        .await
    }

    /// Makes one attempt: gets a session, opens the body, and does the exchange.
    async fn attempt(&mut self) -> Result<Reply, Failure> {
        let end = self.limits.end();
        self.session = self.credentials(end).await?;
        let body = self.open_body(end).await?;
        if end.is_some_and(|end| end <= Instant::now()) {
            return Err(Failure::NotInTime("the call's deadline passed"));
        }
        self.attempts += 1;
        self.started = Instant::now();
        let authorization = self.session.as_ref().map(|live| &live.authorization);
        let reply = self.exchange(&self.request, authorization, body, end).await;
        let hop = match &reply {
            Err(Failure::Answer(answer)) if answer.status.is_redirection() => {
                self.request.followed(&answer.headers)
            }
            _ => None,
        };
        match hop {
            Some(hop) => {
                let body = Opened::Bytes(Bytes::new());
                Box::pin(self.exchange(&hop, None, body, end)).await
            }
            None => reply,
        }
    }

    async fn exchange(
        &self,
        request: &Prepared,
        authorization: Option<&HeaderValue>,
        body: Opened,
        end: Option<Instant>,
    ) -> Result<Reply, Failure> {
        let (engine, number) = (&self.engine, self.attempts);
        let exchange = exchange(engine, request, authorization, body, number, self.mode, end);
        Box::pin(exchange).await
    }

    async fn credentials(&self, end: Option<Instant>) -> Result<Option<Arc<Live>>, Failure> {
        if self.request.operation.is_public() {
            return Ok(None);
        }
        let sessions = self.engine.sessions().map_err(Failure::Local)?;
        if let Some(session) = sessions.ready() {
            return Ok(Some(session));
        }
        // Boxed, because a login is itself a call and the futures would contain each other.
        let session = Box::pin(sessions.session(&self.engine, end));
        match within(end, session).await {
            Some(session) => session.map(Some).map_err(Failure::Login),
            None => Err(Failure::NotInTime(
                "no session could be opened before the call's deadline",
            )),
        }
    }

    async fn open_body(&self, end: Option<Instant>) -> Result<Opened, Failure> {
        if let Some(bytes) = self.request.body.in_memory() {
            return Ok(Opened::Bytes(bytes));
        }
        let idle = self.engine.options().timeouts.idle;
        let opening = timeout(idle, self.request.body.open_to_send());
        match within(end, Box::pin(opening)).await {
            Some(Ok(opened)) => opened.map_err(Failure::Local),
            _ => Err(Failure::NotInTime(
                "the request's body could not be opened in time",
            )),
        }
    }

    fn succeeded(&mut self, reply: &Reply) {
        if let Some(session) = &self.session {
            session.accepted();
        }
        self.span
            .record("http.response.status_code", reply.status.as_u16());
        self.span.record("attempts", self.attempts);
        tracing::debug!(
            attempt = self.attempts,
            status = reply.status.as_u16(),
            "answered"
        );
        if matches!(self.mode, Mode::Whole) {
            self.completed(reply.status);
        }
    }

    /// Records a successful attempt, once its answer was read to the last byte.
    pub(crate) fn completed(&mut self, status: StatusCode) {
        self.engine.budget().give_back(self.last_cost.take());
        self.observe(Some(status), None, None);
    }

    /// Waits after a failed attempt, or returns the call's error.
    pub(crate) async fn after(&mut self, failure: Failure) -> Result<()> {
        let outcome = failure.outcome(self.engine.profile(), &self.request.operation);
        let asked = failure.retry_after(self.engine.profile(), &self.engine.options().retry);
        let error = self.error(failure, outcome, asked);
        let next = outcome.and_then(|outcome| self.next(outcome, asked, error.kind()));
        self.report(&error, outcome, next);
        match next {
            Some(wait) => {
                self.engine.clock().sleep(wait).await;
                Ok(())
            }
            None => Err(error),
        }
    }

    /// Returns the error of a failure after which no attempt follows.
    pub(crate) fn last_word(&mut self, failure: Failure) -> Error {
        let outcome = failure.outcome(self.engine.profile(), &self.request.operation);
        let error = self.error(failure, outcome, None);
        self.report(&error, outcome, None);
        error
    }

    fn error(
        &mut self,
        failure: Failure,
        outcome: Option<Outcome>,
        asked: Option<Duration>,
    ) -> Error {
        if let Some(outcome) = outcome {
            self.doubt.note(outcome);
        }
        failure
            .into_error(self.engine.profile(), &self.request, self.attempts)
            .with_retry_after(asked)
            .with_delivery(self.doubt.delivery())
    }

    fn report(&self, error: &Error, outcome: Option<Outcome>, next: Option<Duration>) {
        // Without an outcome no attempt was made.
        if outcome.is_some() {
            self.observe(error.status(), Some(error), next);
        }
        let _in_span = self.span.enter();
        let status = error.status().map(|status| status.as_u16());
        let kind = error.kind().as_str();
        match next {
            Some(wait) => {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(attempt = self.attempts, error.type = kind, status, wait_ms, "repeating");
            }
            None => {
                self.span.record("attempts", self.attempts);
                self.span.record("error.type", kind);
                self.span.record("otel.status_code", "ERROR");
                if let Some(status) = status {
                    self.span.record("http.response.status_code", status);
                }
                let delivery = error.delivery().as_str();
                tracing::warn!(attempt = self.attempts, error.type = kind, status, delivery, "failed");
            }
        }
    }

    /// How long to wait before the next attempt; `None` if the call must stop.
    fn next(
        &mut self,
        outcome: Outcome,
        asked: Option<Duration>,
        kind: ErrorKind,
    ) -> Option<Duration> {
        let verdict = verdict(outcome, self.repeat());
        if verdict == Verdict::Stop {
            return None;
        }
        // Even if this call cannot continue, the next call must not use the rejected session.
        let renewed = verdict == Verdict::Renew && self.renew(kind);
        if !self.request.body.can_be_opened() {
            return None;
        }
        if verdict == Verdict::Renew {
            return renewed.then_some(Duration::ZERO);
        }
        let made = self.attempts - self.renewals;
        if made >= self.limits.attempts {
            return None;
        }
        let policy = &self.engine.options().retry;
        let throttle = verdict == Verdict::Throttle;
        let base = if throttle {
            policy.throttle_base
        } else {
            policy.base
        };
        let own = pause(base, policy.cap, made);
        let wait = asked.map_or(own, |asked| asked.max(own.min(Duration::from_secs(1))));
        let cost = if throttle {
            Cost::THROTTLE
        } else {
            Cost::RETRY
        };
        let why = match asked {
            _ if throttle => WaitReason::Throttle,
            Some(_) => WaitReason::Asked,
            None => WaitReason::Own,
        };
        self.limits.spend(wait, why)?;
        if self.engine.clock().is_sandbox() {
            self.limits.skip(wait);
        }
        if !self.engine.budget().take(cost) {
            return None;
        }
        self.throttled |= throttle;
        self.last_cost = Some(cost);
        Some(wait)
    }

    fn repeat(&self) -> Repeat {
        let operation = &self.request.operation;
        let effect = self.request.options.effect.unwrap_or(operation.effect());
        match (operation.is_login(), effect.is_repeatable()) {
            (true, _) => Repeat::Login,
            (false, true) => Repeat::Freely,
            (false, false) => Repeat::WhenRefused,
        }
    }

    /// After a 401: allows at most one new login per call, and only if a new login can help.
    fn renew(&mut self, kind: ErrorKind) -> bool {
        let ambiguous = kind == ErrorKind::PermissionDenied;
        let due = match (self.engine.sessions(), &self.session) {
            (Ok(sessions), Some(used)) if self.renewals == 0 => sessions.rejected(used, ambiguous),
            _ => false,
        };
        self.renewals += u32::from(due);
        due
    }

    fn observe(&self, status: Option<StatusCode>, error: Option<&Error>, next: Option<Duration>) {
        if let Some(observer) = &self.engine.options().observer {
            observer.attempt(&Attempt {
                operation: self.request.operation.id(),
                method: self.request.operation.method().clone(),
                template: self.request.operation.path(),
                host: self.request.url.host_str().unwrap_or_default().to_owned(),
                number: self.attempts,
                status,
                error: error.map(Error::kind),
                elapsed: self.started.elapsed(),
                retry_in: next,
            });
        }
    }

    /// The delivery of a call that got a successful answer, for the case that it cannot be read.
    pub(crate) fn delivery_of_answer(&self) -> Delivery {
        self.doubt.delivery_of_answer()
    }

    /// Completes a local error that happened after a successful answer.
    pub(crate) fn after_answer(&self, error: Error, status: StatusCode) -> Error {
        error
            .with_operation(self.request.operation.id())
            .with_attempts(self.attempts)
            .with_status(status)
            .with_delivery(self.delivery_of_answer())
    }
}
