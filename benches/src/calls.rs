//! The rows of single calls: time and CPU.

use std::path::PathBuf;

use clap::Parser;

use crate::instructions;
use crate::measure::{Bench, Job};
use crate::process;
use crate::reports;
use crate::sides::Name::{Connection, Ours, Plain, Pool, Retrying};
use crate::table::{CPU, GROWN, MEMORY, RATE, TIME, count, rows};
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

pub(crate) fn print(sizes: &Sizes) {
    let bench = Bench::start(sizes.rounds);
    instructions::print(&bench);
    for at_once in [1, 32, 256] {
        get(&bench, at_once);
    }
    pages(&bench);
    list(&bench, sizes.exams);
    clients(&bench);
    reports::print(
        &bench,
        Task::Reports,
        Ours,
        "",
        sizes.reports,
        &sizes.folder,
    );
    expired(&bench, sizes.tasks);
}

fn get(bench: &Bench, at_once: usize) {
    let job = Job {
        at_once,
        ..Job::new(Task::Get, 10_000)
    };
    let costs = bench.measure(job, &[Plain, Retrying, Connection, Pool, Ours]);
    let what = format!("small GET, {at_once} at once");
    rows(&what, &costs.per_unit(job.count), &[CPU, TIME, RATE]);
}

fn pages(bench: &Bench) {
    let job = Job::new(Task::Decode, 50);
    let costs = bench.measure(job, &[Plain, Ours]).per_unit(job.count);
    rows("decode a page of 1,000 exams", &costs, &[CPU]);
    let job = Job::new(Task::Page, 300);
    let costs = bench.measure(job, &[Plain, Retrying, Connection, Ours]);
    let what = "a page of 100 exams through the call";
    rows(what, &costs.per_unit(job.count), &[CPU]);
}

fn list(bench: &Bench, exams: u64) {
    let job = Job {
        delay: 5,
        ..Job::new(Task::List, exams)
    };
    let costs = bench.measure(job, &[Plain, Retrying, Connection, Ours]);
    let exams = count(exams as f64);
    let what = format!("{exams} exams in pages of 100, 5 ms away, `items()`");
    rows(&what, &costs, &[TIME, CPU, MEMORY]);
}

fn clients(bench: &Bench) {
    let job = Job::new(Task::Client, 100);
    let costs = bench.measure(job, &[Plain, Retrying, Ours]);
    let what = "one more client in a process";
    rows(what, &costs.per_unit(job.count), &[CPU, GROWN]);
}

fn expired(bench: &Bench, tasks: u64) {
    let job = Job::new(Task::Expired, tasks);
    let costs = bench.measure(job, &[Plain, Retrying, Pool, Ours]);
    let tasks = count(tasks as f64);
    let what = format!("{tasks} tasks on an expired session, 1 login");
    rows(&what, &costs, &[TIME, CPU, MEMORY]);
}
