//! What the sandbox keeps, and what the clock does to it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use common_http::sandbox::{Answer, add_unknown_fields};
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::errors::Refusal;
use crate::sandbox::folders::{Folder, Folders};
use crate::sandbox::outbox::{Outbox, Webhook, WebhookEnd, WebhookFault};
use crate::sandbox::people::{Account, Tenant};
use crate::sandbox::prescriptions::{Analysis, Prescription, Stage};
use crate::sandbox::readings::leave_out_nulls;
use crate::sandbox::settings::Settings;
use crate::sandbox::tokens::Tokens;

/// What an id belongs to. Its number is part of the id, so that a log can be read.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    User = 1,
    Folder = 2,
    Upload = 3,
    Analysis = 4,
    Webhook = 5,
}

/// Where a webhook is sent.
pub(super) struct Target {
    pub(super) url: String,
    /// User and password, if the tenant has one of them.
    pub(super) credentials: Option<(String, String)>,
}

/// The state of all tenants, as one access has it.
pub(super) struct Records {
    pub(super) settings: Arc<Settings>,
    /// When this access began, by the sandbox's clock.
    pub(super) now: SystemTime,
    ids: u64,
    pub(super) tenants: HashMap<String, Account>,
    pub(super) tokens: Tokens,
    pub(super) folders: Folders,
    /// Oldest first.
    pub(super) prescriptions: Vec<Prescription>,
    /// What the next uploads end in.
    pub(super) analyses: VecDeque<Analysis>,
    pub(super) outbox: Outbox,
}

impl Records {
    pub(super) fn new(settings: Arc<Settings>, now: SystemTime) -> Self {
        Self {
            settings,
            now,
            ids: 0,
            tenants: HashMap::new(),
            tokens: Tokens::default(),
            folders: Folders::default(),
            prescriptions: Vec::new(),
            analyses: VecDeque::new(),
            outbox: Outbox::default(),
        }
    }

    /// A new id, for example `00000000-0000-4000-8000-020000000001` for a folder.
    pub(super) fn new_id(&mut self, kind: Kind) -> String {
        self.ids += 1;
        format!(
            "00000000-0000-4000-8000-{:02x}{:010x}",
            kind as u8, self.ids
        )
    }

    /// A new id in digits, of more than 32 bits.
    pub(super) fn new_number(&mut self, kind: Kind) -> String {
        self.ids += 1;
        format!("{}{:010}", kind as u8, self.ids)
    }

    pub(super) fn time(&self, time: SystemTime) -> String {
        self.settings.times.write(time)
    }

    /// JSON text in the form that the settings ask for.
    fn text(&self, mut body: Value) -> String {
        if !self.settings.nulls {
            leave_out_nulls(&mut body);
        }
        body.to_string()
    }

    /// An answer in the form that the settings ask for.
    pub(super) fn json(&self, status: StatusCode, body: Value) -> Result<Answer, Refusal> {
        Ok(Answer::json(status, self.text(body)))
    }

    pub(super) fn add_tenant(&mut self, tenant: Tenant) {
        let mut account = Account::new(tenant.configured);
        for user in tenant.users {
            account.admit(user, self.new_id(Kind::User));
        }
        self.tenants.insert(tenant.id, account);
    }

    /// The folder of this id, if the tenant has one. With the setting, it has one for every UUID.
    pub(super) fn folder(&mut self, tenant: &str, id: &str) -> Option<Folder> {
        let folder = self.folders.get(tenant, id).cloned();
        if folder.is_some() || !self.settings.every_folder || !is_uuid(id) {
            return folder;
        }
        let name = format!("pasta-{id}");
        Some(
            self.folders
                .add(id.to_owned(), tenant, None, &name, self.now),
        )
    }

    pub(super) fn find(&self, upload_id: &str) -> Option<usize> {
        let mut all = self.prescriptions.iter();
        all.position(|one| one.upload.id == upload_id)
    }

    /// Ends the processing of what is due, in the order of time.
    pub(super) fn settle(&mut self) {
        let all = self.prescriptions.iter().enumerate();
        let mut due: Vec<(SystemTime, usize)> = all
            .filter_map(|(index, one)| Some((one.due(self.now)?, index)))
            .collect();
        due.sort_unstable();
        for (time, index) in due {
            self.end(index, time);
        }
    }

    /// Ends the processing of a prescription.
    pub(super) fn end(&mut self, index: usize, time: SystemTime) {
        let one = &mut self.prescriptions[index];
        one.stage = Stage::Done(time);
        if one.analysis.status != "error" || self.settings.webhooks_for_errors {
            self.announce(index);
        }
    }

    /// Puts a webhook into the outbox, if the tenant has an address for it. Says whether it has.
    pub(super) fn announce(&mut self, index: usize) -> bool {
        let one = &self.prescriptions[index];
        if self.target(&one.tenant).is_none() {
            return false;
        }
        let (_, score, notes) = one.analysis();
        let mut body = json!({
            "id": self.settings.webhook_ids.write(&one.webhook_id),
            "created_at": self.time(one.done().unwrap_or(self.now)),
            "prescription_confidence_score": score,
            "prescription_confidence_notes": notes,
        });
        if self.outbox.faults.front() == Some(&WebhookFault::Drift) {
            if let Some(score) = score.as_f64() {
                body["prescription_confidence_score"] = json!(score);
            }
            add_unknown_fields(&mut body);
        }
        self.outbox.push(Webhook {
            upload_id: one.upload.id.clone(),
            tenant: one.tenant.clone(),
            body: Bytes::from(self.text(body)),
            number: 1,
            fault: None,
            due: self.now,
        });
        true
    }

    /// Where the tenant's configuration has webhooks sent.
    fn target(&self, tenant: &str) -> Option<Target> {
        let configuration = self.tenants.get(tenant)?.configuration.as_ref()?;
        let text = |name| configuration.get(name).unwrap_or_default().to_owned();
        let (user, password) = (text("webhook_user"), text("webhook_password"));
        let is_empty = user.is_empty() && password.is_empty();
        Some(Target {
            url: configuration.get("webhook_url")?.to_owned(),
            credentials: (!is_empty).then_some((user, password)),
        })
    }

    /// Takes the next webhook that is due, and where the configuration has it sent now.
    pub(super) fn next_webhook(&mut self) -> Option<(Webhook, Option<Target>)> {
        let webhook = self.outbox.take(self.now)?;
        let target = self.target(&webhook.tenant);
        Some((webhook, target))
    }

    /// Notes how an attempt to send a webhook ended. Another follows if the receiver did not
    /// confirm it.
    pub(super) fn attempted(&mut self, webhook: Webhook, end: WebhookEnd) {
        let again = match end {
            WebhookEnd::Answered(status) => status != StatusCode::OK,
            WebhookEnd::Broken | WebhookEnd::TimedOut => true,
            WebhookEnd::Lost | WebhookEnd::NotSent => false,
        };
        self.outbox.note(&webhook, end);
        self.outbox.release();
        if again && webhook.number < self.settings.webhook_attempts {
            let delay = self.settings.webhook_retry_delay;
            self.outbox.repeat(webhook, self.now, delay);
        }
    }

    /// Whether the clock alone will bring something to do.
    pub(super) fn waits_for_clock(&self) -> bool {
        let mut all = self.prescriptions.iter();
        !self.outbox.is_empty() || all.any(|one| matches!(one.stage, Stage::Until(_)))
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
