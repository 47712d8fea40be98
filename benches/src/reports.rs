//! The rows of reports that are saved to a memory disk and to a disk.

use std::path::Path;

use crate::measure::{Bench, Job, scratch};
use crate::sides::Name::{self, Connection, Plain};
use crate::table::{CPU, TIME, count, rows};
use crate::work::Task;

/// Prints the rows of a task with so many reports, whose names begin with `what`.
pub(crate) fn print(
    bench: &Bench,
    task: Task,
    ours: Name,
    what: &str,
    reports: u64,
    folder: &Path,
) {
    for (parent, disk) in [(Path::new("/dev/shm"), "memory disk"), (folder, "disk")] {
        let count = count(reports as f64);
        let what = format!("{what}{count} reports of 200 KiB, 20 ms away, 8 in flight, to {disk}");
        if !parent.is_dir() {
            let parent = parent.display();
            eprintln!("!! NOT MEASURED: {what}, because there is no {parent}");
            continue;
        }
        let folder = scratch(parent);
        let job = Job {
            at_once: 8,
            delay: 20,
            folder: folder.path(),
            ..Job::new(task, reports)
        };
        let costs = bench.measure(job, &[Plain, Connection, ours]);
        rows(&what, &costs, &[TIME, CPU]);
    }
}
