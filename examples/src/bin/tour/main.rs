//! Every operation of the four clients, told as one story against the four sandboxes.
//!
//! One file a chapter: [`biologix`] (sleep exams and their reports), [`medreader`] (a prescription, its webhook and its result),
//! [`erp`] (files of a patient's analysis), [`gensoft`] (an attendance and its laudo). The report that the first chapter saves
//! is what the others upload. What the sandboxes were asked for is the [`summary`].

mod biologix;
mod erp;
mod gensoft;
mod medreader;
mod stage;
mod summary;
mod table;

use std::process::ExitCode;

use clap::Parser;
use examples::failure::Failure;
use examples::logging;

use self::stage::Stage;
use self::summary::Summary;

const AFTER_HELP: &str = "\
Environment:
  NO_COLOR  Set to anything, no colours are written (nor are they where stdout is no terminal)
  RUST_LOG  Log lines on stderr, such as common_http=debug

Nothing else is read, and nothing is left behind: the vendors are sandboxes in this process, their
data is invented, and the report is saved in a temporary folder that is removed at the end.

Exit status: 0 done; 1 an operation or a file failed; 2 wrong arguments";

/// Walks through every operation of the four clients, as one story against their sandboxes.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Args {
    /// Print one JSON document instead of text: each operation, and how often it was asked for
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    logging::start();
    match run(args.json).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(args.json),
    }
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
