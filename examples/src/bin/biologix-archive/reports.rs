//! Fetching the reports that are not there yet.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use biologix_client::ExamKey;
use common_http::{Error, ErrorKind};
use examples::failure::{self, Failure};
use examples::progress::Progress;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::centre::Centre;
use crate::findings::Findings;
use crate::folder::Folder;
use crate::ledger::{DoneExam, Readings};
use crate::refetched::{Refetched, lacks_its_end};

/// After this many reports in a row without any answer, the rest are left for the next run.
///
/// On a dead line, each would take its full time limit.
const MOST_SILENCES: u32 = 6;
/// A throttled report counts as this many: it has waited for minutes, so two in a row are enough.
const THROTTLED: u32 = MOST_SILENCES / 2;

/// How many reports are worked on for each that may be fetched: the others are being flushed to
/// the disk. More would only help where that takes longer than fetching.
const PER_PERMIT: usize = 2;

/// How the reports of a run went.
#[derive(Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) saved: u64,
    pub(crate) present: u64,
    pub(crate) missing: u64,
    pub(crate) failed: u64,
    /// Why reports failed, with a count for each reason.
    #[serde(skip)]
    pub(crate) reasons: BTreeMap<String, u64>,
}

enum Fetched {
    Saved,
    Present,
    Missing,
    Failed(String),
}

pub(crate) struct Reports<'a> {
    centre: &'a Centre,
    folder: &'a Folder,
    refetched: RefCell<Refetched>,
    concurrency: usize,
    /// A permit for each report that is being fetched. One that only waits for the disk has none.
    in_flight: Arc<Semaphore>,
    progress: &'a Progress,
    silences: Cell<u32>,
    /// Whether the last of them was a throttled report.
    is_throttled: Cell<bool>,
}

impl<'a> Reports<'a> {
    pub(crate) fn new(
        centre: &'a Centre,
        folder: &'a Folder,
        refetched: Refetched,
        concurrency: usize,
        progress: &'a Progress,
    ) -> Self {
        Self {
            centre,
            folder,
            refetched: RefCell::new(refetched),
            concurrency,
            in_flight: Arc::new(Semaphore::new(concurrency)),
            progress,
            silences: Cell::new(0),
            is_throttled: Cell::new(false),
        }
    }

    /// Fetches the reports, several at the same time, and notes which are missing and which failed.
    pub(crate) async fn fetch(
        self,
        readings: Readings,
        missing: &mut Findings,
        failed: &mut Findings,
    ) -> Result<Tally, Failure> {
        self.progress.begin("reports", Some(readings.count()));
        let mut tally = Tally::default();
        let mut fetched = stream::iter(readings.exams())
            .map(|exam| async {
                let exam = exam?;
                let result = self.one(&exam).await;
                Ok::<_, Failure>((exam.id, result))
            })
            .buffer_unordered(self.concurrency * PER_PERMIT);
        while let Some((exam_id, result)) = fetched.try_next().await? {
            match result {
                Fetched::Saved => tally.saved += 1,
                Fetched::Present => tally.present += 1,
                Fetched::Missing => {
                    tally.missing += 1;
                    missing.exam(exam_id)?;
                }
                Fetched::Failed(why) => {
                    tally.failed += 1;
                    *tally.reasons.entry(why).or_default() += 1;
                    failed.exam(exam_id)?;
                }
            }
            self.progress.step();
        }
        drop(fetched);
        self.refetched.into_inner().finish()?;
        Ok(tally)
    }

    /// Fetches one report, unless it is there already: then only one without its end is, once.
    async fn one(&self, exam: &DoneExam) -> Fetched {
        let Some(id) = &exam.id else {
            return Fetched::Failed("an exam without an id has no file for its report".to_owned());
        };
        let path = self.folder.report(id);
        let is_there = match fs::metadata(&path) {
            Ok(there) => there.is_file(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            // For example, the name is too long for the file system.
            Err(error) => {
                let failure = Failure::file("the report's file", &error);
                return Fetched::Failed(failure.line().to_owned());
            }
        };
        let lacks_its_end = || lacks_its_end(&path).is_ok_and(|lacks| lacks);
        let was_refetched = || self.refetched.borrow().contains(id);
        if is_there && (exam.key.is_none() || !lacks_its_end() || was_refetched()) {
            return Fetched::Present;
        }
        let Some(key) = &exam.key else {
            return Fetched::Missing;
        };
        // It is never closed.
        let permit = Arc::clone(&self.in_flight).acquire_owned().await.ok();
        if self.silences.get() >= MOST_SILENCES {
            let why = if self.is_throttled.get() {
                "not requested, because the vendor limits the number of requests"
            } else {
                "not requested, because the vendor does not answer"
            };
            return Fetched::Failed(why.to_owned());
        }
        match self.save(key, &path, permit).await {
            Ok(()) => {
                if is_there && lacks_its_end() {
                    self.refetched.borrow_mut().note(id);
                }
                Fetched::Saved
            }
            Err(error) if is_missing(&error) => Fetched::Missing,
            Err(error) => Fetched::Failed(failure::line(&error)),
        }
    }

    async fn save(
        &self,
        key: &ExamKey,
        path: &Path,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<(), Error> {
        let saved = async {
            let report = self.centre.client.reports().get(key).await?;
            let report = report.on_received(move || drop(permit));
            report.save_to(path).await.map(|_bytes| ())
        }
        .await;
        let weight = saved.as_ref().err().map_or(0, silence);
        self.silences.set(match weight {
            0 => 0,
            weight => self.silences.get() + weight,
        });
        self.is_throttled.set(weight == THROTTLED);
        saved
    }
}

fn is_missing(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound || error.status().is_some_and(|status| status == 404)
}

/// How much a failure adds to the count of silences.
fn silence(error: &Error) -> u32 {
    match error.kind() {
        ErrorKind::RateLimited => THROTTLED,
        ErrorKind::Connect | ErrorKind::Timeout => 1,
        _ => 0,
    }
}
