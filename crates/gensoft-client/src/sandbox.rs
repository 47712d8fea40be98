//! An in-process Gensoft to test against (feature `sandbox`).
//!
//! [`Sandbox`] is a real HTTP server on the loopback interface. It plays Gensoft as the vendor's
//! document describes it, and each of our readings of what the document leaves open: the form of
//! the key, the slash of the upload's path, how a report is carried, what is answered. It keeps
//! what was sent, and fails in the ways that a test asks for. It shares no type with the client, so
//! that a mistake in the client shows.
//!
//! Errors are those of Django REST framework, which the vendor is thought to use (inferred).
//!
//! **Exempt from semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! use gensoft_client::sandbox::{Fault, PathForm, Sandbox, Settings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings { report_path: PathForm::Either, ..Settings::default() };
//! let sandbox = Sandbox::with(settings).await?;
//! // Point the program under test at `sandbox.url()`, with `sandbox.api_key()`.
//!
//! // The answer to the first attendance is lost, and before the third one the key is revoked.
//! sandbox.fail_next("gensoft.attendances.send", Fault::ResetAfterRequest)?;
//! sandbox.on_request("gensoft.attendances.send", 3, |laboratory| laboratory.revoke_api_key())?;
//!
//! // What has arrived, and what was really sent.
//! assert!(sandbox.attendances().is_empty() && sandbox.report_versions("10").is_empty());
//! assert_eq!(sandbox.count("gensoft.attendances.send"), 0);
//! # Ok(())
//! # }
//! ```

mod attendances;
mod checks;
mod disposition;
mod errors;
mod readings;
mod reports;
mod routes;
mod settings;
mod state;

#[doc(inline)]
pub use common_http::sandbox::{Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError};

pub use self::readings::{AnswerShape, KeyForm, PathForm, ReportForm, WrongSlash};
pub use self::settings::Settings;
pub use self::state::{Laboratory, ReceivedAttendance, ReportVersion};

/// A running Gensoft sandbox. It derefs to its [`Laboratory`].
pub type Sandbox = common_http::sandbox::Sandbox<Laboratory>;
