//! Reading the vendor's list, or what of it has changed.

use std::time::Duration;

use biologix_client::exams::{Change, Changes, Exam, ExamItems};
use biologix_client::{Item, Rejected};
use common_http::Error;
use examples::failure::Failure;
use examples::progress::Progress;

use crate::args::Args;
use crate::centre::Centre;
use crate::checkpoint;
use crate::findings::Findings;
use crate::folder::Folder;
use crate::ledger::Ledger;
use crate::rejected;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The list as it is read.
pub(crate) enum Listing {
    Whole(Box<ExamItems>),
    Changes(Box<Changes>),
}

impl Listing {
    pub(crate) fn open(centre: &Centre, folder: &Folder, args: &Args) -> Self {
        let exams = centre.client.exams(&centre.partner);
        if args.changes {
            let mut changes = exams.changes(&checkpoint::load(folder));
            if let Some(size) = args.page_size {
                changes = changes.page_size(size);
            }
            // A nightly job may be early on the last of the days.
            let period = HOUR * 24 * args.full_every - HOUR;
            Self::Changes(Box::new(changes.full_every(period)))
        } else {
            let mut list = exams.list();
            if let Some(size) = args.page_size {
                list = list.page_size(size);
            }
            Self::Whole(Box::new(list.items()))
        }
    }

    /// Whether exams may be left out that are as they were at the last run. A reading of the whole
    /// list counts, too: each run with `--changes` fetches the reports that are missing.
    pub(crate) fn leaves_out(&self) -> bool {
        matches!(self, Self::Changes(_))
    }

    async fn next(&mut self) -> Option<Result<Item<Exam>, Error>> {
        let changes = match self {
            Self::Whole(exams) => return exams.next().await,
            Self::Changes(changes) => changes,
        };
        loop {
            match changes.next().await? {
                Ok(Change::Listed(item)) => return Some(Ok(item)),
                // The archive keeps it.
                Ok(Change::Gone(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Reads the list into the ledger, and what is not an exam into `rejected`.
    ///
    /// Returns the error if the list broke off; what was read before it is kept.
    pub(crate) async fn read(
        &mut self,
        ledger: &mut Ledger,
        rejected: &mut Findings,
        progress: &Progress,
    ) -> Result<Option<Error>, Failure> {
        progress.begin("exams", None);
        while let Some(item) = self.next().await {
            match item {
                Ok(Item::Read(exam)) => ledger.add(&exam)?,
                Ok(Item::Rejected(Rejected { raw, .. })) => {
                    rejected.line(&raw.compact())?;
                    if let Some(exam) = rejected::done_exam(&raw) {
                        ledger.salvage(exam);
                    }
                }
                Err(error) => return Ok(Some(error)),
            }
            if let Self::Whole(exams) = self
                && let Some(total) = exams.total()
            {
                progress.set_total(total);
            }
            progress.set_done(ledger.read() + rejected.count());
        }
        Ok(None)
    }

    /// Saves the checkpoint for the next run, if the list was read to where it could end.
    pub(crate) fn save_checkpoint(&self, folder: &Folder) -> Result<(), Failure> {
        match self {
            Self::Changes(changes) => match changes.checkpoint() {
                Some(next) => checkpoint::save(folder, &next),
                None => Ok(()),
            },
            Self::Whole(_) => Ok(()),
        }
    }

    /// How many pages were read, if the checkpoint decided that.
    pub(crate) fn pages(&self) -> Option<u64> {
        match self {
            Self::Changes(changes) => Some(changes.pages()),
            Self::Whole(_) => None,
        }
    }
}
