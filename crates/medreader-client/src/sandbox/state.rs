//! The state of a sandbox: what a test can see and change.

use std::io;
use std::iter;
use std::sync::{Arc, Mutex};

use common_http::safe_debug;
use common_http::sandbox::{Answer, Host, Request, SandboxClock, SandboxError, lock};
use tokio::sync::{Notify, watch};

use crate::sandbox::errors::Refusal;
use crate::sandbox::folders::normalize;
use crate::sandbox::outbox::{WebhookAttempt, WebhookFault};
use crate::sandbox::people::{Permission, Tenant, User};
use crate::sandbox::prescriptions::{Analysis, Upload};
use crate::sandbox::records::{Kind, Records};
use crate::sandbox::settings::Settings;

/// What MedReader keeps: tenants, users, folders, prescriptions, and webhooks to send.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use medreader_client::prescriptions::PrescriptionFile;
/// use medreader_client::sandbox::{Analysis, Processing, Sandbox, Settings, WebhookFault};
///
/// let sandbox = Sandbox::with(Settings {
///     processing: Processing::ByHand,
///     webhook_attempts: 2,
///     ..Settings::default()
/// })
/// .await?;
/// // Nothing listens at this address.
/// sandbox.set_webhook("http://127.0.0.1:1/", "EXAMPLE-USER", "EXAMPLE-SECRET");
/// sandbox.webhook_faults([WebhookFault::Duplicate { times: 1 }]);
///
/// let folder = sandbox.folder("Pacientes/Pacientes Cardiologia")?.into();
/// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 EXAMPLE");
/// let upload = sandbox.client().prescriptions().upload(&folder, file).await?;
/// assert_eq!(sandbox.uploads()[0].id, upload.id.as_str());
///
/// // The webhook is sent twice (the fault), and each once more after the first failure.
/// sandbox.finish_with(upload.id.as_str(), Analysis::completed(40))?;
/// assert_eq!(sandbox.wait_for_webhooks(4).await.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Backend {
    /// The settings that the sandbox was started with.
    pub settings: Arc<Settings>,
    pub(super) url: String,
    clock: SandboxClock,
    records: Mutex<Records>,
    /// Says that there may be webhooks to send.
    pub(super) changed: Notify,
    /// Says that the webhook log has grown.
    logged: watch::Sender<()>,
}

safe_debug!(Backend { settings });

impl Backend {
    pub(super) fn new(settings: Settings, host: Host) -> io::Result<Self> {
        let settings = Arc::new(settings.checked()?);
        let mut records = Records::new(Arc::clone(&settings), host.clock.now());
        let first = User {
            permissions: settings.permissions.clone(),
            ..User::new(&settings.email, &settings.password)
        };
        let own = Tenant {
            users: vec![first],
            configured: settings.configured,
            ..Tenant::new(&settings.tenant_id)
        };
        for tenant in iter::once(own).chain(settings.other_tenants.iter().cloned()) {
            records.add_tenant(tenant);
        }
        Ok(Self {
            settings,
            url: host.urls.concat(),
            clock: host.clock,
            records: Mutex::new(records),
            changed: Notify::new(),
            logged: watch::Sender::new(()),
        })
    }

    /// Gives access to the records. What is due by the clock is done before and after.
    pub(super) fn with<T>(&self, access: impl FnOnce(&mut Records) -> T) -> T {
        let mut records = lock(&self.records);
        let logged = records.outbox.log.len();
        records.now = self.clock.now();
        records.settle();
        let value = access(&mut records);
        records.settle();
        if records.outbox.log.len() > logged {
            self.logged.send_replace(());
        }
        value
    }

