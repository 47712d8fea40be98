//! What the program is told on its command line.

use std::path::PathBuf;

use clap::Parser;
use clap::value_parser;

const AFTER_HELP: &str = "\
Environment:
  BIOLOGIX_BASE_URL    Address of the server; where it is not set, the built-in sandbox with
                       invented patients answers, and the other three are not needed
  BIOLOGIX_USERNAME    User name of the centre's account
  BIOLOGIX_PASSWORD    Its password
  BIOLOGIX_PARTNER_ID  Id of the centre, as the vendor gave it
  ALLOW_PLAIN_HTTP     1 allows plain http to another machine: anyone on the way can then read along
  RUST_LOG             Log lines on stderr, such as common_http=debug

Files in DIR:
  exams.jsonl          One exam a line, the vendor's own JSON. An exam that is listed again
                       replaces its line, a new one is added at the end, and one that is no
                       longer listed stays
  reports/<examId>.pdf The reports of exams that this run read as done; those there are not fetched
                       again
  rejected.jsonl       What the latest run could not read as an exam, as it came
  missing.jsonl        Exams without a report at the vendor, in the latest run
  failed.jsonl         Exams whose report could not be fetched in the latest run; the next one
                       tries again

All of it is personal health data; this user alone can read the files.

Exit status: 0 done; 1 the vendor, the network or a file failed; 2 wrong arguments or settings";

/// Archives a Biologix sleep centre's exams and report PDFs; run again, it brings the archive up to date.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Folder of the archive; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Exams a page, at most; the client's default is 100
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) page_size: Option<u32>,

    /// Fetch no reports
    #[arg(long)]
    pub(crate) no_reports: bool,

    /// Reports to fetch at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..))]
    pub(crate) concurrency: u16,

    /// Print one JSON document instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
