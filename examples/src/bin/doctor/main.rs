//! Checks each vendor that the environment names, without an effect on anything.
//!
//! One file per vendor says what is checked there; [`network`] has the checks that are the same for
//! all, [`webhook`] that of MedReader's receiver. What is found goes into a [`report`]; [`unknown`]
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
mod unknown;
mod webhook;

use std::process::ExitCode;

use examples::failure::{self, Failure};
use examples::progress::Progress;
use examples::{logging, output, stop};
use tokio::runtime::Runtime;

use self::args::Args;
use self::report::Reports;

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
        biologix::check(built_in),
        medreader::check(built_in),
        gensoft::check(built_in),
        erp::check(built_in),
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
        &biologix::SETTINGS[..],
        &medreader::SETTINGS,
        &gensoft::SETTINGS,
        &erp::SETTINGS,
    ]
    .concat()
}
