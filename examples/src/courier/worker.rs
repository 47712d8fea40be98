//! The worker: takes what is due, sends it, and records how it ended.

use std::collections::HashSet;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use common_http::{Error, Result, safe_debug};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::attempt::{Attempt, Ended};
use super::database::Database;
use super::decision::Next;
use super::heart::Heart;
use super::queue::Queue;
use super::steps::Steps;
use super::vendors::Vendors;

/// How often in a row the database may fail before a worker gives up that is to end when it is
/// idle. Any other tries for ever.
const FAILURES: u32 = 10;

/// Called with a job's key, what becomes of it, and why the attempt failed.
pub type OnEnd = dyn Fn(&str, Next, Option<&Error>) + Send + Sync;

/// How a worker works.
#[derive(Clone)]
#[allow(clippy::exhaustive_structs, reason = "a program builds it with `..`")]
pub struct WorkOptions {
    /// End when nothing is due and nothing is being sent, instead of waiting for new jobs.
    pub until_idle: bool,
    /// How many jobs are sent at once. 4 by default.
    pub concurrency: usize,
    /// How long it waits before it looks for new jobs. Half a second by default.
    pub look: Duration,
    /// How long a worker may be unheard of before its jobs are taken from it. 20 s by default.
    pub lease: Duration,
    /// How long the receipts of done jobs are kept. 400 days by default.
    pub keep_receipts: Duration,
    /// Called when an attempt has ended and that is recorded, and when a dead worker's has.
    pub ended: Arc<OnEnd>,
    /// Called when the database fails: the worker tries again.
    pub trouble: Arc<dyn Fn(&Error) + Send + Sync>,
    /// Called at each step, for tests.
    pub steps: Steps,
}

impl Default for WorkOptions {
    fn default() -> Self {
        Self {
            until_idle: false,
            concurrency: 4,
            look: Duration::from_millis(500),
            lease: Duration::from_secs(20),
            keep_receipts: Duration::from_secs(400 * 24 * 3600),
            ended: Arc::new(|_, _, _| {}),
            trouble: Arc::new(|_| {}),
            steps: Steps::default(),
        }
    }
}

safe_debug!(WorkOptions {
    until_idle,
    concurrency,
    look,
    lease,
    keep_receipts
});

/// What a worker did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Worked {
    /// The jobs that are done.
    pub done: u64,
    /// The jobs that the vendor refused.
    pub refused: u64,
    /// The jobs that are in doubt.
    pub doubt: u64,
    /// The jobs whose latest attempt failed, and which are sent again later.
    pub later: u64,
}

pub(super) struct Worker {
    queue: Arc<Queue>,
    heart: Arc<Heart>,
    vendors: Arc<Vendors>,
    options: WorkOptions,
    /// Random: no two processes have the same.
    name: String,
    claims: u64,
    /// Claims that failed, whose jobs may be marked as being sent although nothing was.
    unclear: Vec<String>,
    sending: JoinSet<Ended>,
    worked: Worked,
    later: HashSet<i64>,
    failures: u32,
    upkeep: Option<Instant>,
}

impl Worker {
    pub(super) fn new(database: Database, vendors: &Vendors, options: WorkOptions) -> Self {
        let kinds = vendors.kinds();
        let queue = Arc::new(Queue::new(database, options.lease, &kinds));
        Self {
            heart: Heart::new(Arc::clone(&queue)),
            queue,
            vendors: Arc::new(vendors.clone()),
            options,
            name: format!("{}-{:016x}", process::id(), fastrand::u64(..)),
            claims: 0,
            unclear: Vec::new(),
            sending: JoinSet::new(),
            worked: Worked::default(),
            later: HashSet::new(),
            failures: 0,
            upkeep: None,
        }
    }

    /// Works until it is idle, if that is asked for, or until `stop` is ready: then what is being
    /// sent is sent to its end.
    pub(super) async fn work(mut self, stop: impl Future<Output = ()>) -> Result<Worked> {
        let heart = Arc::clone(&self.heart);
        tokio::select! {
            worked = self.turns(stop) => worked,
            () = heart.beat() => Ok(Worked::default()),
        }
    }

