//! Each event handled once, and answered accordingly.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common_http::{MemoryStore, Recorded, Secret, Store, StoreKey, safe_debug};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use super::error::WebhookError;
use super::event::WebhookEvent;
use super::in_flight::{Claim, InFlight};
use super::verifier::Verifier;

/// How many events are remembered by default, in some 300 bytes each.
const REMEMBERED: usize = 10_000;

/// How long an event is remembered. How long the vendor sends again is not documented.
const REMEMBERED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A store that takes longer is one that failed, as for sessions.
const STORE_PATIENCE: Duration = Duration::from_secs(5);

/// How long a handler may take by default. Our choice; how long the vendor waits is not documented.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a body may take by default. Our choice; the documented payload fits into one packet.
#[cfg(feature = "axum")]
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

type Handling = Pin<Box<dyn Future<Output = bool> + Send>>;
type Handler = dyn Fn(Recorded<WebhookEvent>) -> Handling + Send + Sync;

/// What became of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The handler returned `Ok`.
    Handled,
    /// The event was handled before; the handler was not called.
    Duplicate,
    /// It is not from MedReader, or not a webhook; the handler was not called.
    Refused(WebhookError),
    /// The handler returned an error, took too long (or panicked, behind the `axum` router).
    HandlerFailed,
}

impl Outcome {
    /// The status to answer with.
    ///
    /// 200 if the event has been handled, now or before; that of the error if it was refused; else
    /// 503, so that MedReader sends it again (documented: it may send again what is not answered
    /// 200).
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
            Self::HandlerFailed => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Receives webhooks: checks them, calls a handler for each new event, and says what to answer.
///
/// The order is: credentials, body, handled before?, handler, remember. Only an event whose handler
/// returned `Ok` is remembered and answered 200. After any other end MedReader may send it again,
/// and the handler is called again; the same holds after a crash between handler and store. So a
/// handler must tolerate being called twice for one event ("at least once"); it is not called for
/// one that is remembered. The same id with the same body is the same event.
///
/// If the same event comes twice at the same time, the handler runs once: the second waits for the
/// first, and is handled if that one fails, panics, is cancelled or takes longer than
/// [`handler_timeout`](Self::handler_timeout).
///
/// The handler's error is not printed, because it may name a patient: log it in the handler if that
/// is safe.
///
/// This type needs no web framework: give it the headers and the body of a request and answer with
/// the [status](Outcome::status) of the outcome. For `axum` there is `router` (feature `axum`),
/// which also limits the size and the time of a body. Cloning is cheap, and clones share what they
/// know.
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use medreader_client::Recorded;
/// use medreader_client::webhook::{Outcome, Receiver, Verifier, WebhookEvent};
///
/// async fn save(event: Recorded<WebhookEvent>) -> Result<(), std::io::Error> {
///     println!("analysis {}", event.id); // ... write it to your database
///     Ok(()) // after an `Err`, MedReader sends it again
/// }
///
/// # #[tokio::main] async fn main() {
/// let receiver = Receiver::new(Verifier::new("webhook-user", "EXAMPLE-PASSWORD"), save);
///
/// let mut headers = HeaderMap::new();
/// let basic = HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=");
/// headers.insert("authorization", basic);
/// let body = br#"{"id": "00000000-0000-4000-8000-0000000000ff"}"#;
/// assert_eq!(receiver.receive(&headers, body).await, Outcome::Handled);
/// assert_eq!(receiver.receive(&headers, body).await, Outcome::Duplicate);
/// assert_eq!(receiver.receive(&headers, b"{}").await.status(), 400);
/// # }
/// ```
#[derive(Clone)]
pub struct Receiver {
    verifier: Arc<Verifier>,
    handler: Arc<Handler>,
    store: Arc<dyn Store>,
    in_flight: Arc<InFlight>,
    handler_timeout: Duration,
    #[cfg(feature = "axum")]
    pub(super) body_timeout: Duration,
}

safe_debug!(Receiver { verifier });

impl Receiver {
    /// Receives what this verifier accepts, for this handler.
    ///
    /// It remembers the last 10,000 events in memory, unless a [`store`](Self::store) is set.
    #[must_use]
    pub fn new<H, F, E>(verifier: Verifier, handler: H) -> Self
    where
        H: Fn(Recorded<WebhookEvent>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        Self {
            verifier: Arc::new(verifier),
            handler: Arc::new(move |event| {
                let handling = handler(event);
                Box::pin(async move { handling.await.is_ok() })
            }),
            store: Arc::new(MemoryStore::bounded(REMEMBERED)),
            in_flight: Arc::default(),
            handler_timeout: HANDLER_TIMEOUT,
            #[cfg(feature = "axum")]
            body_timeout: BODY_TIMEOUT,
        }
    }

