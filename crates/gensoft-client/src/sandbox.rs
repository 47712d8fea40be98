//! An in-process Gensoft to test against (feature `sandbox`).
//!
//! [`Sandbox`] is a real HTTP server on the loopback interface. It speaks Gensoft as the vendor's document has it, plays each
//! of our readings of what the document leaves open (the form of the key, the slash of the upload's path, how a report is
//! carried, what is answered), keeps what came, and fails in the ways that you ask for. It shares no type with the client, so
//! that a mistake in the client shows.
//!
//! Errors are those of the framework that the vendor is thought to use (Django REST framework): inferred, not documented.
//!
//! **Exempt from semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! use gensoft_client::sandbox::{ATTENDANCES_SEND, Fault, PathForm, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().report_path(PathForm::Either).start().await?;
//! // Point the program under test at sandbox.url(), with sandbox.api_key() ...
//!
//! // ... let an answer get lost on its way:
//! sandbox.fail_next(ATTENDANCES_SEND, Fault::ResetAfterRequest)?;
//! // ... let the key be taken back before the third attendance:
//! sandbox.on_request(ATTENDANCES_SEND, 3, |laboratory| laboratory.revoke_api_key())?;
//! // ... and see what has come, and what was really sent:
//! assert!(sandbox.attendances().is_empty() && sandbox.report_versions("10").is_empty());
//! assert_eq!(sandbox.count(ATTENDANCES_SEND), 0);
//! # Ok(())
//! # }
//! ```

mod answers;
mod attendances;
mod builder;
mod disposition;
mod errors;
mod laboratory;
mod multipart;
mod readings;
mod reports;
mod vendor;

use std::{io, ops::Deref};

use crate::client::{GensoftClient, GensoftClientBuilder};

pub use builder::SandboxBuilder;
#[doc(inline)]
pub use common_http::sandbox::{
    Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError, Server,
};
pub use laboratory::{Laboratory, ReceivedAttendance, ReportVersion};
pub use readings::{AnswerShape, KeyForm, PathForm, ReportForm, WrongSlash};
pub use vendor::{ATTENDANCES_SEND, REPORTS_UPLOAD};

/// A running Gensoft sandbox. Dropping it stops it.
///
/// It derefs to the [`Server`] that it is: the faults ([`Server::fail_next`] and its like), the request log
/// ([`Server::requests_for`], [`Server::count`], [`Server::wait_for`]), the clock and the URL are there.
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    laboratory: Laboratory,
    client: GensoftClient,
}

impl Deref for Sandbox {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Sandbox {
    /// Starts a sandbox with the default settings; see [`SandboxBuilder`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use gensoft_client::{Body, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?; // it knows every execution
    /// sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE")).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// No port of the loopback interface can be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Starts the settings of a sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use gensoft_client::sandbox::{ReportForm, Sandbox};
    ///
    /// // An installation that takes reports as forms.
    /// let sandbox = Sandbox::builder().report_form(ReportForm::Multipart).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    /// A client of this sandbox, with the default settings. All of them share one retry budget.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use gensoft_client::attendances::AttendanceBody;
    ///
    /// let sandbox = gensoft_client::sandbox::Sandbox::start().await?;
    /// let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// sandbox.client().send_attendance(order).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client(&self) -> GensoftClient {
        self.client.clone()
    }

    /// A builder with this sandbox's address and key, for a client with settings of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use gensoft_client::{HttpOptions, RetryPolicy};
    ///
    /// let sandbox = gensoft_client::sandbox::Sandbox::start().await?;
    /// let impatient = sandbox
    ///     .client_builder()
    ///     .http(HttpOptions::default().retry(RetryPolicy::never()))
    ///     .build()?;
    /// # let _ = impatient;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> GensoftClientBuilder {
        builder::client_builder(&self.server, &self.laboratory)
    }

    /// The API key that the sandbox accepts, by default `EXAMPLE-API-KEY`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// // What the program under test reads from its environment.
    /// let settings = [("GENSOFT_BASE_URL", sandbox.url()), ("GENSOFT_API_KEY", sandbox.api_key())];
    /// # assert_eq!(settings[1].1, "EXAMPLE-API-KEY");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.laboratory.settings().api_key
    }

    /// What the sandbox holds, for actions of a test that outlive a borrow of the sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// let laboratory = sandbox.laboratory().clone();
    /// let count = tokio::spawn(async move { laboratory.attendances().len() });
    /// assert_eq!(count.await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn laboratory(&self) -> &Laboratory {
        &self.laboratory
    }

    /// Does something to the laboratory just before the `nth` request of an operation, counted from now (1 is the next
    /// one), is acted upon. The action must not block.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, ErrorKind, sandbox::{REPORTS_UPLOAD, Sandbox}};
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.on_request(REPORTS_UPLOAD, 1, |laboratory| laboratory.revoke_api_key())?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// assert_eq!(upload.send().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or `nth` is 0.
    pub fn on_request(
        &self,
        operation: &str,
        nth: usize,
        action: impl FnOnce(&Laboratory) + Send + 'static,
    ) -> Result<(), SandboxError> {
        let laboratory = self.laboratory.clone();
        self.server
            .before_request(operation, nth, move || action(&laboratory))
    }

    /// The attendances that were taken, oldest first: [`Laboratory::attendances`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{attendances::AttendanceBody, sandbox::Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// sandbox.client().send_attendance(order).send().await?;
    /// assert_eq!(sandbox.attendances()[0].json["campo"], "valor ficticio");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn attendances(&self) -> Vec<ReceivedAttendance> {
        self.laboratory.attendances()
    }

    /// The versions of an execution's report, the one that counts last: [`Laboratory::report_versions`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, sandbox::Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// for text in ["%PDF-1.7 EXAMPLE 1", "%PDF-1.7 EXAMPLE 2"] {
    ///     sandbox.client().upload_report(&10.into(), Body::from(text)).send().await?;
    /// }
    /// let versions = sandbox.report_versions("10");
    /// assert_eq!(versions.last().map(|latest| &latest.pdf[..]), Some(&b"%PDF-1.7 EXAMPLE 2"[..]));
    /// # assert_eq!(versions.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn report_versions(&self, execution: &str) -> Vec<ReportVersion> {
        self.laboratory.report_versions(execution)
    }

    /// Takes the API key back: [`Laboratory::revoke_api_key`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{ErrorKind, attendances::AttendanceBody, sandbox::Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// # let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// sandbox.revoke_api_key();
    /// let error = sandbox.client().send_attendance(order).send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    /// # Ok(())
    /// # }
    /// ```
    pub fn revoke_api_key(&self) {
        self.laboratory.revoke_api_key();
    }
}
