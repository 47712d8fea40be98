//! The webhooks that wait to be sent, and the log of the attempts.

use std::collections::VecDeque;
use std::iter;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use common_http::safe_debug;
use http::StatusCode;

/// What goes wrong with one webhook.
///
/// If it makes an attempt fail, the attempts that follow go well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookFault {
    /// It is sent this many times more, with the same id and body, although the receiver confirmed
    /// it.
    Duplicate {
        /// How many times more.
        times: usize,
    },
    /// It is never sent. The log says so at once.
    Lost,
    /// It is sent only after this many other attempts have ended, so that webhooks come in another
    /// order than their prescriptions.
    Late {
        /// How many others.
        after: usize,
    },
    /// The first attempt has a wrong user.
    WrongUser,
    /// The first attempt has a wrong password.
    WrongPassword,
    /// The first attempt has no `Authorization` header.
    NoCredentials,
    /// The body of the first attempt breaks off in the middle of its JSON, under a matching
    /// `Content-Length`.
    BadJson,
    /// It has undocumented fields, and its score is a float.
    Drift,
}

/// How an attempt to send a webhook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookEnd {
    /// The receiver answered with this status. Only 200 confirms the webhook, as documented. After
    /// any other it is sent again.
    Answered(StatusCode),
    /// There was no connection, or it ended without an HTTP answer. It is sent again.
    Broken,
    /// No answer came in time. It is sent again.
    TimedOut,
    /// [`WebhookFault::Lost`].
    Lost,
    /// The tenant's webhook URL is not set any more, or it is not plain http to a loopback host
    /// (`localhost` or a literal address). A sandbox sends nothing anywhere else.
    NotSent,
}

/// An attempt to send a webhook. `Debug` does not show the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// The upload's id.
    pub upload_id: String,
    /// Which attempt of this webhook it was, from 1.
    pub number: usize,
    /// What went wrong on demand.
    pub fault: Option<WebhookFault>,
    /// How it ended.
    pub end: WebhookEnd,
    /// The whole body, even if it was not sent as it is here.
    pub body: Bytes,
}

safe_debug!(WebhookAttempt {
    upload_id,
    number,
    fault,
    end,
});

impl WebhookAttempt {
    /// Whether the receiver confirmed the webhook with status 200.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.end == WebhookEnd::Answered(StatusCode::OK)
    }
}

/// A webhook that is to be sent.
#[derive(Clone)]
pub(super) struct Webhook {
    pub(super) upload_id: String,
    pub(super) tenant: String,
    pub(super) body: Bytes,
    pub(super) number: usize,
    pub(super) fault: Option<WebhookFault>,
    pub(super) due: SystemTime,
}

#[derive(Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Webhook>,
    /// The late ones, each with the number of attempts that must end before.
    late: Vec<(usize, Webhook)>,
    /// The faults of the next webhooks.
    pub(super) faults: VecDeque<WebhookFault>,
    pub(super) log: Vec<WebhookAttempt>,
}

impl Outbox {
    /// Takes in a new webhook, with the next fault.
    pub(super) fn push(&mut self, mut webhook: Webhook) {
        webhook.fault = self.faults.pop_front();
        match webhook.fault {
            Some(WebhookFault::Lost) => self.note(&webhook, WebhookEnd::Lost),
            Some(WebhookFault::Late { after }) if after > 0 => self.late.push((after, webhook)),
            Some(WebhookFault::Duplicate { times }) => self
                .waiting
                .extend(iter::repeat_n(webhook, times.saturating_add(1))),
            _ => self.waiting.push_back(webhook),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes out the next webhook that is due.
    pub(super) fn take(&mut self, now: SystemTime) -> Option<Webhook> {
        let index = self.waiting.iter().position(|webhook| webhook.due <= now)?;
        self.waiting.remove(index)
    }

    /// Notes how an attempt ended.
    pub(super) fn note(&mut self, webhook: &Webhook, end: WebhookEnd) {
        self.log.push(WebhookAttempt {
            upload_id: webhook.upload_id.clone(),
            number: webhook.number,
            fault: webhook.fault,
            end,
            body: webhook.body.clone(),
        });
    }

    /// Lets the late webhooks follow that have waited for enough attempts.
    pub(super) fn release(&mut self) {
        self.late.iter_mut().for_each(|(left, _)| *left -= 1);
        let ready = self.late.extract_if(.., |(left, _)| *left == 0);
        self.waiting.extend(ready.map(|(_, webhook)| webhook));
    }

    /// Sends a webhook again after this delay, without its fault.
    pub(super) fn repeat(&mut self, mut webhook: Webhook, now: SystemTime, delay: Duration) {
        webhook.number += 1;
        webhook.fault = None;
        webhook.due = now + delay;
        self.waiting.push_back(webhook);
    }
}