    /// Remembers handled events in this store, for 30 days each. Set it before cloning.
    ///
    /// With several replicas, or if a restart must not forget, use one that is shared and lasts,
    /// such as a [`FolderStore`](crate::FolderStore). If it fails or takes longer than 5 s, the
    /// receiver goes on without it and logs a warning: the event is handled, which may be once more
    /// than needed.
    #[must_use]
    pub fn store(mut self, store: &(impl Store + Clone)) -> Self {
        self.store = Arc::new(store.clone());
        self
    }

    /// How long the handler may take for one event (default 60 s).
    ///
    /// One that takes longer is cancelled: the event counts as not handled and is answered 503, so
    /// that MedReader sends it again. What waits for another delivery of the same event waits no
    /// longer than this, either.
    #[must_use]
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.handler_timeout = timeout;
        self
    }

    /// The verifier.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Handles one webhook, given its headers and its whole body. Answer with [`Outcome::status`].
    ///
    /// The handler runs in this future. If it is dropped, as servers do when the sender hangs up,
    /// the handler is cancelled and the event counts as not handled; if the handler panics, this
    /// panics. Both leave the receiver usable. To let the handler run to its end, call this in a
    /// task of its own.
    pub async fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Outcome {
        let admitted = match self.verifier.verify(headers, body) {
            Ok(event) => self.admit(event, body).await,
            Err(error) => Err(refused(error)),
        };
        match admitted {
            Ok(admitted) => admitted.handle().await,
            Err(outcome) => outcome,
        }
    }

    /// Waits until nobody else handles the event. Gives an outcome if there is nothing to handle.
    pub(super) async fn admit(
        &self,
        event: Recorded<WebhookEvent>,
        body: &[u8],
    ) -> Result<Admitted, Outcome> {
        let key = key(&event, body);
        let claim = timeout(self.handler_timeout, self.in_flight.claim(&key)).await;
        let claim = claim.map_err(|_| Outcome::HandlerFailed)?;
        if claim.is_handled() {
            return Err(duplicate());
        }
        match in_time(self.store.get(&key)).await {
            Ok(None) => {}
            Ok(Some(_)) => return Err(duplicate()),
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the store of seen events could not be read");
            }
        }
        Ok(Admitted {
            receiver: self.clone(),
            event,
            key,
            claim,
        })
    }
}

/// Under what an event is remembered: the same id and the same bytes are the same event.
fn key(event: &WebhookEvent, body: &[u8]) -> StoreKey {
    let digest = BASE64_STANDARD.encode(Sha256::digest(body));
    StoreKey::of(&["medreader", "webhook", event.id.as_str(), &digest])
}

/// An event that is to be handled, and may be.
pub(super) struct Admitted {
    receiver: Receiver,
    event: Recorded<WebhookEvent>,
    key: StoreKey,
    claim: Claim,
}

impl Admitted {
    pub(super) async fn handle(mut self) -> Outcome {
        let handling = (self.receiver.handler)(self.event);
        match timeout(self.receiver.handler_timeout, handling).await {
            Ok(true) => self.claim.set_handled(),
            Ok(false) => {
                tracing::warn!("the handler of a webhook failed");
                return Outcome::HandlerFailed;
            }
            Err(_) => {
                tracing::warn!("the handler of a webhook took too long");
                return Outcome::HandlerFailed;
            }
        }
        let (store, value) = (&self.receiver.store, Secret::from("handled"));
        let put = store.put(&self.key, &value, Some(REMEMBERED_FOR));
        if let Err(error) = in_time(put).await {
            tracing::warn!(kind = %error.kind(), "a handled webhook could not be marked as seen");
        }
        Outcome::Handled
    }
}

async fn in_time<T>(access: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let access = timeout(STORE_PATIENCE, access).await;
    access.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Logs a refusal with its reason: nothing else shows a password that was changed on one side only.
pub(super) fn refused(error: WebhookError) -> Outcome {
    tracing::info!(status = error.status().as_u16(), %error, "webhook refused");
    Outcome::Refused(error)
}

fn duplicate() -> Outcome {
    tracing::debug!("webhook sent again");
    Outcome::Duplicate
}
