//! The progress bar: one at a time, on stderr, only if that is a terminal.

use std::borrow::Cow;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common_http::{Attempt, AttemptObserver};
use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{logging, width};

/// Shorter pauses before a retry are not shown.
const SHOWN_PAUSE: Duration = Duration::from_secs(2);

/// The progress of a program that does one thing at a time.
///
/// Dropping it removes the bar, so that what is printed afterwards gets lines of its own.
#[derive(Debug)]
pub struct Progress(Arc<Mutex<ProgressBar>>);

impl Progress {
    /// Shows nothing yet; shows nothing at all if stderr is not a terminal or has log lines.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(ProgressBar::hidden())))
    }

    /// Begins the next task, with the number of its parts if that is known.
    pub fn begin(&self, what: impl Into<Cow<'static, str>>, total: Option<u64>) {
        self.show(what.into(), total, style);
    }

    /// Begins the next call, which has no parts to count.
    pub fn begin_call(&self, what: &'static str) {
        self.show(what.into(), None, style_of_call);
    }

    /// Begins to send the next file, of this many bytes.
    pub fn begin_file(&self, what: impl Into<Cow<'static, str>>, bytes: u64) {
        self.show(what.into(), Some(bytes), style_of_file);
    }

    fn show(&self, what: Cow<'static, str>, total: Option<u64>, style: fn(&ProgressBar)) {
        let mut current = lock(&self.0);
        current.finish_and_clear();
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        bar.set_prefix(width::cut(&what, columns().saturating_sub(NUMBERS)).into_owned());
        style(&bar);
        if !logging::is_on() && io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        *current = bar;
    }

    /// Sets the number of parts.
    pub fn set_total(&self, total: u64) {
        let bar = lock(&self.0);
        if bar.length() != Some(total) {
            bar.set_length(total);
            style(&bar);
        }
    }

    /// Sets the number of parts that are done.
    pub fn set_done(&self, done: u64) {
        lock(&self.0).set_position(done);
    }

    /// Counts one more part as done.
    pub fn step(&self) {
        lock(&self.0).inc(1);
    }

    /// A progress callback for a call that sends a file. Each attempt restarts the bar.
    pub fn sending(&self) -> impl Fn(common_http::Progress) + Send + Sync + use<> {
        let bar = Arc::clone(&self.0);
        let shown = AtomicU32::new(1);
        move |progress| {
            let bar = lock(&bar);
            if shown.swap(progress.attempt, Ordering::Relaxed) != progress.attempt {
                bar.reset();
                bar.set_message(format!("(attempt {})", progress.attempt));
            }
            if let Some(total) = progress.total {
                bar.set_length(total);
            }
            bar.set_position(progress.sent);
        }
    }

    /// Removes the bar, so that what is printed next gets lines of its own.
    pub fn end(&self) {
        lock(&self.0).finish_and_clear();
    }

    /// An observer for a client that shows its pauses between attempts beside the bar.
    #[must_use]
    pub fn waits(&self) -> impl AttemptObserver + use<> {
        Waits(Arc::clone(&self.0))
    }
}

/// Below this width there is no room for a bar: its numbers are enough.
const NARROW: usize = 60;
/// From this width on there is room for the speed, too.
const WIDE: usize = 100;

/// The width of a file's numbers, and of what is between them.
const NUMBERS: usize = 28;

/// The width of the terminal.
fn columns() -> usize {
    width::of(&Term::stderr()).unwrap_or(width::USUAL)
}

fn style(bar: &ProgressBar) {
    let template = match bar.length() {
        Some(_) if columns() < NARROW => "{spinner} {prefix} {pos}/{len} {wide_msg}",
        Some(_) => "{spinner} {prefix} {wide_bar} {pos}/{len} {eta} {msg}",
        None => "{spinner} {prefix} {pos} {wide_msg}",
    };
    set_template(bar, template);
}

fn style_of_call(bar: &ProgressBar) {
    set_template(bar, "{spinner} {prefix} {wide_msg}");
}

fn style_of_file(bar: &ProgressBar) {
    let template = match columns() {
        ..NARROW => "{spinner} {prefix} {bytes}/{total_bytes} {wide_msg}",
        NARROW..WIDE => "{spinner} {prefix} {wide_bar} {bytes}/{total_bytes} {eta} {msg}",
        WIDE.. => "{spinner} {prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
    };
    set_template(bar, template);
}

fn set_template(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

fn lock(bar: &Mutex<ProgressBar>) -> MutexGuard<'_, ProgressBar> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        lock(&self.0).finish_and_clear();
    }
}

struct Waits(Arc<Mutex<ProgressBar>>);

impl AttemptObserver for Waits {
    fn attempt(&self, attempt: &Attempt) {
        let bar = lock(&self.0);
        match attempt.retry_in {
            Some(wait) if wait >= SHOWN_PAUSE => {
                let why = attempt.error.map_or("", |kind| kind.as_str());
                let wait = wait.as_secs_f64().ceil();
                bar.set_message(format!("({why}: retries in {wait} s)"));
            }
            _ => bar.set_message(""),
        }
    }
}
