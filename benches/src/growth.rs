//! Time and memory against size, as a plot.

use std::path::PathBuf;

use clap::Args;

use crate::measure::{Bench, Job, scratch};
use crate::process;
use crate::sides::Name::{self, Ours, Plain, Synced};
use crate::svg::{self, Line, Panel};
use crate::whole::{has_space, source};
use crate::work::{Cost, Task};

#[derive(Args)]
pub(crate) struct Sizes {
    /// The longest list
    #[arg(long, default_value_t = 1_000_000)]
    exams: u64,
    /// The largest file, in MiB
    #[arg(long, default_value_t = 4096)]
    file: u64,
    /// The most tasks at once
    #[arg(long, default_value_t = 10_000)]
    tasks: u64,
    /// How often each side runs; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Folder on a disk for the files, by default the program's
    #[arg(long, default_value_os_t = process::folder())]
    folder: PathBuf,
    /// Where to write the plot
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/growth.svg"))]
    plot: PathBuf,
}

/// What grows, and who is compared.
struct Subject {
    title: &'static str,
    task: Task,
    /// What is counted.
    sized: &'static str,
    counts: Vec<u64>,
    plain: Name,
}

impl Sizes {
    fn subjects(&self) -> [Subject; 4] {
        let mut files = powers(1 << 10, 4, self.file << 20);
        files.retain(|size| has_space(&self.folder, *size));
        [
            Subject {
                title: "items() of a list",
                task: Task::List,
                sized: "exams",
                counts: powers(1_000, 10, self.exams),
                plain: Plain,
            },
            Subject {
                title: "upload of a file",
                task: Task::Upload,
                sized: "bytes",
                counts: files.clone(),
                plain: Plain,
            },
            Subject {
                title: "download to disk, synced and renamed",
                task: Task::Download,
                sized: "bytes",
                counts: files,
                plain: Synced,
            },
            Subject {
                title: "tasks on an expired session",
                task: Task::Expired,
                sized: "tasks",
                counts: powers(1, 10, self.tasks),
                plain: Plain,
            },
        ]
    }
}

fn powers(first: u64, factor: u64, last: u64) -> Vec<u64> {
    let sizes = std::iter::successors(Some(first), |size| size.checked_mul(factor));
    sizes.take_while(|size| *size <= last).collect()
}

pub(crate) fn plot(sizes: &Sizes) {
    let bench = Bench::start(sizes.rounds);
    let folder = scratch(&sizes.folder);
    let mut panels = Vec::new();
    for subject in sizes.subjects() {
        let sides = [("plain reqwest", subject.plain), ("ours", Ours)];
        let mut lines = sides.map(|(name, side)| (name, side, Vec::new()));
        for count in &subject.counts {
            if subject.task == Task::Upload {
                source(folder.path(), *count);
            }
            let job = Job {
                folder: folder.path(),
                ..Job::new(subject.task, *count)
            };
            let costs = bench.measure(job, &[subject.plain, Ours]);
            for (_, side, points) in &mut lines {
                points.push((*count as f64, costs.of(*side)));
            }
        }
        let panel = |what: &str, figure: fn(&Cost) -> f64| Panel {
            title: format!("{}: {what}", subject.title),
            sized: subject.sized,
            lines: lines.each_ref().map(|(name, _, points)| Line {
                name,
                points: points.iter().map(|(x, cost)| (*x, figure(cost))).collect(),
            }),
        };
        panels.push(panel("seconds", |cost| cost.wall));
        panels.push(panel("MiB of memory", |cost| {
            cost.peak / f64::from(1 << 20)
        }));
    }
    std::fs::write(&sizes.plot, svg::draw(&panels, 2)).unwrap();
    println!("{}", sizes.plot.display());
}
