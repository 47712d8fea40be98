//! A run that is killed at any point leaves no partial file under a final name.
//!
//! The next run completes the archive.
#![cfg(unix)]

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::centre::{Centre, done, exam, id, key, pdf};
use crate::interrupt::interrupted;
use crate::run::{Archive, PROGRAM, Run, configured};
use crate::server::{Answer, Request};

const EXAMS: u32 = 6;

/// Checks that files under final names are complete, from one of these states of the centre.
#[track_caller]
fn is_whole(archive: &Archive, states: &[Vec<String>]) {
    let lines = archive.lines("exams.jsonl");
    let is_known = lines.is_empty() || states.contains(&lines);
    assert!(is_known, "{lines:?}");
    for number in 1..=EXAMS {
        if let Some(report) = archive.report(&id(number)) {
            assert!(report == pdf(&key(number)), "report {number}");
        }
    }
}

/// Kills a run while this answer is held in the middle of its body, then runs again.
fn kill_while_held(point: impl Fn(&Request) -> bool + Send + Sync + 'static, answer: Answer) {
    let before = vec![exam(&id(1), 1, None), exam(&id(99), 2, None)];
    let after: Vec<_> = [1, 99, 2, 3, 4, 5, 6]
        .into_iter()
        .map(|number| {
            if number == 99 {
                before[1].clone()
            } else {
                done(number)
            }
        })
        .collect();
    let archive = Archive::new();
    let centre = Centre::with(before.clone());
    archive.run(&centre, &[]).is(0);

    centre.set_exams((1..=EXAMS).map(done));
    centre.set_rule(move |request| point(request).then(|| answer.clone()));
    let mut run = archive
        .command(&centre, &["--page-size", "4"])
        .spawn()
        .unwrap();
    centre.server.wait_until_held();
    run.kill().unwrap();
    run.wait().unwrap();
    is_whole(&archive, &[before, after.clone()]);

    centre.set_rule(|_| None);
    archive.run(&centre, &[]).is(0);
    assert_eq!(archive.lines("exams.jsonl"), after);
    archive.has_reports(1..=EXAMS);
    assert!(archive.strays().is_empty());
}

#[test]
fn while_it_logs_in() {
    kill_while_held(
        |request| request.method == "POST",
        Answer::json(200, "{}").held_after(1),
    );
}

#[test]
fn while_it_reads_the_list() {
    let exams: Vec<_> = (1..=4).map(done).collect();
    let page = Answer::json(200, format!("[{}]", exams.join(",")));
    for bytes in [0, 1, 200] {
        for offset in [0, 4] {
            kill_while_held(
                move |request| request.number("offset") == Some(offset),
                page.clone().held_after(bytes),
            );
        }
    }
}

#[test]
fn while_it_fetches_a_report() {
    for number in [1, 3, EXAMS] {
        let report = Answer::new(200, "application/pdf", pdf(&key(number)));
        // Before the first byte, within the peeked start, after it, and before the last byte.
        for bytes in [0, 9, 1024, 4000, pdf(&key(number)).len() - 1] {
            kill_while_held(
                move |request| request.path.contains(&format!("/{}/", key(number))),
                report.clone().held_after(bytes),
            );
        }
    }
}

/// Ctrl-C ends the run, which says how to go on and leaves no temporary file.
#[test]
fn by_an_interrupt() {
    let centre = Centre::with_done(1..=3);
    let report = Answer::new(200, "application/pdf", pdf(&key(2)));
    centre.set_report(&key(2), report.clone().held_after(2000));
    let archive = Archive::new();
    let run = archive
        .command(&centre, &["--concurrency", "1"])
        .spawn()
        .unwrap();
    centre.server.wait_until_held();
    // The second report is fetched while the first is still flushed to the disk.
    let waiting = Instant::now();
    while archive.report(&id(1)).is_none() {
        assert!(waiting.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(5));
    }
    let run = Run::from(interrupted(run, "INT")).is(130);
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        "stopped: run the same command again to go on; what was saved stays\n"
    );
    archive_has(&archive, &[id(1)]);

    centre.set_report(&key(2), report);
    archive.run(&centre, &[]).is(0);
    archive.has_reports(1..=3);
}

/// Checks that exactly the reports of these exams exist.
#[track_caller]
fn archive_has(archive: &Archive, ids: &[String]) {
    let reports = archive.reports();
    let names: Vec<_> = reports
        .iter()
        .filter_map(|name| name.strip_suffix(".pdf"))
        .collect();
    assert_eq!(names, ids);
}

