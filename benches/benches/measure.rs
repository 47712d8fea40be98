//! Times our way and others of doing the same, alternately.

use std::time::{Duration, Instant};

/// The number of rounds; odd, so that the median is one of them.
const ROUNDS: usize = 11;

/// One way of doing what is compared.
pub(crate) struct Side<F> {
    name: &'static str,
    run: F,
}

impl<F: AsyncFn()> Side<F> {
    pub(crate) fn new(name: &'static str, run: F) -> Self {
        Self { name, run }
    }
}

/// A [`Side`] with its type erased.
pub(crate) trait Timed {
    fn name(&self) -> &'static str;
    /// Does this many runs in a row; returns the average time of one.
    fn time(&self, runs: u32) -> std::pin::Pin<Box<dyn Future<Output = Duration> + '_>>;
}

impl<F: AsyncFn()> Timed for Side<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn time(&self, runs: u32) -> std::pin::Pin<Box<dyn Future<Output = Duration> + '_>> {
        Box::pin(async move {
            let start = Instant::now();
            for _ in 0..runs {
                (self.run)().await;
            }
            start.elapsed() / runs
        })
    }
}

pub(crate) fn heading() {
    println!("{:<22}{:<38}{:>12}{:>16}", "", "", "median", "ours/theirs");
}

/// Whether the arguments name this comparison, or name none.
fn is_wanted(what: &str) -> bool {
    let mut names = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'));
    names.next().is_none_or(|name| what.contains(&name))
}

/// Runs ours and theirs alternately, and prints the median times and the median ratios of a round.
pub(crate) async fn compare(what: &str, runs: u32, ours: &dyn Timed, theirs: &[&dyn Timed]) {
    if !is_wanted(what) {
        return;
    }
    ours.time(runs).await;
    let mut own_times = Vec::new();
    let mut times = vec![Vec::new(); theirs.len()];
    let mut ratios = vec![Vec::new(); theirs.len()];
    for side in theirs {
        side.time(runs).await;
    }
    for _ in 0..ROUNDS {
        let own = ours.time(runs).await.as_secs_f64();
        own_times.push(own);
        for (index, side) in theirs.iter().enumerate() {
            let time = side.time(runs).await.as_secs_f64();
            times[index].push(time);
            ratios[index].push(own / time);
        }
    }
    println!(
        "{what:<22}{:<38}{:>12}",
        ours.name(),
        shown(median(own_times))
    );
    for ((side, times), ratios) in theirs.iter().zip(times).zip(ratios) {
        let (time, ratio) = (shown(median(times)), median(ratios));
        println!("{:<22}{:<38}{time:>12}{ratio:>16.2}", "", side.name());
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn shown(seconds: f64) -> String {
    if seconds < 0.001 {
        format!("{:.1} µs", seconds * 1e6)
    } else {
        format!("{:.2} ms", seconds * 1e3)
    }
}
