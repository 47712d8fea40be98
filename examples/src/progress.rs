//! How far a program is: one bar on stderr, only where that is a terminal.

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common_http::{Attempt, AttemptObserver};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::logging;

/// Shorter waits than this are not worth a word.
const WORTH_A_WORD: Duration = Duration::from_secs(2);

const TRANSFER: &str = "{spinner} {prefix} {bar:30} {bytes}/{total_bytes} {eta} {msg}";

/// The progress of a program that does one thing after the other. The bar is gone when this is dropped, so that what
/// is printed afterwards stands on lines of its own.
#[derive(Debug)]
pub struct Progress(Arc<Mutex<ProgressBar>>);

impl Progress {
    /// Shows nothing yet; and never anything where stderr is no terminal, or has log lines.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(ProgressBar::hidden())))
    }

    /// Begins with the next thing to do.
    pub fn begin(&self, what: &'static str, total: Option<u64>) {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        style(&bar);
        self.show(bar, what);
    }

    /// Begins with a transfer. What is given is to be told how far it is.
    pub fn transfer(
        &self,
        what: &'static str,
    ) -> impl Fn(common_http::Progress) + Send + Sync + use<> {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(TRANSFER) {
            bar.set_style(style);
        }
        self.show(bar, what);
        let current = Arc::clone(&self.0);
        move |at| {
            let bar = lock(&current);
            if let Some(total) = at.total {
                bar.set_length(total);
            }
            bar.set_position(at.sent);
        }
    }

    /// Nothing more is to be shown, so that what is printed next stands on lines of its own.
    pub fn end(&self) {
        lock(&self.0).finish_and_clear();
    }

    fn show(&self, bar: ProgressBar, what: &'static str) {
        let mut current = lock(&self.0);
        current.finish_and_clear();
        bar.set_prefix(what);
        if !logging::is_on() && io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        *current = bar;
    }

    /// Says how much there is to do in all.
    pub fn set_total(&self, total: u64) {
        let bar = lock(&self.0);
        if bar.length() != Some(total) {
            bar.set_length(total);
            style(&bar);
        }
    }

    /// Says how much is done.
    pub fn set_done(&self, done: u64) {
        lock(&self.0).set_position(done);
    }

    /// One more is done.
    pub fn step(&self) {
        lock(&self.0).inc(1);
    }

    /// Says so beside the bar when a client waits for the vendor. To be given to the client as its observer.
    #[must_use]
    pub fn waits(&self) -> impl AttemptObserver + use<> {
        Waits(Arc::clone(&self.0))
    }
}

fn style(bar: &ProgressBar) {
    let template = match bar.length() {
        Some(_) => "{spinner} {prefix} {bar:30} {pos}/{len} {eta} {msg}",
        None => "{spinner} {prefix} {pos} {msg}",
    };
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
            Some(wait) if wait >= WORTH_A_WORD => {
                let why = attempt.error.map_or("", |kind| kind.as_str());
                let wait = wait.as_secs_f64().ceil();
                bar.set_message(format!("({why}: waits {wait} s)"));
            }
            _ => bar.set_message(""),
        }
    }
}
