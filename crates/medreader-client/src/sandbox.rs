//! An in-process MedReader to test against (feature `sandbox`).
//!
//! [`Sandbox`] is a real HTTP server on the loopback interface. It speaks MedReader as the vendor's document has it,
//! plays our readings of what the document leaves open, keeps state (tenants, users, folders, prescriptions, the
//! tenants' configurations), processes uploads, sends webhooks, and fails in the ways that you ask for. It shares no
//! type with the client, so that a mistake in the client's models shows.
//!
//! All data is synthetic: ids are UUIDs of zeros, names are made up, and the notes say so.
//!
//! **Exempt from semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! use std::time::Duration;
//! use medreader_client::sandbox::{
//!     FOLDERS_CREATE, Fault, Outcome, PRESCRIPTIONS_UPLOAD, Sandbox, WebhookFault,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().processing_delay(Duration::from_secs(60)).start().await?;
//! // Point the program under test at sandbox.url(), with sandbox.tenant_id(), .email() and .password() ...
//! let folder_id = sandbox.folder("Pacientes/Pacientes Cardiologia")?;
//! sandbox.set_webhook("http://127.0.0.1:8080/webhook", "EXAMPLE-USER", "EXAMPLE-SECRET");
//!
//! // ... let a call fail, or the processing of the next file, or the next webhook come twice:
//! sandbox.fail_next(FOLDERS_CREATE, Fault::ResetAfterRequest)?;
//! sandbox.next_outcomes([Outcome::error()]);
//! sandbox.webhook_faults([WebhookFault::Duplicate { times: 1 }]);
//! // ... let the minute of processing pass, and an hour, after which tokens expire:
//! sandbox.clock().advance(Duration::from_secs(3660));
//! // ... and see what was really sent, and what was received:
//! assert_eq!(sandbox.count(PRESCRIPTIONS_UPLOAD), 0);
//! assert!(sandbox.deliveries().is_empty());
//! # assert!(folder_id.starts_with("00000000-"));
//! # Ok(())
//! # }
//! ```

mod backend;
mod builder;
mod configuration;
mod drift;
mod errors;
mod folders;
mod ids;
mod login;
mod multipart;
mod normalize;
mod outcome;
mod people;
mod prescription;
mod readings;
mod results;
mod turn;
mod upload;
mod vendor;
mod webhook;

use std::{io, ops::Deref};

use crate::client::{MedReaderClient, MedReaderClientBuilder};
use webhook::sender::Sender;

pub use backend::Backend;
pub use builder::{Lockout, SandboxBuilder};
pub use common_http::sandbox::{
    Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError, Server,
};
pub use outcome::Outcome;
pub use people::{Permission, Tenant, User};
pub use prescription::Upload;
pub use readings::{EmptyFolder, ErrorShape, IdReading, PathForm, TimeStyle, UnknownFolder};
pub use vendor::{
    AUTH_LOGIN, CONFIGURATION_GET, CONFIGURATION_UPDATE, FOLDERS_CREATE, FOLDERS_GET,
    PRESCRIPTIONS_RESULT, PRESCRIPTIONS_RESULTS, PRESCRIPTIONS_UPLOAD,
};
pub use webhook::{Delivery, DeliveryOutcome, WebhookFault};

