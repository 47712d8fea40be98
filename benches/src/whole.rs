//! The rows of whole processes: large files, and the program that archives reports.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Parser;

use crate::measure::{Bench, Job, median, scratch};
use crate::process::{self, Core, cpu_of_children, free_space};
use crate::sides::Name::{Connection, Ours, Plain, Retrying, Synced};
use crate::table::{count, mib, row, seconds};
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

pub(crate) fn rows(sizes: &Sizes) {
    let bench = Bench::start(sizes.rounds);
    files(&bench, &sizes.folder, sizes.file << 20);
    for (parent, disk) in [
        ("/dev/shm".as_ref(), "memory disk"),
        (&*sizes.folder, "disk"),
    ] {
        archive(&bench, sizes, parent, disk);
    }
}

fn files(bench: &Bench, parent: &Path, size: u64) {
    if !has_space(parent, size) {
        return;
    }
    let (_folder, path) = scratch(parent);
    source(&path, size);
    let job = |task| Job {
        folder: &path,
        ..Job::new(task, size)
    };
    let shown = format!("{} MiB", count((size >> 20) as f64));

    let costs = bench.measure(job(Task::Upload), &[Plain, Retrying, Connection, Ours]);
    let what = format!("upload of {shown} from a file");
    row(
        &format!("{what}: CPU"),
        &costs.each(|cost| cost.cpu),
        seconds,
    );
    row(
        &format!("{what}: memory"),
        &costs.each(|cost| cost.peak),
        mib,
    );

    let costs = bench.measure(job(Task::Form), &[Plain, Connection, Ours]);
    let what = format!("upload of {shown} in a form");
    row(
        &format!("{what}: CPU"),
        &costs.each(|cost| cost.cpu),
        seconds,
    );
    row(
        &format!("{what}: memory"),
        &costs.each(|cost| cost.peak),
        mib,
    );

    let costs = bench.measure(job(Task::Download), &[Plain, Synced, Connection, Ours]);
    let what = format!("download of {shown} to disk");
    let mut wall = costs.each(|cost| cost.wall);
    row(
        &format!("{what}, synced and renamed (the limit is not): time"),
        &wall,
        seconds,
    );
    row(
        &format!("{what}, synced and renamed (the limit is not): CPU"),
        &costs.each(|cost| cost.cpu),
        seconds,
    );
    row(
        &format!("{what}: memory"),
        &costs.each(|cost| cost.peak),
        mib,
    );
    wall.remove(&Synced);
    row(
        &format!("{what}, only ours synced and renamed: time"),
        &wall,
        seconds,
    );
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

/// The program against loops by hand that do the same: the list, then its reports.
fn archive(bench: &Bench, sizes: &Sizes, parent: &Path, disk: &str) {
    if !parent.is_dir() {
        eprintln!(
            "!! NOT MEASURED: the archive on a {disk}: no folder {}",
            parent.display()
        );
        return;
    }
    let program = build_archive();
    let (_folder, path) = scratch(parent);
    let job = Job {
        at_once: 8,
        delay: 20,
        folder: &path,
        ..Job::new(Task::Archive, sizes.reports)
    };
    let costs = bench.measure(job, &[Plain, Connection]);
    let runs = (0..sizes.rounds).map(|_| run_archive(&program, bench, sizes.reports, parent));
    let (walls, cpus): (Vec<_>, Vec<_>) = runs.unzip();
    let what = format!(
        "`biologix-archive`: the list and {} reports of 200 KiB, 20 ms away, 8 in flight, to {disk}",
        count(sizes.reports as f64)
    );
    let mut wall = costs.each(|cost| cost.wall);
    wall.insert(Ours, median(walls));
    row(&format!("{what}: time"), &wall, seconds);
    let mut cpu = costs.each(|cost| cost.cpu);
    cpu.insert(Ours, median(cpus));
    row(&format!("{what}: CPU"), &cpu, seconds);
}

fn build_archive() -> PathBuf {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", "examples"])
        .args(["--bin", "biologix-archive"])
        .status();
    assert!(status.unwrap().success());
    // This program is in `deps` beside it.
    process::folder().with_file_name("biologix-archive")
}

fn run_archive(program: &Path, bench: &Bench, reports: u64, parent: &Path) -> (f64, f64) {
    let (_folder, path) = scratch(parent);
    let (start, cpu) = (Instant::now(), cpu_of_children());
    let mut program = Command::new(program);
    program
        .args(["--concurrency", "8", "--out"])
        .arg(&path)
        .env("BIOLOGIX_BASE_URL", bench.url(20))
        .env("BIOLOGIX_USERNAME", "c|EXAMPLE|000001")
        .env("BIOLOGIX_PASSWORD", "EXAMPLE-PASSWORD")
        .env("BIOLOGIX_PARTNER_ID", format!("done-{reports}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // A process is born on the core of the thread that starts it.
    let status = std::thread::scope(|scope| {
        let starter = scope.spawn(|| {
            process::pin(Core::Client);
            program.status().unwrap()
        });
        starter.join().unwrap()
    });
    assert!(status.success(), "biologix-archive failed");
    let wall = start.elapsed().as_secs_f64();
    let saved = std::fs::read_dir(path.join("reports")).unwrap().count();
    assert_eq!(saved as u64, reports);
    (wall, (cpu_of_children() - cpu).as_secs_f64())
}
