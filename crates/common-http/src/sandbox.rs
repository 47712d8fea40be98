//! The plumbing of the in-process vendor sandboxes (feature `sandbox`).
//!
//! A sandbox is a real HTTP/1.1 server on the loopback interface that plays one vendor, so that a program can be
//! tested without that vendor. This module holds what all of them share; what a vendor answers is said by its own
//! crate through the [`Vendor`] trait:
//!
//! - [`Server`]: the running server, its request log, its faults and its clock; it stops when it is dropped;
//! - [`Fault`]: what can go wrong, played on the real socket (a reset is a TCP reset, a stall is a silent socket);
//! - [`RecordedRequest`]: what a client really sent;
//! - [`SandboxClock`]: the time by which tokens expire and calls are throttled, moved by hand instead of waited for.
//!
//! **Exempt from semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! use common_http::sandbox::{Answer, Fault, Request, Route, Server, Vendor};
//! use http::{Method, StatusCode};
//! use serde_json::{Value, json};
//!
//! struct Example;
//!
//! static ROUTES: [Route; 1] = [Route::new("example.things.get", Method::GET, "/things/{id}")];
//!
//! impl Vendor for Example {
//!     fn routes(&self) -> &'static [Route] {
//!         &ROUTES
//!     }
//!     fn answer(&self, _operation: &'static str, request: &Request) -> Answer {
//!         Answer::json(StatusCode::OK, json!({ "id": request.arg("id") }).to_string())
//!     }
//!     fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
//!         Answer::json(status, json!({ "error": status.as_u16() }).to_string())
//!     }
//!     fn drift(&self, _operation: &'static str, body: &mut Value) {
//!         common_http::sandbox::add_unknown_fields(body);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder(Example).start().await?;
//! server.fail_next("example.things.get", Fault::ResetAfterRequest)?;
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.count("example.things.get"), 0);
//! # Ok(())
//! # }
//! ```

mod answer;
mod clock;
mod connection;
mod error;
mod fault;
mod hooks;
mod log;
mod play;
mod request;
mod server;
mod shared;
mod vendor;

pub use answer::Answer;
pub use clock::{SandboxClock, rfc3339};
pub use error::SandboxError;
pub use fault::Fault;
pub use log::RecordedRequest;
pub use request::Request;
pub use server::{HeaderCase, Server, ServerBuilder};
pub use vendor::{Route, Vendor, add_unknown_fields};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a panic of a test's own action: the data behind a sandbox's locks is never half changed.
///
/// ```
/// use common_http::sandbox::lock;
/// use std::sync::Mutex;
///
/// // In a vendor's sandbox: its state, changed by one request at a time.
/// let orders = Mutex::new(Vec::new());
/// lock(&orders).push("0000001");
/// assert_eq!(lock(&orders).len(), 1);
/// ```
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
