//! The state of an upload to the ERP, kept in the row of its job.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common_http::{Secret, Store, StoreKey, async_trait};
use sqlx::Row;

use super::database::Database;
use super::queue::Claimed;
use super::steps::Steps;

/// A [`Store`] for the one upload of a job.
///
/// Removing the state only notes that it may be removed: the end of the job does it. A worker that
/// dies between the two leaves the state, by which the next one knows the finished file as ours.
pub(super) struct UploadState {
    database: Database,
    id: i64,
    claim: String,
    removed: AtomicBool,
    steps: Steps,
}

impl UploadState {
    pub(super) fn new(database: Database, job: &Claimed, steps: Steps) -> Self {
        Self {
            database,
            id: job.id,
            claim: job.claim.clone(),
            removed: AtomicBool::new(false),
            steps,
        }
    }

    pub(super) fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Store for UploadState {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let sql = "SELECT upload_state FROM courier_jobs WHERE id = $1 AND upload_key = $2";
        let query = sqlx::query(sql).bind(self.id).bind(key.as_str());
        let rows = self.database.rows(query).await.map_err(io::Error::other)?;
        let state = rows
            .first()
            .and_then(|row| row.try_get::<String, _>(0).ok());
        Ok(state.map(Secret::from))
    }

    /// Fails if another worker has taken the job.
    async fn put(&self, key: &StoreKey, value: &Secret, _: Option<Duration>) -> io::Result<()> {
        self.steps.at("state to be saved");
        let sql = "UPDATE courier_jobs SET upload_key = $1, upload_state = $2
                   WHERE id = $3 AND claim = $4 AND state = 'sending'";
        let query = sqlx::query(sql)
            .bind(key.as_str())
            .bind(value.expose())
            .bind(self.id)
            .bind(&self.claim);
        if self.database.run(query).await.map_err(io::Error::other)? == 0 {
            return Err(io::Error::other("another worker has taken the job"));
        }
        self.removed.store(false, Ordering::Relaxed);
        self.steps.at("state saved");
        Ok(())
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        // The claim makes sure that nobody else writes in between.
        let absent = self.get(key).await?.is_none();
        if absent {
            self.put(key, value, lifetime).await?;
        }
        Ok(absent)
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        self.removed.store(true, Ordering::Relaxed);
        Ok(())
    }
}
