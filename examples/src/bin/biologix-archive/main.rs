//! Archives a sleep centre's exams and report PDFs in a folder; run again, it updates the folder.
//!
//! 1. The whole list is read, or with `--changes` what can have changed ([`listing`]), then
//!    `exams.jsonl` is replaced at once ([`ledger`]).
//! 2. The reports that are not there yet are fetched, several at the same time ([`reports`]).
//!
//! If the list breaks off, the run fails with that error, but the exams read until then are kept
//! and their reports are fetched, unless the vendor was unreachable or throttling. The next run
//! reads the list from the start, and with `--changes` from the same [`checkpoint`].

mod args;
mod centre;
mod checkpoint;
mod findings;
mod folder;
mod ledger;
mod listing;
mod refetched;
mod rejected;
mod reports;
mod summary;

use std::process::ExitCode;

use common_http::{Error, ErrorKind};
use examples::failure::{self, Failure};
use examples::progress::Progress;
use examples::{logging, stop};

use self::args::Args;
use self::centre::Centre;
use self::findings::Findings;
use self::folder::Folder;
use self::ledger::Ledger;
use self::listing::Listing;
use self::refetched::Refetched;
use self::reports::Reports;
use self::summary::Summary;

// One task does all the work, and the disk has threads of its own: more threads would only wake each
// other.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    let ended = stop::or_done(run(&args)).await;
    failure::exit_status(ended.map(|summary| summary.report(&args)), args.json)
}

async fn run(args: &Args) -> Result<Summary, Failure> {
    stop::advise("run the same command again to go on; what was saved stays");
    let progress = Progress::new();
    let centre = Centre::from_environment(&progress).await?;
    let folder = Folder::open(&args.out, !args.no_reports)?;
    let mut rejected = Findings::of(folder.rejected())?;
    let mut missing = Findings::of(folder.missing())?;
    let mut failed = Findings::of(folder.failed())?;
    let mut listing = Listing::open(&centre, &folder, args);
    let mut ledger = Ledger::open(folder.exams(), listing.leaves_out())?;

    let broke_off = listing.read(&mut ledger, &mut rejected, &progress).await?;
    let mut summary = Summary {
        exams: ledger.read(),
        rejected: rejected.count(),
        pages: listing.pages(),
        without_reports: args.no_reports,
        unreadable_lines: ledger.unreadable_lines(),
        ..Summary::default()
    };
    let readings = match &broke_off {
        Some(_) if ledger.read() == 0 => None,
        _ => Some(ledger.save()?),
    };
    rejected.finish()?;
    listing.save_checkpoint(&folder)?;
    let out_of_reach = broke_off.as_ref().is_some_and(is_out_of_reach);
    if let Some(readings) = readings
        && !args.no_reports
        && !out_of_reach
    {
        let refetched = Refetched::open(folder.refetched())?;
        let reports = Reports::new(
            &centre,
            &folder,
            refetched,
            args.concurrency.into(),
            &progress,
        );
        summary.reports = reports.fetch(readings, &mut missing, &mut failed).await?;
    }
    missing.finish()?;
    failed.finish()?;
    summary.broke_off = broke_off.map(centre::failure);
    Ok(summary)
}

/// Whether fetching reports would only run into the same failure again.
fn is_out_of_reach(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::RateLimited
    )
}