    /// Gives access like [`with`](Self::with), and then has the webhooks sent that are due.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Records) -> T) -> T {
        let value = self.with(change);
        self.changed.notify_one();
        value
    }

    pub(super) fn answer(
        &self,
        request: &Request,
        handler: fn(&mut Records, &Request) -> Result<Answer, Refusal>,
    ) -> Answer {
        self.change(|records| handler(records, request))
            .unwrap_or_else(|refusal| refusal.answer(self.settings.error_shape))
    }

    /// Adds a tenant. One with the same id is replaced, but its folders and files stay.
    pub fn add_tenant(&self, tenant: Tenant) {
        self.change(|records| records.add_tenant(tenant));
    }

    /// Adds a user to a tenant. One with the same e-mail address is replaced.
    ///
    /// # Errors
    /// There is no such tenant.
    pub fn add_user(&self, tenant_id: &str, user: User) -> Result<(), SandboxError> {
        self.change(|records| {
            let id = records.new_id(Kind::User);
            let account = records.tenants.get_mut(tenant_id);
            let account = account.ok_or_else(|| SandboxError::unknown_item("tenant", tenant_id))?;
            account.admit(user, id);
            Ok(())
        })
    }

    /// Replaces the permissions of the first user. Tokens stay alive.
    pub fn set_permissions(&self, permissions: impl IntoIterator<Item = Permission>) {
        self.change(|records| {
            let own = records.tenants.get_mut(&self.settings.tenant_id);
            let first = own.and_then(|account| account.member_mut(&self.settings.email));
            if let Some(first) = first {
                first.user.permissions = permissions.into_iter().collect();
            }
        });
    }

    /// Ends the life of all tokens.
    pub fn expire_tokens(&self) {
        self.change(|records| records.tokens.expire());
    }

    /// How many logins succeeded so far.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.with(|records| records.tokens.opened)
    }

    /// The id of the folder at a path of display names, for example `Pacientes/Cardiologia`.
    ///
    /// It is one of the sandbox's own tenant. Missing folders of the path are created.
    ///
    /// # Errors
    /// Nothing is left of a name after it is normalised.
    pub fn folder(&self, path: &str) -> Result<String, SandboxError> {
        let names: Vec<(&str, String)> = path
            .split('/')
            .map(|name| (name, normalize(name)))
            .collect();
        if names.iter().any(|(_, name)| name.is_empty()) {
            return Err(SandboxError::unknown_item("folder", path));
        }
        let tenant = self.settings.tenant_id.as_str();
        Ok(self.change(|records| {
            let mut parent: Option<String> = None;
            for (display_name, name) in names {
                let found = records.folders.named(tenant, parent.as_deref(), &name);
                let id = match found.map(|folder| folder.id.clone()) {
                    Some(id) => id,
                    None => {
                        let (id, now) = (records.new_id(Kind::Folder), records.now);
                        let parent = parent.as_deref();
                        let folders = &mut records.folders;
                        folders.add(id, tenant, parent, display_name, now).id
                    }
                };
                parent = Some(id);
            }
            parent.unwrap_or_default()
        }))
    }

    /// The files that were uploaded, oldest first.
    #[must_use]
    pub fn uploads(&self) -> Vec<Upload> {
        self.with(|records| {
            let all = records.prescriptions.iter();
            all.map(|one| one.upload.clone()).collect()
        })
    }

    /// Sets what the processing of the next uploads ends in, one each.
    ///
    /// After them, [`Settings::analysis`] applies again.
    pub fn next_analyses(&self, analyses: impl IntoIterator<Item = Analysis>) {
        self.change(|records| records.analyses.extend(analyses));
    }

    /// Ends the processing of an upload now, in what was set for it.
    ///
    /// # Errors
    /// No upload with this id is in processing.
    pub fn finish(&self, upload_id: &str) -> Result<(), SandboxError> {
        self.end(upload_id, None)
    }

    /// Ends the processing of an upload now, in this.
    ///
    /// # Errors
    /// No upload with this id is in processing.
    pub fn finish_with(&self, upload_id: &str, analysis: Analysis) -> Result<(), SandboxError> {
        self.end(upload_id, Some(analysis))
    }

    fn end(&self, upload_id: &str, analysis: Option<Analysis>) -> Result<(), SandboxError> {
        self.change(|records| {
            let index = records
                .find(upload_id)
                .filter(|index| records.prescriptions[*index].done().is_none())
                .ok_or_else(|| SandboxError::unknown_item("upload in processing", upload_id))?;
            if let Some(analysis) = analysis {
                records.prescriptions[index].analysis = analysis;
            }
            records.end(index, records.now);
            Ok(())
        })
    }

    /// The id that results have for this upload. See [`Settings::result_ids`].
    #[must_use]
    pub fn result_id(&self, upload_id: &str) -> Option<String> {
        self.with(|records| {
            let index = records.find(upload_id)?;
            Some(records.prescriptions[index].result_id.clone())
        })
    }

    /// The id that webhooks have for this upload. See [`Settings::webhook_ids`].
    #[must_use]
    pub fn webhook_id(&self, upload_id: &str) -> Option<String> {
        self.with(|records| {
            let index = records.find(upload_id)?;
            Some(records.prescriptions[index].webhook_id.clone())
        })
    }

    /// Sets where the sandbox's own tenant gets its webhooks, and with which credentials.
    ///
    /// It does what an update of the configuration would. A tenant without a configuration gets
    /// one. Webhooks are sent only over plain http to a loopback host.
    pub fn set_webhook(&self, url: &str, user: &str, password: &str) {
        self.change(|records| {
            if let Some(own) = records.tenants.get_mut(&self.settings.tenant_id) {
                let configuration = own.configuration.get_or_insert_default();
                configuration.set("webhook_url", Some(url));
                configuration.set("webhook_user", Some(user));
                configuration.set("webhook_password", Some(password));
            }
        });
    }

    /// Sends the webhook of an upload, also if it was sent before, and whatever its status.
    ///
    /// # Errors
    /// - There is no such upload.
    /// - Its tenant has no webhook configured.
    pub fn send_webhook(&self, upload_id: &str) -> Result<(), SandboxError> {
        self.change(|records| {
            let unknown = |what| SandboxError::unknown_item(what, upload_id);
            let index = records.find(upload_id).ok_or_else(|| unknown("upload"))?;
            if records.announce(index) {
                Ok(())
            } else {
                Err(unknown("webhook for the upload"))
            }
        })
    }

    /// Sets what goes wrong with the next webhooks for which nothing is set yet, one each.
    pub fn webhook_faults(&self, faults: impl IntoIterator<Item = WebhookFault>) {
        self.change(|records| records.outbox.faults.extend(faults));
    }

    /// All attempts to send a webhook so far, in the order in which they ended.
    #[must_use]
    pub fn webhook_log(&self) -> Vec<WebhookAttempt> {
        self.with(|records| records.outbox.log.clone())
    }

    /// Waits until this many attempts to send a webhook have ended, and returns those that have.
    ///
    /// It waits forever if they do not: put a time limit around it.
    pub async fn wait_for_webhooks(&self, count: usize) -> Vec<WebhookAttempt> {
        // Subscribed before the log is read first, so that no attempt ends unseen in between.
        let mut logged = self.logged.subscribe();
        loop {
            let log = self.webhook_log();
            if log.len() >= count {
                return log;
            }
            // The sender is held by `self`: this cannot fail.
            let _ = logged.changed().await;
        }
    }
}
