//! Checks each vendor that the environment names, without an effect on anything.
//!
//! One file per vendor says what is checked there; [`target`] has what is the same for all,
//! [`network`] the way to a vendor, [`webhook`] MedReader's receiver. What is found goes into a [`report`]; [`unknown`]
//! collects what the models do not know, [`readings`] names the forms of what they do.

mod args;
mod biologix;
mod erp;
mod gensoft;
mod medreader;
mod network;
mod readings;
mod report;
mod setup;
mod target;
mod unknown;
mod webhook;

use std::process::ExitCode;

use examples::failure::{self, Failure};
use examples::progress::Progress;
use examples::{logging, output, stop};
use tokio::runtime::Runtime;

use self::args::Args;
use self::biologix::Biologix;
use self::erp::Erp;
use self::gensoft::Gensoft;
use self::medreader::MedReader;
use self::report::Reports;
use self::target::Target;

fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::file("the threads cannot be started", &error).report(args.json);
        }
    };
    let done = runtime.block_on(stop::or_done(run(&args)));
    // Does not wait for the system to give up looking up a name.
    runtime.shutdown_background();
    failure::exit_status(done, args.json)
}

async fn run(args: &Args) -> Result<ExitCode, Failure> {
    let built_in = !setup::is_any_set(&all_settings());
    if built_in {
        output::note("no vendor's settings are set: the built-in sandboxes are checked");
    }
    let progress = Progress::new();
    progress.begin_call("checks");
    let (biologix, medreader, gensoft, erp) = tokio::join!(
        target::check::<Biologix>(built_in),
        target::check::<MedReader>(built_in),
        target::check::<Gensoft>(built_in),
        target::check::<Erp>(built_in),
    );
    let reports = Reports::new([
        ("biologix", biologix?),
        ("medreader", medreader?),
        ("gensoft", gensoft?),
        ("erp", erp?),
    ]);
    progress.end();
    output::result(args.json, &reports, reports.text())?;
    Ok(if reports.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn all_settings() -> Vec<&'static str> {
    [
        Biologix::SETTINGS,
        MedReader::SETTINGS,
        Gensoft::SETTINGS,
        Erp::SETTINGS,
    ]
    .concat()
}
