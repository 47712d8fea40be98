//! The program `biologix-archive`, which is built and run as a user would.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::measure::scratch;
use crate::process;
use crate::work::{Cost, Task, Work};

const NAME: &str = "biologix-archive";

pub(crate) fn build() {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", "examples"])
        .args(["--bin", NAME])
        .status();
    assert!(status.unwrap().success());
}

/// Archives a centre whose exams all have a report. The memory is not measured.
pub(crate) fn archive(work: &Work, url: &str) -> Cost {
    assert_eq!(work.task, Task::Archive);
    let folder = scratch(&work.folder);
    // Cargo puts this program into `deps` beside the others.
    let program = process::folder().with_file_name(NAME);
    let (start, cpu) = (Instant::now(), process::cpu_of_children());
    let status = Command::new(program)
        .args(["--concurrency", &work.at_once.to_string(), "--out"])
        .arg(folder.path())
        .env("BIOLOGIX_BASE_URL", url)
        .env("BIOLOGIX_USERNAME", "c|EXAMPLE|000001")
        .env("BIOLOGIX_PASSWORD", "EXAMPLE-PASSWORD")
        .env("BIOLOGIX_PARTNER_ID", format!("done-{}", work.count))
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "{NAME} failed");
    let cost = Cost {
        wall: start.elapsed().as_secs_f64(),
        cpu: (process::cpu_of_children() - cpu).as_secs_f64(),
        ..Cost::default()
    };
    let saved = std::fs::read_dir(folder.path().join("reports")).unwrap();
    assert_eq!(saved.count() as u64, work.count);
    cost
}
