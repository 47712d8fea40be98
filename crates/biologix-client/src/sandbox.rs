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
#[doc(inline)]
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
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use biologix_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?; // 250 exams, the same each time
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).send().await?;
    /// # assert_eq!(page.total, Some(250));
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
    /// use biologix_client::sandbox::Sandbox;
    ///
    /// // An account whose centre has no exams yet.
    /// let sandbox = Sandbox::builder().exams(0).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).send().await?;
    /// assert!(page.items.is_empty());
    /// # Ok(())
    /// # }
    /// ```
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
    /// use biologix_client::{HttpOptions, RetryPolicy};
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// // What the program under test reads from its environment.
    /// let settings = [("BIOLOGIX_BASE_URL", sandbox.url()), ("BIOLOGIX_USERNAME", sandbox.username())];
    /// # assert_eq!(settings[1].1, "c|EXAMPLE|000001");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn username(&self) -> &str {
        &self.centre.settings().username
    }

    /// The password that the sandbox accepts, by default `EXAMPLE-PASSWORD`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// let settings = ("BIOLOGIX_PASSWORD", sandbox.password());
    /// # assert_eq!(settings.1, "EXAMPLE-PASSWORD");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn password(&self) -> &str {
        &self.centre.settings().password
    }

    /// The id of the centre whose exams the sandbox lists, by default `0000001DD`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// use biologix_client::PartnerId;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let centre = PartnerId::from(sandbox.partner_id());
    /// # assert_eq!(centre.as_str(), "0000001DD");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn partner_id(&self) -> &str {
        &self.centre.settings().partner_id
    }

    /// What the sandbox holds, for actions of a test that outlive a borrow of the sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// let centre = sandbox.centre().clone();
    /// // Another task of the test issues exams while the program reads them.
    /// tokio::spawn(async move { centre.issue_exams(3) }).await?;
    /// assert_eq!(sandbox.total(), 253);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// Does something to the centre just before the `nth` request of an operation, counted from now (1 is the next
    /// one), is acted upon; for example between two pages of a list. The action must not block.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// // Three exams come in between the first and the second page.
    /// sandbox.on_request(EXAMS_LIST, 2, |centre| centre.issue_exams(3))?;
    /// let mut exams = sandbox.client().exams(&partner).items();
    /// let mut listed = 0;
    /// while exams.next().await.transpose()?.is_some() {
    ///     listed += 1;
    /// }
    /// assert_eq!(listed, 250); // those of the start, each once
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
        action: impl FnOnce(&Centre) + Send + 'static,
    ) -> Result<(), SandboxError> {
        let centre = self.centre.clone();
        self.server
            .before_request(operation, nth, move || action(&centre))
    }

    /// Puts new exams at the front of the list: [`Centre::issue_exams`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// sandbox.issue_exams(2); // a new day
    /// let page = sandbox.client().exams(&partner).page_size(2).send().await?;
    /// # assert_eq!(page.total, Some(252));
    /// # Ok(())
    /// # }
    /// ```
    pub fn issue_exams(&self, count: usize) {
        self.centre.issue_exams(count);
    }

    /// Takes an exam out of the list: [`Centre::remove_exam`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let newest = sandbox.exam_ids().remove(0);
    /// sandbox.remove_exam(&newest)?;
    /// assert_eq!(sandbox.total(), 249);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such exam.
    pub fn remove_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.centre.remove_exam(exam_id)
    }

    /// Takes the newest exams out of the list: [`Centre::remove_newest`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// // The list shrinks under a program that is reading it: exams move to offsets already passed.
    /// sandbox.on_request(EXAMS_LIST, 2, |centre| centre.remove_newest(5))?;
    /// let mut exams = sandbox.client().exams(&partner).items();
    /// # let mut listed = 0;
    /// # while exams.next().await.transpose()?.is_some() { listed += 1 }
    /// # assert_eq!(listed, 250);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_newest(&self, count: usize) {
        self.centre.remove_newest(count);
    }

    /// Changes what an exam says; it is DONE then and has a report: [`Centre::change_exam`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let newest = sandbox.exam_ids().remove(0);
    /// sandbox.change_exam(&newest)?; // now it has a report
    /// let page = sandbox.client().exams(&partner).page_size(1).send().await?;
    /// assert!(page.items[0].exam().is_some_and(|exam| exam.report_key().is_some()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such exam.
    pub fn change_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.centre.change_exam(exam_id)
    }

    /// Puts at an exam's place what cannot be read as an exam: [`Centre::spoil_exam`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// use biologix_client::exams::Listed;
    ///
    /// let newest = sandbox.exam_ids().remove(0);
    /// sandbox.spoil_exam(&newest)?;
    /// let page = sandbox.client().exams(&partner).page_size(2).send().await?;
    /// assert!(matches!(page.items[..], [Listed::Rejected { .. }, Listed::Exam(_)]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such exam.
    pub fn spoil_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.centre.spoil_exam(exam_id)
    }

    /// The ids of the exams, newest first: [`Centre::exam_ids`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// // Did the program get them all?
    /// let mut exams = sandbox.client().exams(&partner).items();
    /// let mut got = Vec::new();
    /// while let Some(listed) = exams.next().await {
    ///     got.extend(listed?.exam().map(|exam| exam.exam_id.clone()));
    /// }
    /// assert_eq!(got, sandbox.exam_ids());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn exam_ids(&self) -> Vec<String> {
        self.centre.exam_ids()
    }

    /// The JSON text that the list has of an exam: [`Centre::exam_json`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let newest = sandbox.exam_ids().remove(0);
    /// let page = sandbox.client().exams(&partner).page_size(1).send().await?;
    /// // Nothing was lost on the way.
    /// assert_eq!(Some(page.items[0].raw().as_str()), sandbox.exam_json(&newest).as_deref());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn exam_json(&self, exam_id: &str) -> Option<String> {
        self.centre.exam_json(exam_id)
    }

    /// How many exams the list has: [`Centre::total`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().exams(100_000).start().await?;
    /// assert_eq!(sandbox.total(), 100_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn total(&self) -> usize {
        self.centre.total()
    }

    /// Ends the life of all tokens: [`Centre::expire_tokens`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// use biologix_client::ErrorKind;
    ///
    /// # let client = sandbox.client();
    /// client.open_session().send().await?;
    /// sandbox.expire_tokens();
    /// // A session younger than a minute: its 401 is an answer, so there is no second login.
    /// let error = client.exams(&partner).send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_tokens(&self) {
        self.centre.expire_tokens();
    }

    /// How many sessions were opened so far: [`Centre::sessions_opened`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let client = sandbox.client();
    /// for _ in 0..3 {
    ///     client.exams(&partner).send().await?;
    /// }
    /// assert_eq!(sandbox.sessions_opened(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn sessions_opened(&self) -> usize {
        self.centre.sessions_opened()
    }
}
