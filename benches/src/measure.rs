//! Runs the sides alternately, each time in a new process.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use clap::ValueEnum;
use tempfile::TempDir;

use crate::server::Server;
use crate::sides::Name;
use crate::work::{Cost, Task};

/// A server, and how to run the sides against it.
pub(crate) struct Bench {
    server: Server,
    rounds: usize,
}

/// The medians of each side.
pub(crate) struct Costs(BTreeMap<Name, Cost>);

impl Costs {
    /// One figure of each side.
    pub(crate) fn each(&self, figure: impl Fn(&Cost) -> f64) -> BTreeMap<Name, f64> {
        let figure = |(name, cost): (&Name, &Cost)| (*name, figure(cost));
        self.0.iter().map(figure).collect()
    }

    /// The costs of one of so many units.
    pub(crate) fn per_unit(mut self, units: u64) -> Self {
        let units = units as f64;
        for cost in self.0.values_mut() {
            cost.wall /= units;
            cost.cpu /= units;
            cost.grown /= units;
        }
        self
    }

    pub(crate) fn without(mut self, side: Name) -> Self {
        self.0.remove(&side);
        self
    }

    pub(crate) fn of(&self, side: Name) -> Cost {
        self.0[&side]
    }
}

/// What the sides do.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) task: Task,
    pub(crate) count: u64,
    pub(crate) at_once: usize,
    /// How many milliseconds away the server is.
    pub(crate) delay: u64,
    pub(crate) folder: &'a Path,
}

impl Job<'_> {
    pub(crate) fn new(task: Task, count: u64) -> Self {
        Self {
            task,
            count,
            at_once: 1,
            delay: 0,
            folder: Path::new("."),
        }
    }
}

impl Bench {
    /// Each side runs in so many rounds; an odd number, so that the median is one of them.
    pub(crate) fn start(rounds: usize) -> Self {
        Self {
            server: Server::start(),
            rounds,
        }
    }

    /// Runs the job alternately by these sides.
    pub(crate) fn measure(&self, job: Job<'_>, sides: &[Name]) -> Costs {
        let mut costs = BTreeMap::<Name, Vec<Cost>>::new();
        for round in 1..=self.rounds {
            eprint!("\r{:?} × {}, round {round} ... ", job.task, job.count);
            // Each round begins with another side.
            for side in sides.iter().cycle().skip(round).take(sides.len()) {
                let output = self.run(this_program(), job, *side, job.count);
                let cost = serde_json::from_slice(&output.stdout).unwrap();
                costs.entry(*side).or_default().push(cost);
            }
        }
        eprintln!();
        let medians = costs.into_iter().map(|(side, costs)| {
            let median = |field: fn(&Cost) -> f64| median(costs.iter().map(field).collect());
            let cost = Cost {
                wall: median(|cost| cost.wall),
                cpu: median(|cost| cost.cpu),
                peak: median(|cost| cost.peak),
                grown: median(|cost| cost.grown),
            };
            (side, cost)
        });
        Costs(medians.collect())
    }

    /// The instructions of one of the job's units, counted by callgrind.
    pub(crate) fn instructions(&self, job: Job<'_>, side: Name) -> f64 {
        eprintln!("{:?} by {side:?} under callgrind ...", job.task);
        let count = |count| {
            let mut valgrind = Command::new("valgrind");
            valgrind
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(this_program().get_program());
            let output = self.run(valgrind, job, side, count);
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let line = text
                .lines()
                .find_map(|line| line.split_once("Collected : "));
            line.unwrap().1.trim().parse::<u64>().unwrap()
        };
        // What both runs have in common, such as the start of the process, is not counted.
        let more = count(2 * job.count) - count(job.count);
        more as f64 / job.count as f64
    }

    fn run(&self, mut program: Command, job: Job<'_>, side: Name, count: u64) -> Output {
        let output = program
            .arg("run")
            .args([name(&job.task), name(&side)])
            .args(["--count", &count.to_string()])
            .args(["--at-once", &job.at_once.to_string()])
            .args(["--url", &self.server.url(job.delay)])
            .arg("--folder")
            .arg(job.folder)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program:?}: {errors}");
        output
    }
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().unwrap().get_name().to_owned()
}

/// A new folder for large files, which is removed at the end.
pub(crate) fn scratch(parent: &Path) -> TempDir {
    tempfile::tempdir_in(parent).unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
