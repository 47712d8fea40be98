//! What a worker does with jobs: takes them, keeps them, records how they ended.

use std::time::Duration;

use bytes::Bytes;
use common_http::{Delivery, Error, ErrorKind, Result};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::database::Database;
use super::decision::{Next, after_death};
use super::task::{Kind, Task};
use crate::failure::Failure;

/// A job that this worker has taken, and is to send.
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) key: String,
    pub(super) task: Task,
    pub(super) content: Bytes,
    pub(super) sha256: String,
    pub(super) attempts: u32,
    /// Names this attempt: what others have taken since is not changed under it.
    pub(super) claim: String,
}

/// A job whose worker died while it was sending it.
pub(super) struct Orphan {
    pub(super) key: String,
    pub(super) next: Next,
    pub(super) error: Error,
}

/// How an attempt ended, as it is recorded.
pub(super) struct End {
    pub(super) next: Next,
    pub(super) outcome: &'static str,
    pub(super) remote_id: Option<String>,
    pub(super) error: Option<Error>,
    /// How long to wait before the next attempt.
    pub(super) wait: Duration,
    /// The upload's state is of no use any more.
    pub(super) forget: bool,
}

/// Of a lane, the jobs are sent in the order in which they were handed in.
///
/// With an offset, Postgres looks each predecessor up. Without, it may read the whole table to join
/// it, as long as it has no statistics of it.
const CLAIMABLE: &str = "
j.state = 'waiting' AND j.kind IN ({kinds}) AND j.id NOT IN ({held})
AND NOT EXISTS (
    SELECT 1 FROM courier_jobs p WHERE p.key = j.after_key AND p.state <> 'done'
    LIMIT 1 OFFSET 0)
AND NOT EXISTS (
    SELECT 1 FROM courier_jobs p
    WHERE p.lane = j.lane AND p.id < j.id AND p.state IN ('waiting', 'sending')
    LIMIT 1 OFFSET 0)
";

const CLAIM: &str = "
UPDATE courier_jobs
SET state = 'sending', claim = $1, attempts = attempts + 1, lease_until = {now} + $2
WHERE id = (
    SELECT j.id FROM courier_jobs j WHERE {claimable} AND j.due <= {now}
    ORDER BY j.due, j.id LIMIT 1 {skip locked})
RETURNING id, key, task, content, sha256, attempts
";

const RELEASE: &str = "
UPDATE courier_jobs SET state = 'waiting', claim = NULL, attempts = attempts - 1, error = NULL
WHERE claim = $1 AND state IN ('sending', 'doubt')
";

const DONE: &str = "
UPDATE courier_jobs SET state = 'done', outcome = $1, remote_id = $2, error = $3, ended = {now},
    claim = NULL, task = NULL, content = NULL, upload_key = NULL, upload_state = NULL
WHERE id = $4 AND state <> 'done'
";

const NOT_DONE: &str = "
UPDATE courier_jobs SET state = $1, error = $2, due = {now} + $3, claim = NULL,
    upload_state = CASE WHEN $4 = 1 THEN NULL ELSE upload_state END
WHERE id = $5 AND claim = $6 AND state IN ('sending', 'doubt')
";

const ORPHANS: &str = "
UPDATE courier_jobs SET state = $1, error = $2, due = {now}
WHERE kind = $3 AND state = 'sending' AND lease_until < {now}
RETURNING key
";

/// The jobs of these kinds, as a worker takes them.
pub(super) struct Queue {
    pub(super) database: Database,
    pub(super) lease: Duration,
    kinds: String,
}

impl Queue {
    pub(super) fn new(database: Database, lease: Duration, kinds: &[Kind]) -> Self {
        let kinds: Vec<_> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
        Self {
            database,
            lease,
            kinds: kinds.join(", "),
        }
    }

    /// The condition for a job that a worker may take which is sending those that it holds. One of
    /// these may wait again, since a person said that it did not arrive.
    fn claimable(&self, held: &[i64]) -> String {
        let held: Vec<_> = held.iter().map(ToString::to_string).collect();
        // No job has the number 0.
        let held = if held.is_empty() {
            "0".to_owned()
        } else {
            held.join(", ")
        };
        CLAIMABLE
            .replace("{kinds}", &self.kinds)
            .replace("{held}", &held)
    }

