//! The webhooks that wait to be sent, and the log of those that were.

use std::{
    collections::VecDeque,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use common_http::sandbox::{SandboxError, add_unknown_fields};
use serde_json::{Value, json};

use super::{Delivery, DeliveryOutcome, WebhookFault};
use crate::sandbox::{
    outcome::Outcome,
    prescription::Prescription,
    turn::{State, Turn},
};

/// A longer pause is cut to this, so that one without end is not beyond what the time type holds.
const LONGEST: Duration = Duration::from_secs(1 << 36);

/// A webhook on its way.
#[derive(Clone)]
pub(in crate::sandbox) struct Job {
    pub(super) upload_id: String,
    tenant: String,
    pub(super) body: Bytes,
    pub(super) attempt: usize,
    pub(super) fault: Option<WebhookFault>,
    due: SystemTime,
}

/// Where a webhook goes.
pub(super) struct Target {
    pub(super) url: String,
    /// User and password, where the tenant has one of them.
    pub(super) credentials: Option<(String, String)>,
}

/// What is to be sent, and what was.
#[derive(Default)]
pub(in crate::sandbox) struct Outbox {
    waiting: VecDeque<Job>,
    /// Those that are late, each with the number of attempts that must end before.
    late: Vec<(usize, Job)>,
    faults: VecDeque<WebhookFault>,
    pub(in crate::sandbox) log: Vec<Delivery>,
}

impl Outbox {
    pub(in crate::sandbox) fn plan(&mut self, faults: impl IntoIterator<Item = WebhookFault>) {
        self.faults.extend(faults);
    }

    fn push(&mut self, mut job: Job) {
        job.fault = self.faults.pop_front();
        match job.fault {
            Some(WebhookFault::Lost) => self.note(&job, DeliveryOutcome::Lost),
            Some(WebhookFault::Late { after }) if after > 0 => self.late.push((after, job)),
            Some(WebhookFault::Duplicate { times }) => self
                .waiting
                .extend(std::iter::repeat_n(job, times.saturating_add(1))),
            _ => self.waiting.push_back(job),
        }
    }

    fn note(&mut self, job: &Job, outcome: DeliveryOutcome) {
        self.log.push(Delivery {
            upload_id: job.upload_id.clone(),
            attempt: job.attempt,
            fault: job.fault,
            outcome,
            body: job.body.clone(),
        });
    }

    /// Lets those go that were late enough.
    fn release(&mut self) {
        self.late.iter_mut().for_each(|(left, _)| *left -= 1);
        let ready = self.late.extract_if(.., |(left, _)| *left == 0);
        self.waiting.extend(ready.map(|(_, job)| job));
    }
}

impl Turn<'_> {
    /// Puts the webhook of a prescription in the outbox, if its tenant has one configured.
    pub(in crate::sandbox) fn announce(&mut self, upload_id: &str) -> bool {
        let Some(prescription) = self.state.prescriptions.by_upload(upload_id) else {
            return false;
        };
        if target(self.state, &prescription.tenant).is_none() {
            return false;
        }
        let mut body = self.payload(prescription);
        if self.state.outbox.faults.front() == Some(&WebhookFault::Drift) {
            drift(&mut body);
        }
        let job = Job {
            upload_id: upload_id.to_owned(),
            tenant: prescription.tenant.clone(),
            body: Bytes::from(self.text(body)),
            attempt: 1,
            fault: None,
            due: self.now,
        };
        self.state.outbox.push(job);
        true
    }

    pub(in crate::sandbox) fn send_webhook(&mut self, id: &str) -> Result<(), SandboxError> {
        if self.state.prescriptions.by_upload(id).is_none() {
            return Err(SandboxError::unknown_item("prescription", id));
        }
        if self.announce(id) {
            Ok(())
        } else {
            Err(SandboxError::unknown_item("webhook for prescription", id))
        }
    }

    fn payload(&self, prescription: &Prescription) -> Value {
        let (_, score, notes) = Outcome::fields(prescription.outcome());
        json!({
            "id": prescription.webhook_id,
            "created_at": self.time(prescription.done().unwrap_or(self.now)),
            "prescription_confidence_score": score,
            "prescription_confidence_notes": notes,
        })
    }

    /// Takes the next webhook that is due, and where it goes by the configuration of this moment.
    pub(super) fn next_webhook(&mut self) -> Option<(Job, Option<Target>)> {
        let outbox = &mut self.state.outbox;
        let place = outbox.waiting.iter().position(|job| job.due <= self.now)?;
        let job = outbox.waiting.remove(place)?;
        let target = target(self.state, &job.tenant);
        Some((job, target))
    }

    /// Whether the clock alone will bring something to do.
    pub(super) fn waits_for_clock(&self) -> bool {
        !self.state.outbox.waiting.is_empty() || self.state.prescriptions.wait_for_clock()
    }

    /// Notes how an attempt ended, and lets another follow where one is due.
    pub(super) fn attempted(&mut self, mut job: Job, outcome: DeliveryOutcome) {
        let again = match outcome {
            DeliveryOutcome::Answered(status) => status != http::StatusCode::OK,
            DeliveryOutcome::Broken | DeliveryOutcome::TimedOut => true,
            DeliveryOutcome::Lost | DeliveryOutcome::NotSent => false,
        };
        let outbox = &mut self.state.outbox;
        outbox.note(&job, outcome);
        outbox.release();
        if again && job.attempt < self.settings.webhook_attempts {
            job.attempt += 1;
            job.fault = None;
            job.due = self.now + self.settings.webhook_retry_delay.min(LONGEST);
            outbox.waiting.push_back(job);
        }
    }
}

fn target(state: &State, tenant: &str) -> Option<Target> {
    let configuration = state.tenants.get(tenant)?.configuration.as_ref()?;
    let text = |name| configuration.get(name).unwrap_or_default().to_owned();
    let (user, password) = (text("webhook_user"), text("webhook_password"));
    let empty = user.is_empty() && password.is_empty();
    Some(Target {
        url: configuration.get("webhook_url")?.to_owned(),
        credentials: (!empty).then_some((user, password)),
    })
}

fn drift(body: &mut Value) {
    if let Some(score) = body["prescription_confidence_score"].as_f64() {
        body["prescription_confidence_score"] = json!(score);
    }
    add_unknown_fields(body);
}
