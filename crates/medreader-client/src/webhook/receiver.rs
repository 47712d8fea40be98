//! Each event handled once, and answered accordingly.

use std::pin::Pin;
use std::sync::Arc;

use common_http::safe_debug;
use http::{HeaderMap, StatusCode};

use super::in_flight::{InFlight, Turn};
use super::{MemorySeenEvents, SeenEvents, Verifier, WebhookError, WebhookEvent};

type Handling = Pin<Box<dyn Future<Output = bool> + Send>>;
type Handler = dyn Fn(WebhookEvent) -> Handling + Send + Sync;

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The handler has returned `Ok`.
    Handled,
    /// The event was handled before; the handler was not called.
    Duplicate,
    /// It is not from MedReader, or no webhook; the handler was not called.
    Refused(WebhookError),
    /// The handler has returned an error (or, behind the `axum` router, panicked).
    HandlerFailed,
    /// Whether the event was handled before could not be learned; the handler was not called.
    StoreFailed,
}

impl Outcome {
    /// With which status to answer: 200 where the event has been handled, now or before; that of the error where it was
    /// refused; else 503, so that MedReader sends it again (documented: what is not answered 200 may be sent again).
    ///
    /// ```
    /// use medreader_client::webhook::Outcome;
    ///
    /// assert_eq!(Outcome::Duplicate.status(), 200);
    /// assert_eq!(Outcome::HandlerFailed.status(), 503);
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled | Self::Duplicate => StatusCode::OK,
            Self::Refused(error) => error.status(),
            Self::HandlerFailed | Self::StoreFailed => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Receives webhooks: checks them, calls a handler for each event that was not handled before, and says what to answer.
///
/// The order is: credentials, body, seen before?, handler, mark as seen. Only an event whose handler has returned `Ok`
/// is marked and answered 200. After any other end MedReader may send it again, and the handler is called again; so it
/// is after a crash between handler and mark. A handler must therefore bear to be called twice for one event
/// ("at least once"); it is not called for one that is marked.
///
/// Where the same event is delivered twice at the same time, the handler runs once: the second delivery waits for the
/// first, and has its turn if that one fails, panics or is cancelled. A handler that never ends holds its event for
/// ever: give it a limit of its own, such as `tokio::time::timeout`.
///
/// What the handler's error says is not printed, as it may name a patient: log it in the handler, if it is fit for it.
///
/// This type needs no web framework: hand it headers and body of a request and answer with the
/// [status](Outcome::status) of the outcome. For `axum` there is `router` (feature `axum`), which also limits size and
/// time of a body. Cloning is cheap, and clones share all they know.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use medreader_client::webhook::{Outcome, Receiver, Verifier, WebhookEvent};
///
/// async fn store(event: WebhookEvent) -> Result<(), std::io::Error> {
///     // ... write it to your database; an `Err` has MedReader send it again
/// #   let _ = event;
///     Ok(())
/// }
///
/// let receiver = Receiver::new(Verifier::new("webhook-user", "EXAMPLE-PASSWORD"), store);
///
/// # let mut headers = http::HeaderMap::new();
/// # let basic = http::HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=");
/// # headers.insert("authorization", basic);
/// let body = br#"{"id": "00000000-0000-4000-8000-0000000000ff"}"#;
/// assert_eq!(receiver.receive(&headers, body).await, Outcome::Handled);
/// assert_eq!(receiver.receive(&headers, body).await, Outcome::Duplicate);
/// assert_eq!(receiver.receive(&headers, b"{}").await.status(), 400);
/// # });
/// ```
#[derive(Clone)]
pub struct Receiver {
    verifier: Arc<Verifier>,
    handler: Arc<Handler>,
    seen: Arc<dyn SeenEvents>,
    in_flight: Arc<InFlight>,
    #[cfg(feature = "axum")]
    pub(super) body_timeout: std::time::Duration,
}

safe_debug!(Receiver { verifier });

impl Receiver {
    /// Receives what this verifier accepts, for this handler. The last 10,000 events are remembered in memory, see
    /// [`seen_events`](Self::seen_events).
    ///
    /// ```
    /// use std::io;
    /// use medreader_client::webhook::{Receiver, Verifier, WebhookEvent};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let receiver = Receiver::new(verifier, |event: WebhookEvent| async move {
    ///     println!("analysis {}", event.id); // ... store it
    ///     Ok::<(), io::Error>(())
    /// });
    /// ```
    #[must_use]
    pub fn new<H, F, E>(verifier: Verifier, handler: H) -> Self
    where
        H: Fn(WebhookEvent) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        Self {
            verifier: Arc::new(verifier),
            handler: Arc::new(move |event| {
                let handling = handler(event);
                Box::pin(async move { handling.await.is_ok() })
            }),
            seen: Arc::new(MemorySeenEvents::default()),
            in_flight: Arc::default(),
            #[cfg(feature = "axum")]
            body_timeout: super::router::BODY_TIMEOUT,
        }
    }