    async fn turns(&mut self, stop: impl Future<Output = ()>) -> Result<Worked> {
        let mut stop = std::pin::pin!(stop);
        let mut stopping = false;
        loop {
            let mut wait = self.options.look;
            if !stopping {
                match self.turn().await {
                    Ok(Some(next)) => {
                        self.failures = 0;
                        // Another worker may be about to take what is due.
                        wait = next.clamp(self.options.look / 10, self.options.look);
                    }
                    Ok(None) => break,
                    Err(error) => wait = self.failed(error)?,
                }
            } else if self.sending.is_empty() {
                break;
            }
            tokio::select! {
                Some(ended) = self.sending.join_next() => self.count(ended.ok()),
                () = &mut stop, if !stopping => stopping = true,
                () = sleep(wait) => {}
            }
        }
        if let Err(error) = self.keep_up().await {
            (self.options.trouble)(&error);
        }
        self.worked.later = self.later.len() as u64;
        Ok(self.worked)
    }

    /// Takes what is due, as far as there is room. Returns when to look again, or `None` if there
    /// is nothing left to do.
    async fn turn(&mut self) -> Result<Option<Duration>> {
        let is_due = |last: Instant| last.elapsed() >= self.options.lease / 4;
        if self.upkeep.is_none_or(is_due) {
            self.keep_up().await?;
        }
        while self.sending.len() < self.options.concurrency {
            if !self.take().await? {
                break;
            }
        }
        if self.sending.len() >= self.options.concurrency {
            return Ok(Some(self.options.look));
        }
        let (sending, due) = self.queue.ahead(&self.heart.jobs()).await?;
        let due_now = due.is_some_and(|due| due.is_zero());
        if self.options.until_idle && self.sending.is_empty() && sending == 0 && !due_now {
            return Ok(None);
        }
        Ok(Some(due.unwrap_or(self.options.look)))
    }

    /// Takes a job and begins to send it. Returns whether there was one.
    async fn take(&mut self) -> Result<bool> {
        while let Some(claim) = self.unclear.last() {
            self.queue.release(claim).await?;
            self.unclear.pop();
        }
        self.claims += 1;
        let claim = format!("{}/{}", self.name, self.claims);
        let taken = Instant::now();
        self.options.steps.at("to be claimed");
        let job = match self.queue.claim(&claim, &self.heart.jobs()).await {
            Ok(Some(job)) => job,
            Ok(None) => return Ok(false),
            Err(error) => {
                self.unclear.push(claim);
                return Err(error);
            }
        };
        self.options.steps.at("claimed");
        let attempt = Attempt {
            held: self.heart.hold(job.id, &job.claim, taken),
            job,
            queue: Arc::clone(&self.queue),
            vendors: Arc::clone(&self.vendors),
            options: self.options.clone(),
        };
        self.sending.spawn(attempt.make());
        Ok(true)
    }

    fn count(&mut self, ended: Option<Ended>) {
        let Some(Ended {
            id,
            next: Some(next),
        }) = ended
        else {
            return;
        };
        self.later.remove(&id);
        match next {
            Next::Done => self.worked.done += 1,
            Next::Refused => self.worked.refused += 1,
            Next::Doubt => self.worked.doubt += 1,
            Next::Later => {
                self.later.insert(id);
            }
        }
    }

    /// Decides about jobs whose workers died, and removes what need not be kept.
    async fn keep_up(&mut self) -> Result<()> {
        self.options.steps.at("to be recovered");
        for orphan in self.queue.recover().await? {
            (self.options.ended)(&orphan.key, orphan.next, Some(&orphan.error));
            self.worked.doubt += u64::from(orphan.next == Next::Doubt);
        }
        self.queue.purge(self.options.keep_receipts).await?;
        self.queue.database.tidy().await?;
        self.options.steps.at("recovered");
        self.upkeep = Some(Instant::now());
        Ok(())
    }

    /// Says how long to wait after the database failed.
    fn failed(&mut self, error: Error) -> Result<Duration> {
        self.failures += 1;
        (self.options.trouble)(&error);
        if self.options.until_idle && self.failures >= FAILURES && self.sending.is_empty() {
            return Err(error);
        }
        Ok(self.options.look * 2_u32.pow(self.failures.min(6)))
    }
}
