//! Events as a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use common_http::safe_debug;
use futures_core::Stream;
use tokio::sync::{Semaphore, mpsc};

use super::{Receiver, Verifier, WebhookEvent};

impl Receiver {
    /// A receiver whose handler puts the events into a channel, and the channel's other end.
    ///
    /// **What is in the channel is lost if the process crashes.** An event counts as handled, is marked as seen and is
    /// answered 200 as soon as it is in the channel, before you have taken it out; MedReader does not send it again. Where
    /// that matters, use [`Receiver::new`] with a handler that stores the event, or fetch the folder's results after a
    /// start.
    ///
    /// The channel holds this many events (at least 1). While it is full, a delivery waits for room before it is
    /// answered. When the stream has been dropped, every delivery is answered 503.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use medreader_client::webhook::{Receiver, Verifier};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let (receiver, mut events) = Receiver::channel(verifier, 100);
    /// # let mut headers = http::HeaderMap::new();
    /// # let basic = http::HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=");
    /// # headers.insert("authorization", basic);
    /// # receiver.receive(&headers, br#"{"id": "EXAMPLE-1"}"#).await;
    /// # drop(receiver);
    /// // ... the receiver goes to a server, and here:
    /// while let Some(event) = events.next().await {
    ///     println!("{:?}", event.id);
    /// #   assert_eq!(event.id.as_str(), "EXAMPLE-1");
    /// }
    /// # });
    /// ```
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

/// The events of a [`Receiver::channel`], a [`Stream`]. It ends when all clones of the receiver are gone.
pub struct Events(mpsc::Receiver<WebhookEvent>);

safe_debug!(Events {});

impl Events {
    /// The next event; `None` when the receiver and all its clones are gone. No event is lost where this is cancelled.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use medreader_client::webhook::{Receiver, Verifier};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let (receiver, mut events) = Receiver::channel(verifier, 100);
    /// drop(receiver);
    /// assert_eq!(events.next().await, None);
    /// # });
    /// ```
    pub async fn next(&mut self) -> Option<WebhookEvent> {
        self.0.recv().await
    }
}

impl Stream for Events {
    type Item = WebhookEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}