    /// Marks a job as being sent, durably, and returns it.
    ///
    /// If this fails, the job may be marked nevertheless: [`release`](Self::release) the claim.
    pub(super) async fn claim(&self, claim: &str, held: &[i64]) -> Result<Option<Claimed>> {
        let sql = CLAIM.replace("{claimable}", &self.claimable(held));
        let sql = self.database.sql(&sql);
        let query = sqlx::query(&sql).bind(claim).bind(millis(self.lease));
        let rows = self.database.rows(query).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        if let Some(job) = claimed(row, claim) {
            return Ok(Some(job));
        }
        // Waiting, it would be taken again and again.
        let why = "the database has a job that this version cannot read";
        let error = Error::new(ErrorKind::LocalIo).with_detail(why);
        let sql = "UPDATE courier_jobs SET state = 'refused', error = $1 WHERE claim = $2";
        let query = sqlx::query(sql).bind(document(error.clone())).bind(claim);
        self.database.run(query).await?;
        Err(error)
    }

    /// Gives a job back that was claimed, and of which nothing was sent.
    pub(super) async fn release(&self, claim: &str) -> Result<()> {
        let query = sqlx::query(RELEASE).bind(claim);
        self.database.run(query).await.map(drop)
    }

    /// Extends the lease of a job. Returns whether it is still this worker's.
    pub(super) async fn extend(&self, id: i64, claim: &str) -> Result<bool> {
        let sql = self.database.sql(
            "UPDATE courier_jobs SET lease_until = {now} + $1
             WHERE id = $2 AND claim = $3 AND state = 'sending'",
        );
        let query = sqlx::query(&sql).bind(millis(self.lease)).bind(id);
        Ok(self.database.run(query.bind(claim)).await? == 1)
    }

    /// Records how an attempt ended. Doing it again changes nothing.
    ///
    /// A success is recorded even if the job was taken from this worker meanwhile: it was then in
    /// doubt, and is not any more. Anything else only if nobody else has decided about it since.
    pub(super) async fn record(&self, job: &Claimed, end: &End) -> Result<()> {
        let error = end.error.clone().map(document);
        if end.next == Next::Done {
            let sql = self.database.sql(DONE);
            let query = sqlx::query(&sql)
                .bind(end.outcome)
                .bind(end.remote_id.as_deref())
                .bind(error)
                .bind(job.id);
            return self.database.run(query).await.map(drop);
        }
        let sql = self.database.sql(NOT_DONE);
        let query = sqlx::query(&sql)
            .bind(word(end.next))
            .bind(error)
            .bind(millis(end.wait))
            .bind(i64::from(end.forget))
            .bind(job.id)
            .bind(&job.claim);
        self.database.run(query).await.map(drop)
    }

    /// Decides about the jobs whose workers were not heard of for a lease, and returns their keys.
    pub(super) async fn recover(&self) -> Result<Vec<Orphan>> {
        let mut orphans = Vec::new();
        let sql = self.database.sql(ORPHANS);
        for kind in Kind::ALL {
            let next = after_death(kind.repeat());
            let error = Error::new(ErrorKind::Interrupted)
                .with_operation(kind.operation())
                .with_detail("the worker died while it was sending")
                .with_attempts(1)
                .with_delivery(Delivery::Unknown);
            let query = sqlx::query(&sql)
                .bind(word(next))
                .bind(document(error.clone()))
                .bind(kind.as_str());
            for row in self.database.rows(query).await? {
                orphans.push(Orphan {
                    key: row.try_get("key").unwrap_or_default(),
                    next,
                    error: error.clone(),
                });
            }
        }
        Ok(orphans)
    }

    /// How many jobs are being sent, and in how long the next one is due.
    pub(super) async fn ahead(&self, held: &[i64]) -> Result<(i64, Option<Duration>)> {
        let claimable = self.claimable(held);
        let sql = self.database.sql(&format!(
            "SELECT (SELECT COUNT(*) FROM courier_jobs WHERE state = 'sending') AS sending,
                (SELECT MIN(j.due) FROM courier_jobs j WHERE {claimable}) - {{now}} AS due_in"
        ));
        let rows = self.database.rows(sqlx::query(&sql)).await?;
        let number = |name| {
            rows.first()
                .and_then(|row| row.try_get::<i64, _>(name).ok())
        };
        let due =
            number("due_in").map(|due| Duration::from_millis(u64::try_from(due).unwrap_or(0)));
        Ok((number("sending").unwrap_or(0), due))
    }

    /// Removes receipts that are older than this.
    pub(super) async fn purge(&self, keep: Duration) -> Result<()> {
        let sql = self
            .database
            .sql("DELETE FROM courier_jobs WHERE state = 'done' AND ended < {now} - $1");
        let query = sqlx::query(&sql).bind(millis(keep));
        self.database.run(query).await.map(drop)
    }
}

