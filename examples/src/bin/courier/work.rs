//! Sends what is due.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use examples::courier::decision::Next;
use examples::courier::{Vendors, WorkOptions, Worked};
use examples::failure::Failure;
use examples::output;
use examples::signals::Signals;

use crate::args::Work;
use crate::{failed, open, show};

/// Returns the exit status. If it is to end when idle: a failure if some jobs did not arrive, and the
/// signal's if one came before.
pub(crate) async fn run(args: &Work, json: bool) -> Result<ExitCode, Failure> {
    let failure = |error| Failure::file("the system refuses the signal handlers", &error);
    let mut signals = Signals::new().map_err(failure)?;
    let vendors = Vendors::from_environment().await?;
    let courier = open().await?;
    let stopped = Arc::new(OnceLock::new());
    let by = Arc::clone(&stopped);
    let stop = async move {
        let _ = by.set(signals.wait().await);
        output::note("stops once what is being sent has ended; ends at once at the next signal");
        tokio::spawn(async move {
            std::process::exit(signals.wait().await.into());
        });
    };
    let worked = courier.work(&vendors, options(args), stop).await;
    let worked = worked.map_err(failed)?;
    courier.close().await;
    let Worked {
        done,
        refused,
        doubt,
        later,
        ..
    } = worked;
    let text = format!("{done} done, {refused} refused, {doubt} in doubt, {later} put off");
    output::result(json, &worked, text)?;
    Ok(match stopped.get() {
        _ if !args.until_idle => ExitCode::SUCCESS,
        // Jobs may still wait.
        Some(status) => ExitCode::from(*status),
        None if refused + doubt + later > 0 => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
    })
}

fn options(args: &Work) -> WorkOptions {
    WorkOptions {
        until_idle: args.until_idle,
        concurrency: args.concurrency.into(),
        lease: Duration::from_secs(args.lease.into()),
        keep_receipts: Duration::from_secs(u64::from(args.keep_receipts) * 24 * 3600),
        ended: Arc::new(note),
        trouble: Arc::new(|error| failed(error.clone()).note("")),
        ..WorkOptions::default()
    }
}

/// Says on stderr what did not arrive.
fn note(key: &str, next: Next, error: Option<&common_http::Error>) {
    let what = match next {
        Next::Done => return,
        Next::Later => "put off",
        Next::Refused => "refused",
        Next::Doubt => "in doubt",
    };
    if let Some(error) = error {
        let failure = Failure::from(error.clone());
        let failure = match next {
            Next::Doubt => failure.advise(format!(
                "it may have arrived: look it up at the vendor, then `{}` or `--not-arrived`",
                show::settling(key)
            )),
            _ => failure,
        };
        let key = output::one_line(key);
        failure.note(&format!("{key} ({what}): "));
    }
}
