//! An in-process Biologix to test against (feature `sandbox`).
//!
//! [`Sandbox`] is a real HTTP server on the loopback interface. It follows the vendor's document
//! and what was observed in production, keeps state (sessions, a centre's exams, their reports),
//! and fails in the ways that you ask for. It shares no type with the client, so that a mistake in
//! the client's models shows.
//!
//! All data is synthetic: the names are "Paciente Ficticio 17", the tax numbers are zeros, the
//! dates are around 2030. **Exempt from semver**: this module may change in any release, and so may
//! the exams that a seed gives. It is meant for tests only.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::time::Duration;
//!
//! use biologix_client::sandbox::{Fault, Sandbox, Settings};
//!
//! let sandbox = Sandbox::with(Settings { seed: 7, exams: 250, ..Settings::default() }).await?;
//! // Point the program under test at `sandbox.url()`, or use `sandbox.client()`.
//! println!("BIOLOGIX_BASE_URL={}", sandbox.url());
//! println!("BIOLOGIX_PARTNER_ID={}", sandbox.settings.partner_id);
//!
//! // Make a call fail.
//! sandbox.fail_next("biologix.exams.list", Fault::ResetAfterRequest)?;
//! // Issue and change exams, now or between two pages. `Centre` has what can be done.
//! let oldest = sandbox.exam_ids().pop().unwrap_or_default();
//! sandbox.change_exam(&oldest)?;
//! sandbox.on_request("biologix.exams.list", 2, |centre| centre.issue_exams(3))?;
//! // Let all tokens expire.
//! sandbox.clock().advance(Duration::from_secs(7 * 24 * 3600));
//! // See what was really sent.
//! assert_eq!(sandbox.count("biologix.exams.list"), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```

mod calls;
mod chance;
mod drift;
mod errors;
mod exam;
mod json;
mod ledger;
mod own;
mod pdf;
mod person;
mod results;
mod routes;
mod settings;
mod state;
mod tokens;

#[doc(inline)]
pub use common_http::sandbox::{Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError};

pub use self::settings::{Settings, Throttle};
pub use self::state::Centre;

/// A running Biologix sandbox, whose state is a [`Centre`]. Dropping it stops it.
pub type Sandbox = common_http::sandbox::Sandbox<Centre>;