    /// Where to remember the events that were handled; a [`MemorySeenEvents`] by default. Set it before the receiver is
    /// cloned.
    ///
    /// ```
    /// use medreader_client::webhook::{MemorySeenEvents, Receiver, Verifier};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let (receiver, _events) = Receiver::channel(verifier, 100);
    /// let receiver = receiver.seen_events(MemorySeenEvents::default());
    /// ```
    #[must_use]
    pub fn seen_events(mut self, store: impl SeenEvents) -> Self {
        self.seen = Arc::new(store);
        self
    }

    /// The verifier that this receiver asks.
    ///
    /// ```
    /// use http::HeaderMap;
    /// use medreader_client::webhook::{Receiver, Verifier};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let (receiver, _events) = Receiver::channel(verifier, 100);
    /// assert!(receiver.verifier().check_credentials(&HeaderMap::new()).is_err());
    /// ```
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Takes one delivery from its headers and whole body to its outcome; answer with [`Outcome::status`].
    ///
    /// The handler runs within this future. Where that is dropped, as servers do when the sender hangs up, the handler
    /// ends where it stands and the event counts as not handled; where the handler panics, this panics. Both leave the
    /// receiver in order. To have the handler run on, call this in a task of its own.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use medreader_client::webhook::{Outcome, Receiver, Verifier};
    ///
    /// # let mut headers = http::HeaderMap::new();
    /// # let basic = http::HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=");
    /// # headers.insert("authorization", basic);
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let (receiver, _events) = Receiver::channel(verifier, 100);
    /// let outcome = receiver.receive(&headers, br#"{"id":"EXAMPLE-1"}"#).await;
    /// assert_eq!(outcome, Outcome::Handled);
    /// # });
    /// ```
    pub async fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Outcome {
        let admitted = match self.verifier.verify(headers, body) {
            Ok(event) => self.admit(event).await,
            Err(error) => Err(refused(error)),
        };
        match admitted {
            Ok(admitted) => admitted.handle().await,
            Err(outcome) => outcome,
        }
    }

    /// Waits for the event's turn; an outcome where there is nothing to handle.
    pub(super) async fn admit(&self, event: WebhookEvent) -> Result<Admitted, Outcome> {
        let turn = self.in_flight.turn(event.key()).await;
        if turn.is_handled() {
            return Err(duplicate());
        }
        match self.seen.is_seen(event.key()).await {
            Ok(false) => Ok(Admitted {
                handler: Arc::clone(&self.handler),
                seen: Arc::clone(&self.seen),
                event,
                turn,
            }),
            Ok(true) => Err(duplicate()),
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the store of seen events could not be read");
                Err(Outcome::StoreFailed)
            }
        }
    }
}

/// An event to be handled, whose turn it is.
pub(super) struct Admitted {
    handler: Arc<Handler>,
    seen: Arc<dyn SeenEvents>,
    event: WebhookEvent,
    turn: Turn,
}

impl Admitted {
    pub(super) async fn handle(mut self) -> Outcome {
        let key = self.event.key().clone();
        if !(self.handler)(self.event).await {
            tracing::warn!("the handler of a webhook failed");
            return Outcome::HandlerFailed;
        }
        self.turn.set_handled();
        if let Err(error) = self.seen.mark_seen(&key).await {
            tracing::warn!(kind = %error.kind(), "a handled webhook could not be marked as seen");
        }
        Outcome::Handled
    }
}

/// Says so and why: a password that was changed on one side only shows nowhere else.
pub(super) fn refused(error: WebhookError) -> Outcome {
    tracing::info!(status = error.status().as_u16(), %error, "webhook refused");
    Outcome::Refused(error)
}

fn duplicate() -> Outcome {
    tracing::debug!("webhook sent again");
    Outcome::Duplicate
}