/// A command that the system ends when it writes a file larger than this limit.
///
/// This ends it in the middle of writing, at a known byte. `sh` sets the limit, in blocks.
fn command_with_file_limit(archive: &Archive, centre: &Centre, blocks: usize) -> Command {
    let script = format!("ulimit -c 0; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = configured(Command::new("sh"), &centre.server.url);
    command
        .args(["-c", &script, PROGRAM, "--out"])
        .arg(archive.path());
    command
}

fn large(number: u32, text: &str) -> String {
    let text = text.repeat(1000);
    format!(
        r#"{{"examId":"{}","status":1,"text":"{text}"}}"#,
        id(number)
    )
}

#[test]
fn while_it_writes_the_exams() {
    let before: Vec<_> = (1..=100).map(|number| large(number, "before")).collect();
    let new: Vec<_> = (95..=105).map(|number| large(number, "after ")).collect();
    let mut after: Vec<_> = before[..94].to_vec();
    after.extend(new.iter().cloned());
    let archive = Archive::new();
    let centre = Centre::with(before.clone());
    archive.run(&centre, &[]).is(0);
    let whole = fs::read(archive.file("exams.jsonl")).unwrap();

    // Some 600 KB in total, of which 66 KB are new. The limits fall within the old lines, the new
    // ones, and the exams read.
    for blocks in [1, 150, 300, 500] {
        centre.set_exams(new.clone());
        let status = command_with_file_limit(&archive, &centre, blocks)
            .status()
            .unwrap();
        assert_eq!(status.code(), None, "{blocks}");
        assert_eq!(
            fs::read(archive.file("exams.jsonl")).unwrap(),
            whole,
            "{blocks}"
        );
    }
    // Unfinished files show that runs were ended while writing.
    assert!(!archive.strays().is_empty());

    archive.run(&centre, &[]).is(0);
    assert_eq!(archive.lines("exams.jsonl"), after);
    assert!(archive.strays().is_empty());
}

#[test]
fn while_it_writes_a_report() {
    let report: Vec<u8> = pdf(&key(1)).repeat(100);
    let centre = Centre::with_done(1..=2);
    centre.set_report(&key(1), Answer::new(200, "application/pdf", report.clone()));
    let archive = Archive::new();
    for blocks in [40, 200, 400] {
        let status = command_with_file_limit(&archive, &centre, blocks)
            .status()
            .unwrap();
        assert_eq!(status.code(), None, "{blocks}");
        assert_eq!(archive.report(&id(1)), None);
        assert!(
            archive
                .strays()
                .iter()
                .any(|name| name.starts_with(".download-"))
        );
    }
    archive.run(&centre, &[]).is(0);
    assert_eq!(archive.report(&id(1)), Some(report));
    assert_eq!(archive.report(&id(2)), Some(pdf(&key(2))));
    assert!(archive.strays().is_empty());
}

/// If the signal is ignored, the write fails instead, as on a full disk.
#[test]
fn no_room_for_a_report_fails_alone() {
    let report: Vec<u8> = pdf(&key(1)).repeat(100);
    let centre = Centre::with_done(1..=2);
    centre.set_report(&key(1), Answer::new(200, "application/pdf", report));
    let archive = Archive::new();
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let mut command = configured(Command::new("sh"), &centre.server.url);
    command
        .args(["-c", script, PROGRAM, "--json", "--out"])
        .arg(archive.path());
    let run = Run::of(&mut command).is(1);
    assert_eq!(run.json()["reports"]["failed"], 1);
    assert_eq!(run.json()["reports"]["saved"], 1);
    assert!(
        run.stderr.contains("biologix.reports.get: local file: "),
        "{}",
        run.stderr
    );
    assert_eq!(archive.ids("failed.jsonl"), [id(1)].into());
    assert_eq!(archive.report(&id(1)), None);
    assert!(archive.strays().is_empty());
}

#[test]
fn no_room_for_the_exams_keeps_those_before() {
    let centre = Centre::with((1..=20).map(|number| large(number, "before")));
    let archive = Archive::new();
    archive.run(&centre, &[]).is(0);
    let whole = fs::read(archive.file("exams.jsonl")).unwrap();
    centre.set_exams([large(21, "after ")]);
    let script = "trap '' XFSZ; ulimit -f 60; exec \"$0\" \"$@\"";
    let mut command = configured(Command::new("sh"), &centre.server.url);
    command
        .args(["-c", script, PROGRAM, "--json", "--out"])
        .arg(archive.path());
    let run = Run::of(&mut command).is(1);
    assert_eq!(run.json()["error"]["kind"], "local_io");
    assert!(
        run.stderr.contains("exams.jsonl cannot be written"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read(archive.file("exams.jsonl")).unwrap(), whole);
    assert!(archive.strays().is_empty());
}
