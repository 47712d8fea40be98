//! One attempt to send a job, and its record.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::decision::{Next, Repeat, after};
use super::heart::Held;
use super::queue::{Claimed, End, Queue};
use super::send::{Sent, send};
use super::upload_state::UploadState;
use super::vendors::Vendors;
use super::worker::WorkOptions;

/// The longest pause between two attempts, unless the vendor asks for a longer one.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The longest pause that a vendor may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Attempt {
    pub(super) job: Claimed,
    pub(super) held: Held,
    pub(super) queue: Arc<Queue>,
    pub(super) vendors: Arc<Vendors>,
    pub(super) options: WorkOptions,
}

/// How an attempt ended. `None` if it was given up, since another worker may have taken the job.
pub(super) struct Ended {
    pub(super) id: i64,
    pub(super) next: Option<Next>,
}

impl Attempt {
    pub(super) async fn make(self) -> Ended {
        let id = self.job.id;
        let steps = &self.options.steps;
        let state = UploadState::new(self.queue.database.clone(), &self.job, steps.clone());
        let state = Arc::new(state);
        steps.at("to be sent");
        let Some(sent) = self.send(Arc::clone(&state)).await else {
            return Ended { id, next: None };
        };
        steps.at("sent");
        let end = self.end(sent, state.is_removed());
        self.record(&end).await;
        steps.at("recorded");
        (self.options.ended)(&self.job.key, end.next, end.error.as_ref());
        Ended {
            id,
            next: Some(end.next),
        }
    }

    /// Sends the job. Gives up before its lease can have ended, if another worker would then send
    /// it: two must not send at once. A job that nobody else will send is sent to its end.
    async fn send(&self, state: Arc<UploadState>) -> Option<Sent> {
        let sent = send(&self.vendors, &self.job, state);
        match self.job.task.kind().repeat() {
            Repeat::Never => Some(sent.await),
            Repeat::Freely | Repeat::LookUp => tokio::select! {
                sent = sent => Some(sent),
                () = self.held.lost() => None,
            },
        }
    }

    fn end(&self, sent: Sent, forget: bool) -> End {
        let outcome = if self.vendors.are_sandboxes() {
            "sandbox"
        } else {
            sent.how
        };
        let asked = sent.error.as_ref().and_then(|error| error.retry_after());
        End {
            next: after(sent.outcome, self.job.task.kind().repeat()),
            outcome,
            remote_id: sent.remote_id,
            wait: pause(self.job.attempts).max(asked.unwrap_or_default().min(LONGEST_ASKED)),
            error: sent.error,
            forget,
        }
    }

    /// Records the end, however long the database fails: only this process knows it.
    async fn record(&self, end: &End) {
        let mut failures = 0;
        while let Err(error) = self.queue.record(&self.job, end).await {
            (self.options.trouble)(&error);
            failures += 1;
            sleep(pause(failures).min(Duration::from_secs(10))).await;
        }
    }
}

/// The pause after so many attempts: twice as long each time, and between half and all of that.
fn pause(attempts: u32) -> Duration {
    let seconds = 1_u64 << attempts.min(10);
    let whole = Duration::from_secs(seconds).min(LONGEST);
    whole.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        for (attempts, least, most) in [(0, 500, 1000), (1, 1000, 2000), (3, 4000, 8000)] {
            let pause = pause(attempts).as_millis();
            assert!((least..=most).contains(&pause), "{attempts}: {pause}");
        }
        for attempts in [10, 100, u32::MAX] {
            assert!((LONGEST / 2..=LONGEST).contains(&pause(attempts)));
        }
    }
}
