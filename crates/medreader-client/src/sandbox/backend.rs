//! The handle on what the sandbox holds.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use common_http::sandbox::{SandboxClock, SandboxError, lock};
use tokio::sync::{Notify, watch};

use super::{
    builder::Settings,
    folders,
    outcome::Outcome,
    people::{Permission, Tenant, User},
    prescription::Upload,
    turn::{Office, State, Turn},
    webhook::{Delivery, WebhookFault},
};

/// MedReader as the sandbox holds it: tenants, users, folders, prescriptions, webhooks. Clones are the same.
#[derive(Clone)]
pub struct Backend(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: SandboxClock,
    state: Mutex<State>,
    /// Wakes the sender of the webhooks.
    wake: Notify,
    /// Says that the log of the deliveries grew.
    delivered: watch::Sender<()>,
}

impl Backend {
    pub(super) fn new(mut settings: Settings, clock: SandboxClock) -> Self {
        let mut own = Tenant::new(&settings.tenant_id).user(settings.user.clone());
        if !settings.configured {
            own = own.without_configuration();
        }
        let mut state = State::default();
        for tenant in std::iter::once(own).chain(std::mem::take(&mut settings.others)) {
            let id = tenant.id.clone();
            let office = Office::new(tenant, &mut state.ids);
            state.tenants.insert(id, office);
        }
        Self(Arc::new(Inner {
            settings,
            clock,
            state: Mutex::new(state),
            wake: Notify::new(),
            delivered: watch::Sender::new(()),
        }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Has the state to itself for a moment; what is due by the clock is done before and after.
    pub(super) fn look<T>(&self, look: impl FnOnce(&mut Turn<'_>) -> T) -> T {
        let mut state = lock(&self.0.state);
        let logged = state.outbox.log.len();
        let mut turn = Turn {
            settings: &self.0.settings,
            now: self.0.clock.now(),
            state: &mut state,
        };
        turn.settle();
        let value = look(&mut turn);
        turn.settle();
        let grown = state.outbox.log.len() > logged;
        drop(state);
        if grown {
            self.0.delivered.send_replace(());
        }
        value
    }

    /// As [`look`](Self::look), and lets the sender see what there is to send now.
    pub(super) fn turn<T>(&self, act: impl FnOnce(&mut Turn<'_>) -> T) -> T {
        let value = self.look(act);
        self.0.wake.notify_one();
        value
    }

    /// Returns when somebody had a [`turn`](Self::turn) since the last time.
    pub(super) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    /// Adds a tenant, in the place of one with the same id (whose folders and files stay).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::{Tenant, User};
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2");
    /// sandbox.backend().add_tenant(Tenant::new("EXAMPLE-TENANT-2").user(user));
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_tenant(&self, tenant: Tenant) {
        self.turn(|turn| {
            let id = tenant.id.clone();
            let office = Office::new(tenant, &mut turn.state.ids);
            turn.state.tenants.insert(id, office);
        });
    }

    /// Adds a user to a tenant, in the place of one with the same e-mail address.
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
    /// sandbox.backend().add_user(sandbox.tenant_id(), user)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_user(&self, tenant_id: &str, user: User) -> Result<(), SandboxError> {
        self.turn(|turn| {
            let office = turn.state.tenants.get_mut(tenant_id);
            let office = office.ok_or_else(|| SandboxError::unknown_item("tenant", tenant_id))?;
            office.admit(user, &mut turn.state.ids);
            Ok(())
        })
    }

    /// Gives the first user other permissions, in place of those so far; tokens live on.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.backend().set_permissions([]);
    /// assert!(sandbox.client().configuration().get().send().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_permissions(&self, permissions: impl IntoIterator<Item = Permission>) {
        self.turn(|turn| {
            let own = turn.state.tenants.get_mut(&turn.settings.tenant_id);
            let first = own.and_then(|office| office.member_mut(&turn.settings.user.email));
            if let Some(member) = first {
                member.user.permissions = permissions.into_iter().collect();
            }
        });
    }

    /// Ends the life of all tokens that were given out.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.client().sessions().open().send().await?;
    /// sandbox.backend().expire_tokens();
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_tokens(&self) {
        self.turn(|turn| turn.state.sessions.expire());
    }

    /// How many logins succeeded so far.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.client().sessions().open().send().await?;
    /// assert_eq!(sandbox.backend().logins(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn logins(&self) -> usize {
        self.look(|turn| turn.state.sessions.opened())
    }

    /// The id of the folder at a path of display names in the sandbox's own tenant, for example
    /// `Pacientes/Pacientes Cardiologia`. Folders of the path that are not there yet are created.
    ///
    /// # Errors
    /// The path has a name of which normalising leaves nothing.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let folder = sandbox.backend().folder("Pacientes/Pacientes Cardiologia")?.into();
    /// let found = sandbox.client().folders().get(&folder).send().await?;
    /// assert_eq!(found.full_path.as_deref(), Some("pacientes/pacientes-cardiologia"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn folder(&self, path: &str) -> Result<String, SandboxError> {
        self.turn(|turn| folders::ensure(turn, path))
    }

    /// The files that were uploaded, oldest first.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// assert_eq!(sandbox.backend().uploads()[0].id, upload.id.as_str());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn uploads(&self) -> Vec<Upload> {
        self.look(|turn| turn.state.prescriptions.uploads())
    }

