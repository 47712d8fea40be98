//! Receiving MedReader's webhooks: who sent it, what it says, and that each is handled once.
//!
//! When a prescription has been read, MedReader sends its result to the tenant's `webhook_url`,
//! with Basic credentials (`webhook_user` and `webhook_password` of the tenant's configuration). It
//! takes a `200` as received, and may send again after anything else (all documented; how often and
//! for how long is not). So there are three steps, each usable without the next:
//!
//! - [`Verifier`] checks the credentials and reads the body into a [`WebhookEvent`]. It needs only
//!   the request's headers and bytes.
//! - [`Receiver`] calls your async handler for each event, once: a [`Store`](crate::Store)
//!   remembers the handled ones. It answers 200 only after the handler returned `Ok`, and otherwise
//!   503, so that MedReader sends again. [`Receiver::channel`] puts the events into a stream
//!   instead.
//! - `router` (feature `axum`) serves a receiver at `POST /`, with limits on the size of a body and
//!   on the time it takes.
//!
#![cfg_attr(feature = "axum", doc = "```no_run")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use medreader_client::webhook::{Receiver, Verifier, WebhookEvent, router};
//! use medreader_client::{Recorded, Secret};
//!
//! async fn save(event: Recorded<WebhookEvent>) -> Result<(), std::io::Error> {
//!     println!("analysis {} is there", event.id); // ... write it to your database
//!     Ok(())
//! }
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let password = Secret::from(std::env::var("MEDREADER_WEBHOOK_PASSWORD")?);
//! let receiver = Receiver::new(Verifier::new("webhook-user", password), save);
//!
//! let app = axum::Router::new().nest_service("/api/webhooks/medreader", router(receiver));
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await?;
//! # Ok(()) }
//! ```
//!
//! # What a webhook does not say
//!
//! Its `id` is "the id of the analysis" in the vendor's document, and has another value than the
//! upload's in the examples. It has no file, folder or status. It is not promised that it can be
//! matched to an upload by id; the results of the folder are reliable. Whether a failed analysis is
//! announced at all is not known either.

mod channel;
mod error;
mod event;
mod in_flight;
mod receiver;
#[cfg(feature = "axum")]
mod router;
mod verifier;

pub use self::channel::Events;
pub use self::error::WebhookError;
pub use self::event::WebhookEvent;
pub use self::receiver::{Outcome, Receiver};
#[cfg(feature = "axum")]
pub use self::router::router;
pub use self::verifier::{BODY_LIMIT, Verifier};
