//! Every operation of the four clients, as one story with the four sandboxes.
//!
//! One file per chapter: [`biologix`] (sleep exams and their reports), [`medreader`] (a
//! prescription, its webhook and its result), [`erp`] (files of a patient's analysis), [`gensoft`]
//! (an attendance and its laudo). The other chapters upload the report that the first one saves.
//! The [`summary`] counts the requests that the sandboxes received.

mod biologix;
mod erp;
mod gensoft;
mod medreader;
mod stage;
mod summary;
mod table;

use std::process::ExitCode;

use clap::Parser;
use examples::failure::{self, Failure};
use examples::{args, logging, stop};

use self::stage::Stage;
use self::summary::Summary;

const AFTER_HELP: &str = "\
Environment:
  NO_COLOR  If set to anything, no colours are printed
  RUST_LOG  Log lines on stderr, for example common_http=debug

The vendors are sandboxes in this process, and their data is invented. The
report is saved in a temporary folder, which is removed at the end.

Exit status: 0 done; 1 an operation or a file failed; 2 wrong arguments";

/// Walks through every operation of the four clients, as one story with their sandboxes.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Args {
    /// Print one JSON document instead of text: each operation and its number of requests
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = args::parse();
    logging::start();
    stop::advise("the tour changes nothing outside of its sandboxes");
    failure::exit_status(stop::or_done(run(args.json)).await, args.json)
}

async fn run(json: bool) -> Result<(), Failure> {
    let stage = Stage::new(json)?;
    let mut summary = Summary::default();
    summary.add(biologix::chapter(&stage).await?);
    summary.add(medreader::chapter(&stage).await?);
    summary.add(erp::chapter(&stage).await?);
    summary.add(gensoft::chapter(&stage).await?);
    summary.print(&stage, json)
}
