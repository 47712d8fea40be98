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
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Folder on a disk for the files, by default the program's
    #[arg(long, default_value_os_t = process::folder())]
    folder: PathBuf,
    /// Where to write the plot
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/growth.svg"))]
    plot: PathBuf,
}

pub(crate) fn plot(sizes: &Sizes) {
    let bench = Bench::start(sizes.rounds);
    let (_folder, folder) = scratch(&sizes.folder);
    let mut panels = Vec::new();
    let steps = |from: u64, factor: u64, to: u64| {
        let next = move |size: &u64| size.checked_mul(factor);
        let sizes = std::iter::successors(Some(from), next);
        sizes
            .take_while(move |size| *size <= to)
            .collect::<Vec<_>>()
    };
    let files = steps(1 << 10, 4, sizes.file << 20);
    let files: Vec<_> = files
        .into_iter()
        .filter(|size| has_space(&folder, *size))
        .collect();
    let subjects: [(_, _, _, &[Name]); 4] = [
        (
            "items() of a list",
            Task::List,
            steps(1_000, 10, sizes.exams),
            &[Plain, Ours],
        ),
        (
            "upload of a file",
            Task::Upload,
            files.clone(),
            &[Plain, Ours],
        ),
        (
            "download to disk, synced",
            Task::Download,
            files,
            &[Synced, Ours],
        ),
        (
            "tasks on an expired session",
            Task::Expired,
            steps(1, 10, sizes.tasks),
            &[Plain, Ours],
        ),
    ];
    for (title, task, counts, sides) in subjects {
        let mut lines = vec![Vec::new(); sides.len()];
        for count in counts {
            if task == Task::Upload {
                source(&folder, count);
            }
            let job = Job {
                folder: &folder,
                ..Job::new(task, count)
            };
            let costs = bench.measure(job, sides);
            for (line, side) in lines.iter_mut().zip(sides) {
                line.push((count as f64, costs.of(*side)));
            }
        }
        let sized = match task {
            Task::List => "exams",
            Task::Expired => "tasks",
            _ => "bytes",
        };
        panels.push(panel(format!("{title}: seconds"), sized, &lines, |cost| {
            cost.wall
        }));
        let memory = |cost: &Cost| cost.peak / f64::from(1 << 20);
        panels.push(panel(
            format!("{title}: MiB of memory"),
            sized,
            &lines,
            memory,
        ));
    }
    std::fs::write(&sizes.plot, svg::draw(&panels, 2)).unwrap();
    println!("{}", sizes.plot.display());
}

fn panel(
    title: String,
    sized: &'static str,
    lines: &[Vec<(f64, Cost)>],
    figure: impl Fn(&Cost) -> f64,
) -> Panel {
    let names = ["plain reqwest", "ours"];
    let lines = lines.iter().zip(names).map(|(points, name)| Line {
        name,
        points: points
            .iter()
            .map(|(size, cost)| (*size, figure(cost)))
            .collect(),
    });
    Panel {
        title,
        sized,
        lines: lines.collect(),
    }
}
