//! Serves the four sandboxes on local ports, for programs in any language.
//!
//! Starts the vendors ([`vendors`]), prints their settings, and serves until a signal comes.

mod args;
mod vendors;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use examples::failure::{self, Failure};
use examples::signals::Signals;
use examples::{logging, output};
use serde::Serialize;
use tokio::time::{interval, timeout};

use self::args::Args;
use self::vendors::Vendors;

/// How long the last answers may take after a signal.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How often the logs of received requests are cleared.
const CLEARED_EVERY: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    failure::exit_status(run(&args).await, args.json)
}

async fn run(args: &Args) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::file("signals", &error))?;
    let vendors = Vendors::start(&args.ports).await?;
    print(&vendors, args.json)?;
    output::note(
        "serving on 127.0.0.1 until SIGINT or SIGTERM; what is sent is kept in memory only",
    );

    let mut clear = interval(CLEARED_EVERY);
    loop {
        tokio::select! {
            _ = signals.wait() => break,
            // The logs contain bodies, and nobody can read them from outside the process.
            _ = clear.tick() => vendors.forget_requests(),
        }
    }
    // A client that does not finish does not keep the program running.
    let _ = timeout(LAST_ANSWERS, vendors.stop()).await;
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    settings: BTreeMap<&'a str, String>,
}

/// Prints the settings, under the names that this project's programs read.
fn print(vendors: &Vendors, json: bool) -> Result<(), Failure> {
    let settings = vendors.settings();
    if json {
        let settings = settings.into_iter().collect();
        return output::document(&Document { settings });
    }
    // No value contains a character that is special to a shell.
    let line = |(name, value): &(&str, String)| format!("export {name}={value}");
    let lines: Vec<_> = settings.iter().map(line).collect();
    output::text(lines.join("\n"))
}
