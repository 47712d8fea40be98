//! What people do with jobs: hand them in, look at them, settle doubts.

use common_http::{Delivery, Error, ErrorKind, Result, StoreKey};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::database::Database;
use super::job::{Job, NewJob, Receipt, State};
use super::task::Kind;

/// What a person found out about a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is at the vendor, or need not be sent any more.
    Arrived,
    /// It is not at the vendor: send it.
    NotArrived,
}

const ENQUEUE: &str = "
INSERT INTO courier_jobs
    (key, kind, task, content, lane, digest, sha256, bytes, after_key, state, attempts, due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, {now})
ON CONFLICT (key) DO NOTHING
";

const SELECT: &str = "
SELECT key, kind, state, after_key, attempts, due - {now} AS due_in, error, sha256, bytes, outcome,
    remote_id, ended
FROM courier_jobs
";

const ARRIVED: &str = "
UPDATE courier_jobs SET state = 'done', outcome = 'settled', ended = {now}, error = NULL,
    task = NULL, content = NULL, upload_key = NULL, upload_state = NULL
WHERE key = $1 AND state IN ('waiting', 'refused', 'doubt')
";

/// It would replace what a later job of its lane has sent.
const NOT_ARRIVED: &str = "
UPDATE courier_jobs SET state = 'waiting', due = {now}, error = NULL, claim = NULL
WHERE key = $1 AND state IN ('refused', 'doubt')
AND NOT EXISTS (
    SELECT 1 FROM courier_jobs l
    WHERE l.lane = courier_jobs.lane AND l.id > courier_jobs.id AND l.state IN ('sending', 'done'))
";

/// Hands a job in. Returns whether it is new.
pub(super) async fn enqueue(database: &Database, job: &NewJob) -> Result<bool> {
    let task = serde_json::to_string(&job.task)
        .map_err(|_| Error::new(ErrorKind::InvalidInput).with_detail("the task cannot be kept"))?;
    let digest = job.digest(&task);
    // Of the same job once more, the predecessor may be gone.
    if let Some(after) = &job.after
        && find(database, after).await?.is_none()
        && !is_there(database, job, &digest).await?
    {
        let why = "no job has the key that this one is to wait for";
        return Err(Error::new(ErrorKind::NotFound).with_detail(why));
    }
    let sql = database.sql(ENQUEUE);
    let insert = sqlx::query(&sql)
        .bind(&job.key)
        .bind(job.task.kind().as_str())
        .bind(&task)
        .bind(&job.content[..])
        .bind(job.task.lane().map(|lane| lane.as_str().to_owned()))
        .bind(digest.as_str())
        .bind(&job.sha256)
        .bind(i64::try_from(job.content.len()).unwrap_or(i64::MAX))
        .bind(job.after.as_deref());
    if database.run(insert).await? == 1 {
        return Ok(true);
    }
    if !is_there(database, job, &digest).await? {
        let why = "there is a job of this key, of another kind, content or order";
        return Err(conflict(why).with_code("key_exists", true));
    }
    Ok(false)
}

/// Whether this very job was handed in before.
async fn is_there(database: &Database, job: &NewJob, digest: &StoreKey) -> Result<bool> {
    let same = sqlx::query("SELECT 1 FROM courier_jobs WHERE key = $1 AND digest = $2")
        .bind(&job.key)
        .bind(digest.as_str());
    Ok(!database.rows(same).await?.is_empty())
}

/// All jobs, in the order in which they were handed in.
pub(super) async fn jobs(database: &Database) -> Result<Vec<Job>> {
    let sql = database.sql(&format!("{SELECT} ORDER BY id"));
    let rows = database.rows(sqlx::query(&sql)).await?;
    rows.iter().map(job).collect()
}

/// The job of this key.
pub(super) async fn find(database: &Database, key: &str) -> Result<Option<Job>> {
    let sql = database.sql(&format!("{SELECT} WHERE key = $1"));
    let rows = database.rows(sqlx::query(&sql).bind(key)).await?;
    rows.first().map(job).transpose()
}

/// Takes a person's answer. The same answer once more changes nothing.
pub(super) async fn settle(database: &Database, key: &str, answer: Answer) -> Result<Job> {
    let sql = database.sql(match answer {
        Answer::Arrived => ARRIVED,
        Answer::NotArrived => NOT_ARRIVED,
    });
    let changed = database.run(sqlx::query(&sql).bind(key)).await?;
    let job = find(database, key).await?.ok_or_else(|| {
        Error::new(ErrorKind::NotFound).with_detail("there is no job of this key")
    })?;
    match (answer, job.state) {
        _ if changed > 0 => Ok(job),
        (Answer::Arrived, State::Done) | (Answer::NotArrived, State::Waiting) => Ok(job),
        (_, State::Sending) => Err(conflict("the job is being sent")),
        (_, State::Done) => Err(conflict("the job is done")),
        (Answer::NotArrived, State::Refused | State::Doubt) => Err(conflict(
            "a later job replaces what this one sends: if this one is right, hand it in anew",
        )),
        _ => Err(conflict("the job has changed meanwhile")),
    }
}

fn conflict(why: &'static str) -> Error {
    Error::new(ErrorKind::Conflict)
        .with_delivery(Delivery::NotSent)
        .with_detail(why)
}

fn job(row: &AnyRow) -> Result<Job> {
    read(row).ok_or_else(|| {
        let why = "the database has a job that this version cannot read";
        Error::new(ErrorKind::LocalIo).with_detail(why)
    })
}

fn read(row: &AnyRow) -> Option<Job> {
    let text = |name| row.try_get::<String, _>(name).ok();
    let number = |name| row.try_get::<i64, _>(name).ok();
    let (kind, state) = (text("kind")?, text("state")?);
    let state = State::ALL.into_iter().find(|one| one.as_str() == state)?;
    let receipt = match state {
        State::Done => Some(Receipt {
            sha256: text("sha256")?,
            bytes: u64::try_from(number("bytes")?).ok()?,
            at: Timestamp::from_millisecond(number("ended")?)
                .ok()?
                .to_string(),
            remote_id: text("remote_id"),
            outcome: text("outcome")?,
        }),
        _ => None,
    };
    Some(Job {
        key: text("key")?,
        kind: Kind::ALL.into_iter().find(|one| one.as_str() == kind)?,
        state,
        after: text("after_key"),
        attempts: u64::try_from(number("attempts")?).ok()?,
        error: text("error").and_then(|error| serde_json::from_str(&error).ok()),
        receipt,
        due_in: number("due_in")?,
    })
}
