//! Instructions, which noise does not touch.

use std::process::Command;

use crate::measure::{Bench, Job};
use crate::sides::Name::{self, Connection, Ours, Plain, Pool, Retrying};
use crate::table::{count, millions, row};
use crate::work::Task;

pub(crate) fn print(bench: &Bench) {
    let valgrind = Command::new("valgrind").arg("--version").output();
    if !valgrind.is_ok_and(|output| output.status.success()) {
        eprintln!("\n!! NOT MEASURED: INSTRUCTIONS, because valgrind is not installed\n");
        return;
    }
    let counted = |task, count, sides: &[Name]| {
        let job = Job::new(task, count);
        let count = |side: &Name| (*side, bench.instructions(job, *side));
        sides.iter().map(count).collect()
    };
    let values = counted(Task::Get, 1_000, &[Plain, Retrying, Connection, Pool, Ours]);
    row("small GET: instructions a request", &values, count);
    let values = counted(Task::Decode, 3, &[Plain, Ours]);
    row(
        "decode a page of 1,000 exams: instructions",
        &values,
        millions,
    );
    let values = counted(Task::Page, 30, &[Plain, Retrying, Connection, Ours]);
    row(
        "a page of 100 exams through the call: instructions",
        &values,
        millions,
    );
}
