//! Runs all cells, a few dozen at a time, and adds up how they ended.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::cases::Outcome;
use crate::cell::{Cell, Meets};
use crate::faults::Fault;

/// They only wait for a time limit.
const STALLS_AT_A_TIME: usize = 64;
const AT_A_TIME: usize = 16;

/// How a cell ended.
pub(crate) struct Figure {
    /// `value`, or kind and delivery of the error.
    end: String,
    sends: usize,
    /// Whether the error has a marked body, message, code and request id.
    hidden: [bool; 4],
}

impl Figure {
    pub(crate) fn of(outcome: &Outcome, sends: usize) -> Self {
        let marked = |text: Option<&str>| {
            text.is_some_and(|text| text.to_ascii_uppercase().contains("MARKER"))
        };
        match &outcome.result {
            Ok(()) => Self {
                end: "value".to_owned(),
                sends,
                hidden: [false; 4],
            },
            Err(error) => Self {
                end: format!("{}, {}", error.kind(), error.delivery()),
                sends,
                hidden: [
                    marked(Some(&String::from_utf8_lossy(error.body()))),
                    marked(error.message()),
                    marked(error.code()),
                    marked(error.request_id()),
                ],
            },
        }
    }
}

/// The sums.
pub(crate) struct Figures {
    cells: BTreeMap<String, Figure>,
    failed: Vec<String>,
    elapsed: Duration,
}

/// Checks each cell.
pub(crate) fn run(cells: &[Cell], check: fn(&Cell) -> Figure) -> Figures {
    let started = Instant::now();
    let (stalls, others): (Vec<_>, Vec<_>) = cells.iter().partition(|cell| cell.fault.stalls());
    let ended = Mutex::new((BTreeMap::new(), Vec::new()));
    let check = |cell: &Cell| {
        let figure = catch_unwind(AssertUnwindSafe(|| check(cell)));
        let mut ended = ended.lock().expect("not poisoned");
        match figure {
            Ok(figure) => drop(ended.0.insert(cell.to_string(), figure)),
            Err(panic) => ended.1.push(message(cell, &*panic)),
        }
    };
    std::thread::scope(|scope| {
        for (cells, at_a_time) in [(&stalls, STALLS_AT_A_TIME), (&others, AT_A_TIME)] {
            let next = Arc::new(AtomicUsize::new(0));
            for _ in 0..at_a_time {
                let next = Arc::clone(&next);
                let check = &check;
                scope.spawn(move || {
                    while let Some(cell) = cells.get(next.fetch_add(1, Ordering::SeqCst)) {
                        check(cell);
                    }
                });
            }
        }
    });
    let (cells, failed) = ended.into_inner().expect("not poisoned");
    Figures {
        cells,
        failed,
        elapsed: started.elapsed(),
    }
}

/// The message of a panic, which may not name the cell.
fn message(cell: &Cell, panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("a panic without a message");
    if text.contains(&cell.to_string()) {
        return text.to_owned();
    }
    format!("{cell}: {text}")
}

impl Figures {
    /// Checks that each cell passed, and that what must be hidden was there.
    pub(crate) fn assert_complete(&self, cells: &[Cell]) {
        assert!(
            self.failed.is_empty(),
            "{} cells:\n{}",
            self.failed.len(),
            self.failed.join("\n")
        );
        assert_eq!(self.cells.len(), cells.len(), "each cell once");
        // Each error that a vendor explains has all of them.
        let explained = |cell: &&Cell| {
            let is_error = matches!(cell.fault, Fault::Status(_) | Fault::Throttled429Tomorrow);
            is_error && cell.fault != Fault::Status(304) && cell.meets == Meets::Always
        };
        let answers = cells.iter().filter(explained).count();
        for (what, place) in ["body", "message", "code", "request id"].iter().zip(0..) {
            let count = self
                .cells
                .values()
                .filter(|figure| figure.hidden[place])
                .count();
            assert!(
                count >= answers,
                "a marked {what} was there to be printed: {count}"
            );
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        for figure in self.cells.values() {
            *ends.entry(&figure.end).or_default() += 1;
        }
        let sends: usize = self.cells.values().map(|figure| figure.sends).sum();
        let (cells, seconds) = (self.cells.len(), self.elapsed.as_secs_f64());
        writeln!(f, "{cells} cells, {sends} requests, {seconds:.1} s")?;
        for (end, cells) in ends {
            writeln!(f, "{cells:6}  {end}")?;
        }
        Ok(())
    }
}