    /// What the processing of the next uploads ends in, one outcome each; then the setting holds again.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::Outcome;
    ///
    /// sandbox.backend().next_outcomes([Outcome::error(), Outcome::completed(40)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_outcomes(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.turn(|turn| turn.state.prescriptions.plan(outcomes));
    }

    /// Ends the processing of a prescription now, in the outcome that was set for it. The id is the upload's.
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
    /// sandbox.backend().finish(upload.id.as_str())?;
    /// let result = prescriptions.result(&upload.id.assume_prescription_id()).send().await?;
    /// assert!(result.is_final());
    /// # Ok(())
    /// # }
    /// ```
    pub fn finish(&self, id: &str) -> Result<(), SandboxError> {
        self.turn(|turn| turn.finish(id, None))
    }

    /// Ends the processing of a prescription now, in this outcome. The id is the upload's.
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
    /// sandbox.backend().finish_with(upload.id.as_str(), Outcome::completed(40))?;
    /// let result = prescriptions.result(&upload.id.assume_prescription_id()).send().await?;
    /// assert_eq!(result.prescription_confidence_score, Some(40.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn finish_with(&self, id: &str, outcome: Outcome) -> Result<(), SandboxError> {
        self.turn(|turn| turn.finish(id, Some(outcome)))
    }

    /// Ends the processing of a prescription now, in an error. The id is the upload's.
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
    /// sandbox.backend().fail(upload.id.as_str())?;
    /// let result = prescriptions.result(&upload.id.assume_prescription_id()).send().await?;
    /// assert_eq!(result.status, Some(ResultStatus::Error));
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail(&self, id: &str) -> Result<(), SandboxError> {
        self.finish_with(id, Outcome::error())
    }

    /// The id that results have for this upload; see [`SandboxBuilder::result_ids`](super::SandboxBuilder::result_ids).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// let same = sandbox.backend().result_id(upload.id.as_str());
    /// assert_eq!(same.as_deref(), Some(upload.id.as_str()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn result_id(&self, id: &str) -> Option<String> {
        self.look(|turn| {
            let found = turn.state.prescriptions.by_upload(id);
            found.map(|prescription| prescription.result_id.clone())
        })
    }

    /// The id that webhooks have for this upload; see
    /// [`SandboxBuilder::webhook_ids`](super::SandboxBuilder::webhook_ids).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// # let folder = sandbox.client().folders().create("Pacientes").send().await?.id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # let prescriptions = sandbox.client().prescriptions();
    /// let upload = prescriptions.upload(&folder, file).send().await?;
    /// let same = sandbox.backend().webhook_id(upload.id.as_str());
    /// assert_eq!(same.as_deref(), Some(upload.id.as_str()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn webhook_id(&self, id: &str) -> Option<String> {
        self.look(|turn| {
            let found = turn.state.prescriptions.by_upload(id);
            found.map(|prescription| prescription.webhook_id.clone())
        })
    }

    /// Configures where the sandbox's own tenant gets its webhooks, and the credentials that they carry, as a
    /// configuration update would. The tenant has a configuration from now on.
    ///
    /// Only plain http to a loopback host is ever sent to.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// sandbox.backend().set_webhook("http://127.0.0.1:8080/webhook", "EXAMPLE-USER", "EXAMPLE-SECRET");
    /// let settings = sandbox.client().configuration().get().send().await?;
    /// assert_eq!(settings.webhook_user.as_deref(), Some("EXAMPLE-USER"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_webhook(&self, url: &str, user: &str, password: &str) {
        self.turn(|turn| {
            if let Some(own) = turn.state.tenants.get_mut(&turn.settings.tenant_id) {
                let configuration = own.configuration.get_or_insert_default();
                configuration.set("webhook_url", Some(url));
                configuration.set("webhook_user", Some(user));
                configuration.set("webhook_password", Some(password));
            }
        });
    }

    /// Sends the webhook of a prescription, whether it was sent before or not, and whatever its status. The id is the
    /// upload's.
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
    /// sandbox.backend().send_webhook(upload.id.as_str())?;
    /// assert!(!sandbox.wait_for_deliveries(1).await[0].is_confirmed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_webhook(&self, id: &str) -> Result<(), SandboxError> {
        self.turn(|turn| turn.send_webhook(id))
    }

    /// What goes wrong with the next webhooks, one each, after what is planned already. The attempts that follow on a
    /// failed one go well.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// use medreader_client::sandbox::WebhookFault;
    ///
    /// sandbox.backend().webhook_faults([WebhookFault::Duplicate { times: 1 }, WebhookFault::BadJson]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn webhook_faults(&self, faults: impl IntoIterator<Item = WebhookFault>) {
        self.turn(|turn| turn.state.outbox.plan(faults));
    }

    /// Every attempt to deliver a webhook so far, in the order in which they ended.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert!(sandbox.backend().deliveries().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.look(|turn| turn.state.outbox.log.clone())
    }

    /// Waits until this many attempts to deliver a webhook have ended, and returns those that have.
    ///
    /// It waits without end when they do not: put a time limit around it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// assert!(sandbox.backend().wait_for_deliveries(0).await.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_deliveries(&self, count: usize) -> Vec<Delivery> {
        // Subscribed before the first look, so that no delivery falls between look and wait.
        let mut delivered = self.0.delivered.subscribe();
        loop {
            let deliveries = self.deliveries();
            if deliveries.len() >= count {
                return deliveries;
            }
            // The sender lives in `self`: this cannot fail.
            let _ = delivered.changed().await;
        }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("tenant_id", &self.0.settings.tenant_id)
            .finish_non_exhaustive()
    }
}
