//! The four sandboxes on ports of this machine, for programs in any language.
//!
//! The vendors are started ([`vendors`]), their settings are printed, and they answer until a signal asks for the end.

mod args;
mod vendors;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use examples::failure::Failure;
use examples::signals::Signals;
use examples::{logging, output};
use serde::Serialize;
use tokio::time::{interval, timeout};

use self::args::Args;
use self::vendors::Vendors;

/// How long answers that are on their way have once the end was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How long what was sent is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    logging::start();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(args.json),
    }
}

async fn run(args: &Args) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::file("signals", &error))?;
    let vendors = Vendors::start(&args.ports).await?;
    print(&vendors, args.json)?;
    output::note(
        "serving on 127.0.0.1 until SIGINT or SIGTERM; what is sent is kept in memory only",
    );

    let mut forget = interval(REMEMBERED);
    loop {
        tokio::select! {
            () = signals.wait() => break,
            // Nobody can read the logs from outside, and bodies are in them.
            _ = forget.tick() => vendors.forget_requests(),
        }
    }
    // Whoever does not come to an end does not keep the program.
    let _ = timeout(LAST_ANSWERS, vendors.stop()).await;
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    settings: BTreeMap<&'a str, String>,
}

/// Prints what programs need to be told, under the names that this project's programs read.
fn print(vendors: &Vendors, json: bool) -> Result<(), Failure> {
    let settings = vendors.settings();
    if json {
        let settings = settings.into_iter().collect();
        return output::document(&Document { settings });
    }
    // No value has a character that a shell would read as anything but itself.
    let line = |(name, value): &(&str, String)| format!("export {name}={value}");
    let lines: Vec<_> = settings.iter().map(line).collect();
    output::text(lines.join("\n"))
}
