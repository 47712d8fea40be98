//! The rows of single calls: time and CPU.

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::instructions;
use crate::measure::{Bench, Job, scratch};
use crate::process;
use crate::sides::Name::{Connection, Ours, Plain, Pool, Retrying};
use crate::table::{count, kib, mib, micros, row, seconds};
use crate::work::Task;

#[derive(Parser)]
pub(crate) struct Sizes {
    /// How many exams the list has
    #[arg(long, default_value_t = 10_000)]
    exams: u64,
    /// How many reports are saved
    #[arg(long, default_value_t = 200)]
    reports: u64,
    /// How many tasks meet an expired session at once
    #[arg(long, default_value_t = 10_000)]
    tasks: u64,
    /// How often each side runs; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Folder on a disk for the reports, by default the program's
    #[arg(long, default_value_os_t = process::folder())]
    folder: PathBuf,
}

impl Sizes {
    /// What README's table has.
    pub(crate) fn full() -> Self {
        Self {
            exams: 100_000,
            reports: 2_000,
            rounds: 3,
            ..Self::parse_from([""])
        }
    }
}

pub(crate) fn rows(sizes: &Sizes) {
    let bench = Bench::start(sizes.rounds);
    instructions::rows(&bench);
    for at_once in [1, 32, 256] {
        get(&bench, at_once);
    }
    pages(&bench);
    list(&bench, sizes.exams);
    clients(&bench);
    reports(&bench, sizes.reports, Path::new("/dev/shm"), "memory disk");
    reports(&bench, sizes.reports, &sizes.folder, "disk");
    expired(&bench, sizes.tasks);
}

fn get(bench: &Bench, at_once: usize) {
    const REQUESTS: f64 = 10_000.0;
    let job = Job {
        at_once,
        ..Job::new(Task::Get, REQUESTS as u64)
    };
    let costs = bench.measure(job, &[Plain, Retrying, Connection, Pool, Ours]);
    let figure = |what| format!("small GET, {at_once} at once: {what}");
    row(
        &figure("CPU a request"),
        &costs.each(|cost| cost.cpu / REQUESTS),
        micros,
    );
    row(
        &figure("time a request"),
        &costs.each(|cost| cost.wall / REQUESTS),
        micros,
    );
    row(
        &figure("requests a second (more is better)"),
        &costs.each(|cost| REQUESTS / cost.wall),
        count,
    );
}

fn pages(bench: &Bench) {
    let costs = bench.measure(Job::new(Task::Decode, 50), &[Plain, Ours]);
    let cpu = costs.each(|cost| cost.cpu / 50.0);
    row("decode a page of 1,000 exams: CPU", &cpu, micros);
    let job = Job::new(Task::Page, 300);
    let costs = bench.measure(job, &[Plain, Retrying, Connection, Ours]);
    let cpu = costs.each(|cost| cost.cpu / 300.0);
    row("a page of 100 exams through the call: CPU", &cpu, micros);
}

fn list(bench: &Bench, exams: u64) {
    let job = Job {
        delay: 5,
        ..Job::new(Task::List, exams)
    };
    let costs = bench.measure(job, &[Plain, Retrying, Connection, Ours]);
    let what = format!(
        "{} exams in pages of 100, 5 ms away, `items()`",
        count(exams as f64)
    );
    row(
        &format!("{what}: time"),
        &costs.each(|cost| cost.wall),
        seconds,
    );
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
}

fn clients(bench: &Bench) {
    let costs = bench.measure(Job::new(Task::Client, 100), &[Plain, Retrying, Ours]);
    let what = "one more client of a process";
    let each = |cost: f64| cost / 100.0;
    row(
        &format!("{what}: CPU"),
        &costs.each(|cost| each(cost.cpu)),
        micros,
    );
    row(
        &format!("{what}: memory"),
        &costs.each(|cost| each(cost.grown)),
        kib,
    );
}

fn reports(bench: &Bench, reports: u64, parent: &Path, disk: &str) {
    if !parent.is_dir() {
        eprintln!(
            "!! NOT MEASURED: reports to the {disk}, because there is no {}",
            parent.display()
        );
        return;
    }
    let (_folder, path) = scratch(parent);
    let job = Job {
        at_once: 8,
        delay: 20,
        folder: &path,
        ..Job::new(Task::Reports, reports)
    };
    let costs = bench.measure(job, &[Plain, Connection, Ours]);
    let what = format!(
        "{} reports of 200 KiB, 20 ms away, 8 in flight, to {disk}",
        count(reports as f64)
    );
    row(
        &format!("{what}: time"),
        &costs.each(|cost| cost.wall),
        seconds,
    );
    row(
        &format!("{what}: CPU"),
        &costs.each(|cost| cost.cpu),
        seconds,
    );
}

fn expired(bench: &Bench, tasks: u64) {
    let job = Job::new(Task::Expired, tasks);
    let costs = bench.measure(job, &[Plain, Retrying, Pool, Ours]);
    let what = format!(
        "{} tasks on an expired session, 1 login",
        count(tasks as f64)
    );
    row(
        &format!("{what}: time"),
        &costs.each(|cost| cost.wall),
        seconds,
    );
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
}
