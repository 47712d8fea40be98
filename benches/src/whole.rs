//! The rows of whole processes: large files, and the program that archives reports.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::measure::{Bench, Job, scratch};
use crate::process::{self, free_space};
use crate::program;
use crate::reports;
use crate::sides::Name::{Connection, Ours, Plain, Program, Retrying, Synced};
use crate::table::{CPU, MEMORY, TIME, count, rows};
use crate::work::Task;

#[derive(Parser)]
pub(crate) struct Sizes {
    /// The size of the files, in MiB
    #[arg(long, default_value_t = 1024)]
    file: u64,
    /// How many reports are archived
    #[arg(long, default_value_t = 2_000)]
    reports: u64,
    /// How often each side runs; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Folder on a disk for the files, by default the program's
    #[arg(long, default_value_os_t = process::folder())]
    folder: PathBuf,
}

pub(crate) fn print(sizes: &Sizes) {
    let bench = Bench::start(sizes.rounds);
    files(&bench, &sizes.folder, sizes.file << 20);
    program::build();
    // Against loops by hand that do the same.
    let what = "`biologix-archive`: the list and ";
    reports::print(
        &bench,
        Task::Archive,
        Program,
        what,
        sizes.reports,
        &sizes.folder,
    );
}

fn files(bench: &Bench, parent: &Path, size: u64) {
    if !has_space(parent, size) {
        return;
    }
    let folder = scratch(parent);
    source(folder.path(), size);
    let job = |task| Job {
        folder: folder.path(),
        ..Job::new(task, size)
    };
    let shown = format!("{} MiB", count((size >> 20) as f64));

    let costs = bench.measure(job(Task::Upload), &[Plain, Retrying, Connection, Ours]);
    let what = format!("upload of {shown} from a file");
    rows(&what, &costs, &[CPU, MEMORY]);

    let costs = bench.measure(job(Task::Form), &[Plain, Connection, Ours]);
    let what = format!("upload of {shown} in a form");
    rows(&what, &costs, &[CPU, MEMORY]);

    let costs = bench.measure(job(Task::Download), &[Plain, Synced, Connection, Ours]);
    let what = format!("download of {shown} to disk, synced and renamed (the limit is not)");
    rows(&what, &costs, &[TIME, CPU, MEMORY]);
    let what = format!("download of {shown} to disk, only ours synced and renamed");
    rows(&what, &costs.without(Synced), &[TIME, CPU]);
}

/// Makes a file of this size, named after it, that takes no space, and reads it into the cache.
pub(crate) fn source(folder: &Path, size: u64) {
    let path = folder.join(format!("{size}.pdf"));
    let mut file = File::create(&path).unwrap();
    file.write_all(b"%PDF-1.7\n").unwrap();
    file.set_len(size).unwrap();
    let read = io::copy(&mut File::open(path).unwrap(), &mut io::sink()).unwrap();
    assert_eq!(read, size);
}

/// Whether a disk has room for a file that is received; says so if not.
pub(crate) fn has_space(folder: &Path, size: u64) -> bool {
    let free = free_space(folder);
    let enough = free / 2 > size;
    if !enough {
        eprintln!(
            "!! NOT MEASURED: files of {size} bytes, because {} has only {free} bytes left",
            folder.display()
        );
    }
    enough
}
