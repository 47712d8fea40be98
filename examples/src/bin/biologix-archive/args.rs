//! The command line.

use std::path::PathBuf;

use clap::{Parser, value_parser};
use examples::help;

const ENVIRONMENT: &str = "
  BIOLOGIX_BASE_URL    Address of the server. If it is not set, the built-in
                       sandbox with invented patients answers, and the next
                       three are ignored
  BIOLOGIX_USERNAME    User name of the centre's account
  BIOLOGIX_PASSWORD    Password of that account
  BIOLOGIX_PARTNER_ID  The centre's id, as the vendor gave it
  BIOLOGIX_FOLLOW_REPORTS
                       1 follows a report's redirect to another https host once.
                       Without it, a redirect is a failure";

const FILES: &str = "\
Files in DIR:
  exams.jsonl          One exam per line, the vendor's own JSON, but for bytes
                       that are no text: they are written as U+FFFD. An exam
                       that is listed again replaces its line, a new one is
                       appended, and one that is no longer listed is kept
  reports/<examId>.pdf The reports of the exams that this run read as done, or,
                       with --changes, has as done in exams.jsonl. A report that
                       is there already is not fetched again, or once if its end
                       is missing (%%EOF)
  rejected.jsonl       Items of the latest run that are not readable as exams,
                       written like those
  missing.jsonl        Exams of the latest run for which the vendor has no
                       report
  failed.jsonl         Exams of the latest run whose report could not be
                       fetched; the next run tries again. One without an id has
                       no report, and is listed as null
  checkpoint.json      With --changes, what the run knew of the list, for the
                       next one. Without it the whole list is read
  refetched.jsonl      Exams whose report lacks its end, and came so once more;
                       absent if there are none

These files contain personal health data. Only this user can read them.";

/// Archives a Biologix sleep centre's exams and report PDFs; run again, it updates the archive.
#[derive(Debug, Parser)]
#[command(version, after_help = help::after(ENVIRONMENT, FILES))]
pub(crate) struct Args {
    /// Folder of the archive; created if it does not exist
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Most exams per page; the client's default is 100
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) page_size: Option<u32>,

    /// Read only as far as exams can have changed since the last run with --changes
    #[arg(long)]
    pub(crate) changes: bool,

    /// With --changes, the days after which the whole list is read again
    #[arg(long, value_name = "DAYS", default_value_t = 7, requires = "changes")]
    #[arg(value_parser = value_parser!(u32).range(1..))]
    pub(crate) full_every: u32,

    /// Do not fetch reports
    #[arg(long)]
    pub(crate) no_reports: bool,

    /// Number of reports fetched at the same time
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = value_parser!(u16).range(1..))]
    pub(crate) concurrency: u16,

    /// Print one JSON document instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