fn claimed(row: &AnyRow, claim: &str) -> Option<Claimed> {
    let text = |name| row.try_get::<String, _>(name).ok();
    Some(Claimed {
        id: row.try_get("id").ok()?,
        key: text("key")?,
        task: serde_json::from_str(&text("task")?).ok()?,
        content: row.try_get::<Vec<u8>, _>("content").ok()?.into(),
        sha256: text("sha256")?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts").ok()?).ok()?,
        claim: claim.to_owned(),
    })
}

/// The state in which a job is after this decision.
const fn word(next: Next) -> &'static str {
    match next {
        Next::Done => "done",
        Next::Later => "waiting",
        Next::Refused => "refused",
        Next::Doubt => "doubt",
    }
}

/// The fields of the programs' error document, which have nothing that the vendor wrote.
fn document(error: Error) -> String {
    serde_json::to_string(&Failure::from(error).fields()).unwrap_or_default()
}

fn millis(duration: Duration) -> i64 {
    // Far enough in the future, and far from an overflow.
    const MOST: i64 = i64::MAX / 4;
    i64::try_from(duration.as_millis())
        .unwrap_or(MOST)
        .min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::job::{Job, NewJob, State};
    use crate::courier::{decision, desk};

    const NOW: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_secs(3600);

    /// A queue with one order, whose leases end at once or not.
    async fn queue(folder: &tempfile::TempDir, lease: Duration) -> Queue {
        let path = folder.path().join("courier.db");
        let database = Database::open(&format!("sqlite://{}", path.display()))
            .await
            .unwrap();
        let order = NewJob::new("order", Task::GensoftAttendance, "{}").unwrap();
        desk::enqueue(&database, &order).await.unwrap();
        Queue::new(database, lease, &Kind::ALL)
    }

    async fn order(queue: &Queue) -> Job {
        desk::find(&queue.database, "order").await.unwrap().unwrap()
    }

    fn refused() -> End {
        End {
            next: decision::Next::Refused,
            outcome: "delivered",
            remote_id: None,
            error: Some(Error::new(ErrorKind::Rejected)),
            wait: NOW,
            forget: false,
        }
    }

    /// Of a claim whose answer was lost, nothing was sent, so it is no doubt.
    #[tokio::test]
    async fn a_claim_that_is_not_clear_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder, LONG).await;
        queue.claim("a/1", &[]).await.unwrap().unwrap();
        assert_eq!(order(&queue).await.state, State::Sending);
        assert!(queue.claim("b/1", &[]).await.unwrap().is_none());
        queue.release("b/1").await.unwrap();
        assert_eq!(order(&queue).await.state, State::Sending, "another's claim");
        queue.release("a/1").await.unwrap();
        let job = order(&queue).await;
        assert_eq!((job.state, job.attempts), (State::Waiting, 0));
    }

    #[tokio::test]
    async fn a_claim_is_given_back_also_after_its_lease() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder, NOW).await;
        queue.claim("a/1", &[]).await.unwrap().unwrap();
        // Until the clock has moved on.
        while queue.recover().await.unwrap().is_empty() {}
        assert_eq!(order(&queue).await.state, State::Doubt);
        queue.release("a/1").await.unwrap();
        let job = order(&queue).await;
        assert_eq!((job.state, job.error), (State::Waiting, None));
    }

    /// A worker that was given up still knows that its job was refused.
    #[tokio::test]
    async fn a_late_refusal_ends_the_doubt_unless_somebody_has_decided() {
        for answer in [None, Some(desk::Answer::NotArrived)] {
            let folder = tempfile::tempdir().unwrap();
            let queue = queue(&folder, NOW).await;
            let job = queue.claim("a/1", &[]).await.unwrap().unwrap();
            while queue.recover().await.unwrap().is_empty() {}
            if let Some(answer) = answer {
                desk::settle(&queue.database, "order", answer)
                    .await
                    .unwrap();
            }
            queue.record(&job, &refused()).await.unwrap();
            let expected = match answer {
                None => State::Refused,
                Some(_) => State::Waiting,
            };
            assert_eq!(order(&queue).await.state, expected);
        }
    }

    /// While it is held here, a job that waits again is not taken a second time.
    #[tokio::test]
    async fn a_held_job_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder, LONG).await;
        assert!(queue.claim("a/1", &[1, 2]).await.unwrap().is_none());
        assert!(queue.claim("a/2", &[2]).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_job_that_cannot_be_read_does_not_stop_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder, LONG).await;
        let spoil = sqlx::query("UPDATE courier_jobs SET task = 'of a later version'");
        queue.database.run(spoil).await.unwrap();
        assert!(queue.claim("a/1", &[]).await.is_err());
        queue.release("a/1").await.unwrap();
        assert_eq!(order(&queue).await.state, State::Refused);
        assert!(queue.claim("a/2", &[]).await.unwrap().is_none());
    }
}
