//! What a program says when a signal stops it: whether and how to go on.

use std::borrow::Cow;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::failure::Failure;
use crate::signals::Signals;

/// How long the work may take to end, before the program ends without it.
const GRACE: Duration = Duration::from_secs(2);

/// What to do if the program is stopped now. A program does one thing at a time.
static ADVICE: Mutex<Cow<'static, str>> = Mutex::new(Cow::Borrowed("nothing was changed"));

/// Sets what the program says if it is stopped from now on.
pub fn advise(advice: impl Into<Cow<'static, str>>) {
    *ADVICE.lock().unwrap_or_else(PoisonError::into_inner) = advice.into();
}

/// Ends the program in a while, if it has not ended by then.
fn end_soon(status: u8) {
    thread::spawn(move || {
        thread::sleep(GRACE);
        process::exit(status.into());
    });
}

/// Does the work until a signal comes: then the work is dropped, and the advice is the failure.
///
/// # Errors
/// The work failed, or was stopped.
pub async fn or_done<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::file("signals", &error))?;
    let mut watched = Signals::new().map_err(|error| Failure::file("signals", &error))?;
    // The work may be blocked where it cannot be dropped, for example in a write that nobody reads.
    let watch = tokio::spawn(async move { end_soon(watched.wait().await) });
    let status = tokio::select! {
        done = Box::pin(work) => {
            watch.abort();
            return done;
        }
        status = signals.wait() => status,
    };
    end_soon(status);
    let advice = ADVICE.lock().unwrap_or_else(PoisonError::into_inner);
    Err(Failure::stopped(status, &advice))
}
