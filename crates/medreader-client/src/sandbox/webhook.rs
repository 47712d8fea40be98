//! Webhooks: what is sent, how it goes wrong, and what became of it.

pub(super) mod outbox;
mod post;
pub(super) mod sender;

use std::fmt;

use bytes::Bytes;
use http::StatusCode;

/// What goes wrong with one webhook. Where an attempt fails by it, the attempts that follow go well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookFault {
    /// It is sent this many times more, with the same id and body, although the receiver confirmed it.
    Duplicate {
        /// How many times more.
        times: usize,
    },
    /// It is never sent; the log says so at once.
    Lost,
    /// It is sent only after so many other attempts have ended (they come in another order than the prescriptions).
    Late {
        /// How many others.
        after: usize,
    },
    /// The first attempt has a wrong user.
    WrongUser,
    /// The first attempt has a wrong password.
    WrongPassword,
    /// The first attempt has no `Authorization` header.
    NoCredentials,
    /// The first attempt's body is cut off in the middle of its JSON, under a matching `Content-Length`.
    BadJson,
    /// It has fields that nobody documented, and its score is a float.
    Drift,
}

/// What became of an attempt to deliver a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// The receiver answered with this status. Only 200 confirms the webhook, as in the document; after any other it
    /// is sent again.
    Answered(StatusCode),
    /// There was no connection, or no answer that is HTTP before its end. It is sent again.
    Broken,
    /// No answer came in time. It is sent again.
    TimedOut,
    /// [`WebhookFault::Lost`].
    Lost,
    /// The tenant's webhook URL is not set any more, or it is not plain http to a loopback host (`localhost` or a
    /// literal address), the only place where a sandbox sends anything.
    NotSent,
}

/// One attempt to deliver a webhook.
///
/// `Debug` leaves out the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// The upload's id.
    pub upload_id: String,
    /// Which attempt of this webhook it was, from 1.
    pub attempt: usize,
    /// What went wrong on demand.
    pub fault: Option<WebhookFault>,
    /// What became of it.
    pub outcome: DeliveryOutcome,
    /// The body as it was, or was to be, sent.
    pub body: Bytes,
}

impl Delivery {
    /// Whether the receiver confirmed it with status 200.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let confirmed = sandbox.deliveries().iter().filter(|delivery| delivery.is_confirmed()).count();
    /// assert_eq!(confirmed, 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.outcome == DeliveryOutcome::Answered(StatusCode::OK)
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("upload_id", &self.upload_id)
            .field("attempt", &self.attempt)
            .field("fault", &self.fault)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}
