//! An in-process MedReader to test against (feature `sandbox`).
//!
//! [`Sandbox`] is a real HTTP server on the loopback interface. It follows the vendor's document,
//! plays our readings of what that leaves open, keeps state ([`Backend`]), processes uploads, sends
//! webhooks, and fails in the ways that you ask for. It shares no type with the client, so that a
//! mistake in the client's models shows.
//!
//! All data is synthetic: ids are UUIDs of zeros, and names and notes are made up. **Exempt from
//! semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::time::Duration;
//!
//! use medreader_client::sandbox::{Analysis, Fault, Processing, Sandbox, Settings, WebhookFault};
//!
//! let processing = Processing::Delay(Duration::from_secs(60));
//! let sandbox = Sandbox::with(Settings { processing, ..Settings::default() }).await?;
//! // Point the program under test at `sandbox.url()`, or use `sandbox.client()`.
//! println!("MEDREADER_BASE_URL={}", sandbox.url());
//! println!("MEDREADER_TENANT_ID={}", sandbox.settings.tenant_id);
//!
//! // Let a call fail, the processing of the next file, or the next webhook come twice.
//! sandbox.fail_next("medreader.folders.create", Fault::ResetAfterRequest)?;
//! sandbox.next_analyses([Analysis::error()]);
//! sandbox.webhook_faults([WebhookFault::Duplicate { times: 1 }]);
//! // Change something between two polls.
//! sandbox.on_request("medreader.prescriptions.result", 2, |backend| backend.expire_tokens())?;
//! // Let the minute of processing pass.
//! sandbox.clock().advance(Duration::from_secs(60));
//! // See what was really sent, and what was received.
//! assert_eq!(sandbox.count("medreader.prescriptions.upload"), 0);
//! assert!(sandbox.webhook_log().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```

mod configuration;
mod errors;
mod folders;
mod outbox;
mod people;
mod prescriptions;
mod readings;
mod records;
mod routes;
mod settings;
mod state;
mod tokens;
mod webhooks;

#[doc(inline)]
pub use common_http::sandbox::{Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError};

pub use self::outbox::{WebhookAttempt, WebhookEnd, WebhookFault};
pub use self::people::{Permission, Tenant, User};
pub use self::prescriptions::{Analysis, Processing, Upload};
pub use self::readings::{EmptyFolder, ErrorShape, IdReading, PathForm, TimeStyle, UnknownFolder};
pub use self::settings::{Lockout, Settings};
pub use self::state::Backend;

/// A running MedReader sandbox, whose state is a [`Backend`]. Dropping it stops it.
pub type Sandbox = common_http::sandbox::Sandbox<Backend>;
