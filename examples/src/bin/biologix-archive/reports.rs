//! Fetching the reports that are not there yet.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use biologix_client::ExamKey;
use common_http::{Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::centre::Centre;
use crate::findings::Findings;
use crate::folder::Folder;
use crate::ledger::{DoneExam, Readings};

/// So many reports in a row that got no answer at all, and the others are not asked for in this run: on a dead line each
/// would cost its full time limit.
const SILENCES: u32 = 20;
/// A report that was throttled to its end has waited for minutes: two in a row are enough.
const THROTTLED: u32 = SILENCES / 2;

/// How the reports of a run went.
#[derive(Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) saved: u64,
    pub(crate) present: u64,
    pub(crate) missing: u64,
    pub(crate) failed: u64,
    /// Why reports failed, and how many for each reason.
    #[serde(skip)]
    pub(crate) reasons: BTreeMap<String, u64>,
}

enum Outcome {
    Saved,
    Present,
    Missing,
    Failed(String),
}

pub(crate) struct Reports<'a> {
    centre: &'a Centre,
    folder: &'a Folder,
    concurrency: usize,
    progress: &'a Progress,
    silences: Cell<u32>,
}

impl<'a> Reports<'a> {
    pub(crate) fn new(
        centre: &'a Centre,
        folder: &'a Folder,
        concurrency: usize,
        progress: &'a Progress,
    ) -> Self {
        Self {
            centre,
            folder,
            concurrency,
            progress,
            silences: Cell::new(0),
        }
    }

    /// Fetches them, some at once; says which the vendor does not have and which failed.
    pub(crate) async fn fetch(
        self,
        readings: Readings,
        missing: &mut Findings,
        failed: &mut Findings,
    ) -> Result<Tally, Failure> {
        self.progress.begin("reports", Some(readings.count()));
        let mut tally = Tally::default();
        let mut outcomes = stream::iter(readings.exams())
            .map(|exam| async {
                let exam = exam?;
                let outcome = self.one(&exam).await;
                Ok::<_, Failure>((exam.id, outcome))
            })
            .buffer_unordered(self.concurrency);
        while let Some((exam_id, outcome)) = outcomes.try_next().await? {
            match outcome {
                Outcome::Saved => tally.saved += 1,
                Outcome::Present => tally.present += 1,
                Outcome::Missing => {
                    tally.missing += 1;
                    missing.exam(&exam_id)?;
                }
                Outcome::Failed(why) => {
                    tally.failed += 1;
                    *tally.reasons.entry(why).or_default() += 1;
                    failed.exam(&exam_id)?;
                }
            }
            self.progress.step();
        }
        Ok(tally)
    }

    /// A report that is there is not asked for, and not looked into; even if the vendor no longer has it.
    async fn one(&self, exam: &DoneExam) -> Outcome {
        let path = self.folder.report(&exam.id);
        match path.try_exists() {
            Ok(true) => return Outcome::Present,
            Ok(false) => {}
            // The name is too long for the file system, for instance.
            Err(error) => {
                let failure = Failure::file("the report's file", &error);
                return Outcome::Failed(failure.line().to_owned());
            }
        }
        let Some(key) = &exam.key else {
            return Outcome::Missing;
        };
        if self.silences.get() >= SILENCES {
            return Outcome::Failed("not asked for, since the vendor stays silent".to_owned());
        }
        match self.save(key, &path).await {
            Ok(()) => Outcome::Saved,
            Err(error) if is_missing(&error) => Outcome::Missing,
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    async fn save(&self, key: &ExamKey, path: &Path) -> Result<(), Error> {
        let saved = async {
            let report = self.centre.client.report(key).send().await?;
            report.save_to(path).await.map(|_bytes| ())
        }
        .await;
        let weight = saved.as_ref().err().map_or(0, silence);
        self.silences.set(match weight {
            0 => 0,
            weight => self.silences.get() + weight,
        });
        saved
    }
}

fn is_missing(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound || error.status().is_some_and(|status| status == 404)
}

/// How much a failure tells of a vendor who does not want to be asked on.
fn silence(error: &Error) -> u32 {
    match error.kind() {
        ErrorKind::RateLimited => THROTTLED,
        ErrorKind::Connect | ErrorKind::Timeout if error.status().is_none() => 1,
        _ => 0,
    }
}
