//! Events as a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use common_http::{Recorded, safe_debug};
use futures_core::Stream;
use tokio::sync::{Semaphore, mpsc};

use super::event::WebhookEvent;
use super::receiver::Receiver;
use super::verifier::Verifier;

impl Receiver {
    /// A receiver whose handler puts the events into a channel, and the other end of the channel.
    ///
    /// **What is in the channel is lost if the process crashes.** An event counts as handled, is
    /// remembered and is answered 200 as soon as it is in the channel, before you have taken it
    /// out; MedReader does not send it again. If that matters, use [`Receiver::new`] with a handler
    /// that saves the event, or list the folder's results after a start.
    ///
    /// The channel holds this many events (at least 1). While it is full, a webhook waits for room
    /// before it is answered. When the stream has been dropped, every webhook is answered 503.
    #[must_use]
    pub fn channel(verifier: Verifier, capacity: usize) -> (Self, Events) {
        // Outside of these bounds the channel panics.
        let (sender, events) = mpsc::channel(capacity.clamp(1, Semaphore::MAX_PERMITS));
        let receiver = Self::new(verifier, move |event| {
            let sender = sender.clone();
            async move { sender.send(event).await }
        });
        (receiver, Events(events))
    }
}

/// The events of a [`Receiver::channel`], a [`Stream`].
///
/// It ends when all clones of the receiver are gone.
///
/// ```
/// use medreader_client::webhook::{Receiver, Verifier};
///
/// # #[tokio::main] async fn main() {
/// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
/// let (receiver, mut events) = Receiver::channel(verifier, 100);
/// tokio::spawn(async move {
///     // ... in a program, a server gives `receiver` what it gets
///     receiver.receive(&http::HeaderMap::new(), b"{}").await;
/// });
/// while let Some(event) = events.next().await {
///     println!("{}", event.id);
/// }
/// # }
/// ```
pub struct Events(mpsc::Receiver<Recorded<WebhookEvent>>);

safe_debug!(Events {});

impl Events {
    /// The next event; `None` when the receiver and all its clones are gone.
    ///
    /// No event is lost if this is cancelled.
    pub async fn next(&mut self) -> Option<Recorded<WebhookEvent>> {
        self.0.recv().await
    }
}

impl Stream for Events {
    type Item = Recorded<WebhookEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}
