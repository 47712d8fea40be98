//! The task that sends webhooks.

use std::time::Duration;

use tokio::{
    select,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::{DeliveryOutcome, outbox::Job, post::post};
use crate::sandbox::Backend;

/// How often the sandbox's clock is looked at while something waits for it: it can be moved by hand at any time.
const TICK: Duration = Duration::from_millis(5);

/// The running task. Dropping it stops it, and the webhooks that are on their way with it.
#[derive(Debug)]
pub(in crate::sandbox) struct Sender(JoinHandle<()>);

impl Sender {
    pub(in crate::sandbox) fn start(backend: Backend) -> Self {
        Self(tokio::spawn(run(backend)))
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn run(backend: Backend) {
    let settings = backend.settings();
    let mut on_their_way: JoinSet<(Job, DeliveryOutcome)> = JoinSet::new();
    loop {
        while on_their_way.len() < settings.webhook_concurrency
            && let Some((job, target)) = backend.look(|turn| turn.next_webhook())
        {
            let limit = settings.webhook_timeout;
            on_their_way.spawn(async move {
                let outcome = post(target, &job, limit).await;
                (job, outcome)
            });
        }
        let full = on_their_way.len() >= settings.webhook_concurrency;
        let ticking = !full && backend.look(|turn| turn.waits_for_clock());
        select! {
            Some(ended) = on_their_way.join_next() => {
                // An error is a panic of the task's, of which there is none, or the end of the runtime.
                if let Ok((job, outcome)) = ended {
                    backend.look(|turn| turn.attempted(job, outcome));
                }
            }
            () = backend.woken() => {}
            () = sleep(TICK), if ticking => {}
        }
    }
}