/// A running MedReader sandbox. Dropping it stops it, and the sending of its webhooks with it.
///
/// It derefs to the [`Server`] that it is: the faults ([`Server::fail_next`] and its like), the request log
/// ([`Server::requests_for`], [`Server::count`], [`Server::wait_for`]), the clock and the URL are there.
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    backend: Backend,
    client: MedReaderClient,
    _sender: Sender,
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// println!("{}", sandbox.url());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings for a sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::builder().processing_polls(2).start().await?;
    /// println!("{}", sandbox.url());
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
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let folder = sandbox.client().folders().create("Pacientes Exemplo").send().await?;
    /// assert_eq!(folder.folder_name.as_deref(), Some("pacientes-exemplo"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client(&self) -> MedReaderClient {
        self.client.clone()
    }

    /// A builder with this sandbox's address and credentials, for a client with settings and a session of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::{HttpOptions, RetryPolicy};
    ///
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let impatient = sandbox
    ///     .client_builder()
    ///     .http(HttpOptions::default().retry(RetryPolicy::never()))
    ///     .build()?;
    /// # impatient.sessions().open().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> MedReaderClientBuilder {
        builder::client_builder(&self.server, &self.backend)
    }

    /// The id of the sandbox's own tenant, by default `EXAMPLE-TENANT`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert_eq!(sandbox.tenant_id(), "EXAMPLE-TENANT");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.backend.settings().tenant_id
    }

    /// The e-mail address of the tenant's first user, by default `usuario@example.invalid`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert_eq!(sandbox.email(), "usuario@example.invalid");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn email(&self) -> &str {
        &self.backend.settings().user.email
    }

    /// The password of the tenant's first user.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert!(!sandbox.password().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn password(&self) -> &str {
        &self.backend.settings().user.password
    }

    /// What the sandbox holds, for actions of a test that outlive a borrow of the sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let backend = sandbox.backend().clone();
    /// tokio::spawn(async move { backend.expire_tokens() }).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Does something to the backend just before the `nth` request of an operation, counted from now (1 is the next
    /// one), is acted upon; for example between two polls. The action must not block.
    ///
    /// # Errors
    /// The sandbox has no such operation, or `nth` is 0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::CONFIGURATION_GET;
    ///
    /// // The right is taken away just before the first look:
    /// sandbox.on_request(CONFIGURATION_GET, 1, |backend| backend.set_permissions([]))?;
    /// assert!(sandbox.client().configuration().get().send().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_request(
        &self,
        operation: &str,
        nth: usize,
        action: impl FnOnce(&Backend) + Send + 'static,
    ) -> Result<(), SandboxError> {
        let backend = self.backend.clone();
        self.server
            .before_request(operation, nth, move || action(&backend))
    }

    /// See [`Backend::add_tenant`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::{Tenant, User};
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2");
    /// sandbox.add_tenant(Tenant::new("EXAMPLE-TENANT-2").user(user));
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_tenant(&self, tenant: Tenant) {
        self.backend.add_tenant(tenant);
    }

    /// See [`Backend::add_user`].
    ///
    /// # Errors
    /// There is no such tenant.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::User;
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2");
    /// sandbox.add_user(sandbox.tenant_id(), user)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_user(&self, tenant_id: &str, user: User) -> Result<(), SandboxError> {
        self.backend.add_user(tenant_id, user)
    }

    /// See [`Backend::set_permissions`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.set_permissions([]);
    /// assert!(sandbox.client().configuration().get().send().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_permissions(&self, permissions: impl IntoIterator<Item = Permission>) {
        self.backend.set_permissions(permissions);
    }

    /// See [`Backend::expire_tokens`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.client().sessions().open().send().await?;
    /// sandbox.expire_tokens();
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_tokens(&self) {
        self.backend.expire_tokens();
    }

    /// See [`Backend::logins`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.client().sessions().open().send().await?;
    /// assert_eq!(sandbox.logins(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn logins(&self) -> usize {
        self.backend.logins()
    }

    /// See [`Backend::folder`].
    ///
    /// # Errors
    /// The path has a name of which normalising leaves nothing.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let folder = sandbox.folder("Pacientes/Pacientes Cardiologia")?.into();
    /// let found = sandbox.client().folders().get(&folder).send().await?;
    /// assert_eq!(found.full_path.as_deref(), Some("pacientes/pacientes-cardiologia"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn folder(&self, path: &str) -> Result<String, SandboxError> {
        self.backend.folder(path)
    }

    /// See [`Backend::uploads`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// assert_eq!(sandbox.uploads()[0].id, upload.id.as_str());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn uploads(&self) -> Vec<Upload> {
        self.backend.uploads()
    }

    /// See [`Backend::next_outcomes`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::Outcome;
    ///
    /// sandbox.next_outcomes([Outcome::error(), Outcome::completed(40)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_outcomes(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.backend.next_outcomes(outcomes);
    }

    /// See [`Backend::finish`].
    ///
    /// # Errors
    /// No prescription of this id is being processed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::builder().processing_by_hand().start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// sandbox.finish(upload.id.as_str())?;
    /// let result = prescriptions.result(&upload.id.assume_prescription_id()).send().await?;
    /// assert!(result.is_final());
    /// # Ok(())
    /// # }
    /// ```
    pub fn finish(&self, id: &str) -> Result<(), SandboxError> {
        self.backend.finish(id)
    }

    /// See [`Backend::finish_with`].
    ///
    /// # Errors
    /// No prescription of this id is being processed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::sandbox::Outcome;
    ///
    /// let sandbox = medreader_client::sandbox::Sandbox::builder().processing_by_hand().start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// sandbox.finish_with(upload.id.as_str(), Outcome::completed(40))?;
    /// let result = prescriptions.result(&upload.id.assume_prescription_id()).send().await?;
    /// assert_eq!(result.prescription_confidence_score, Some(40.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn finish_with(&self, id: &str, outcome: Outcome) -> Result<(), SandboxError> {
        self.backend.finish_with(id, outcome)
    }

    /// See [`Backend::fail`].
    ///
    /// # Errors
    /// No prescription of this id is being processed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::prescriptions::ResultStatus;
    ///
    /// let sandbox = medreader_client::sandbox::Sandbox::builder().processing_by_hand().start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// sandbox.fail(upload.id.as_str())?;
    /// let result = prescriptions.result(&upload.id.assume_prescription_id()).send().await?;
    /// assert_eq!(result.status, Some(ResultStatus::Error));
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail(&self, id: &str) -> Result<(), SandboxError> {
        self.backend.fail(id)
    }

    /// See [`Backend::result_id`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// let same = sandbox.result_id(upload.id.as_str());
    /// assert_eq!(same.as_deref(), Some(upload.id.as_str()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn result_id(&self, id: &str) -> Option<String> {
        self.backend.result_id(id)
    }

    /// See [`Backend::webhook_id`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// let same = sandbox.webhook_id(upload.id.as_str());
    /// assert_eq!(same.as_deref(), Some(upload.id.as_str()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn webhook_id(&self, id: &str) -> Option<String> {
        self.backend.webhook_id(id)
    }

    /// See [`Backend::set_webhook`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.set_webhook("http://127.0.0.1:8080/webhook", "EXAMPLE-USER", "EXAMPLE-SECRET");
    /// let settings = sandbox.client().configuration().get().send().await?;
    /// assert_eq!(settings.webhook_user.as_deref(), Some("EXAMPLE-USER"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_webhook(&self, url: &str, user: &str, password: &str) {
        self.backend.set_webhook(url, user, password);
    }

    /// See [`Backend::send_webhook`].
    ///
    /// # Errors
    /// There is no such prescription, or its tenant has no webhook configured.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::builder().processing_by_hand().start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// // Nothing listens there: the attempt fails, and is made again.
    /// sandbox.set_webhook("http://127.0.0.1:1/", "EXAMPLE-USER", "EXAMPLE-SECRET");
    /// sandbox.send_webhook(upload.id.as_str())?;
    /// assert!(!sandbox.wait_for_deliveries(1).await[0].is_confirmed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_webhook(&self, id: &str) -> Result<(), SandboxError> {
        self.backend.send_webhook(id)
    }

    /// See [`Backend::webhook_faults`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::WebhookFault;
    ///
    /// sandbox.webhook_faults([WebhookFault::Duplicate { times: 1 }, WebhookFault::BadJson]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn webhook_faults(&self, faults: impl IntoIterator<Item = WebhookFault>) {
        self.backend.webhook_faults(faults);
    }

    /// See [`Backend::deliveries`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert!(sandbox.deliveries().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.backend.deliveries()
    }

    /// See [`Backend::wait_for_deliveries`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert!(sandbox.wait_for_deliveries(0).await.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_deliveries(&self, count: usize) -> Vec<Delivery> {
        self.backend.wait_for_deliveries(count).await
    }
}
