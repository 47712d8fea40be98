//! An in-process Biologix to test against (feature `sandbox`).
//!
//! [`Sandbox`] is a real HTTP server on the loopback interface. It speaks Biologix as the vendor's document and what
//! was observed in production have it, keeps state (sessions, a centre's exams, their reports), and fails in the
//! ways that you ask for. It shares no type with the client, so that a mistake in the client's models shows.
//!
//! All data is synthetic: the names are "Paciente Ficticio 17", the tax numbers are zeros, the dates are around 2030.
//!
//! **Exempt from semver**: this module may change in any release, and so may the exams that a seed gives. It is
//! meant for tests only.
//!
//! ```
//! use std::time::Duration;
//! use biologix_client::sandbox::{EXAMS_LIST, Fault, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().seed(7).exams(250).start().await?;
//! // Point the program under test at sandbox.url(), with sandbox.username(), .password() and .partner_id() ...
//!
//! // ... let a call fail:
//! sandbox.fail_next(EXAMS_LIST, Fault::ResetAfterRequest)?;
//! // ... let the list grow between its first and its second page:
//! sandbox.on_request(EXAMS_LIST, 2, |centre| centre.issue_exams(3))?;
//! // ... let all tokens expire:
//! sandbox.clock().advance(Duration::from_secs(7 * 24 * 3600));
//! // ... and see what was really sent:
//! assert_eq!(sandbox.count(EXAMS_LIST), 0);
//! # Ok(())
//! # }
//! ```

mod builder;
mod centre;
mod drift;
mod errors;
mod exam;
mod exams_list;
mod json;
mod ledger;
mod pdf;
mod person;
mod report;
mod results;
mod sessions;
mod vendor;

use std::{io, ops::Deref};

use crate::client::{BiologixClient, BiologixClientBuilder};

pub use builder::{SandboxBuilder, Throttle};
pub use centre::Centre;
pub use common_http::sandbox::{
    Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError, Server,
};
pub use vendor::{EXAMS_LIST, REPORTS_GET, SESSIONS_OPEN};

/// A running Biologix sandbox. Dropping it stops it.
///
/// It derefs to the [`Server`] that it is: the faults ([`Server::fail_next`] and its like), the request log
/// ([`Server::requests_for`], [`Server::count`], [`Server::wait_for`]), the clock and the URL are there.
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    centre: Centre,
    client: BiologixClient,
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
    /// # Errors
    /// No port of the loopback interface can be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings for a sandbox.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    /// A client of this sandbox, with the default settings. All of them share one session.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = biologix_client::sandbox::Sandbox::start().await?;
    /// let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).send().await?;
    /// assert_eq!(page.total, Some(250));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client(&self) -> BiologixClient {
        self.client.clone()
    }

    /// A builder with this sandbox's address and credentials, for a client with settings and a session of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use common_http::{HttpOptions, RetryPolicy};
    ///
    /// let sandbox = biologix_client::sandbox::Sandbox::start().await?;
    /// let impatient = sandbox
    ///     .client_builder()
    ///     .http(HttpOptions::default().retry(RetryPolicy::never()))
    ///     .build()?;
    /// # impatient.open_session().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> BiologixClientBuilder {
        builder::client_builder(&self.server, &self.centre)
    }

    /// The login name that the sandbox accepts, by default `c|EXAMPLE|000001`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.centre.settings().username
    }

    /// The password that the sandbox accepts.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.centre.settings().password
    }

    /// The id of the centre whose exams the sandbox lists, by default `0000001DD`.
    #[must_use]
    pub fn partner_id(&self) -> &str {
        &self.centre.settings().partner_id
    }

    /// What the sandbox holds, for actions of a test that outlive a borrow of the sandbox.
    #[must_use]
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// Does something to the centre just before the `nth` request of an operation, counted from now (1 is the next
    /// one), is acted upon; for example between two pages of a list. The action must not block.
    ///
    /// # Errors
    /// The sandbox has no such operation, or `nth` is 0.
    pub fn on_request(
        &self,
        operation: &str,
        nth: usize,
        action: impl FnOnce(&Centre) + Send + 'static,
    ) -> Result<(), SandboxError> {
        let centre = self.centre.clone();
        self.server
            .before_request(operation, nth, move || action(&centre))
    }

    /// See [`Centre::issue_exams`].
    pub fn issue_exams(&self, count: usize) {
        self.centre.issue_exams(count);
    }

    /// See [`Centre::remove_exam`].
    ///
    /// # Errors
    /// There is no such exam.
    pub fn remove_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.centre.remove_exam(exam_id)
    }

    /// See [`Centre::remove_newest`].
    pub fn remove_newest(&self, count: usize) {
        self.centre.remove_newest(count);
    }

    /// See [`Centre::change_exam`].
    ///
    /// # Errors
    /// There is no such exam.
    pub fn change_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.centre.change_exam(exam_id)
    }

    /// See [`Centre::spoil_exam`].
    ///
    /// # Errors
    /// There is no such exam.
    pub fn spoil_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.centre.spoil_exam(exam_id)
    }

    /// See [`Centre::exam_ids`].
    #[must_use]
    pub fn exam_ids(&self) -> Vec<String> {
        self.centre.exam_ids()
    }

    /// See [`Centre::exam_json`].
    #[must_use]
    pub fn exam_json(&self, exam_id: &str) -> Option<String> {
        self.centre.exam_json(exam_id)
    }

    /// See [`Centre::total`].
    #[must_use]
    pub fn total(&self) -> usize {
        self.centre.total()
    }

    /// See [`Centre::expire_tokens`].
    pub fn expire_tokens(&self) {
        self.centre.expire_tokens();
    }

    /// See [`Centre::sessions_opened`].
    #[must_use]
    pub fn sessions_opened(&self) -> usize {
        self.centre.sessions_opened()
    }
}
