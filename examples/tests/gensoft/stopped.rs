//! Ctrl-C: the program says whether the vendor may have it.

use std::io::Read;
use std::process::Command;

use crate::interrupt::interrupted;
use crate::laboratory::{Laboratory, PDF};
use crate::program::Run;
use crate::server::Answer;

#[test]
fn what_was_sent_may_have_arrived() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let laboratory = Laboratory::answering(Answer::json(200, "{}").held());
        let order = laboratory.file("order.json", "{}");
        let report = laboratory.file("MARKER.pdf", PDF);
        for (args, file, advice) in [
            (
                &["attendance"][..],
                order,
                "it may have arrived: look it up in Gensoft before you send it again",
            ),
            (
                &["report", "--execution", "10"],
                report,
                "it may have arrived: run the same command again, which replaces it",
            ),
        ] {
            let mut command = laboratory.command();
            let run = command.args(args).arg(file).arg("--json").spawn().unwrap();
            laboratory.server.wait_until_held();
            let run = Run::from(interrupted(run, signal)).is(status);
            assert_eq!(run.stderr, format!("stopped: {advice}\n"));
            assert_eq!(run.json()["error"]["delivery"], "unknown");
        }
    }
}

/// The program cannot print a large answer that nobody reads, but it can end.
#[test]
fn whoever_does_not_read_its_output() {
    let body = format!(r#"{{"long":"{}"}}"#, "x".repeat(1 << 20));
    let laboratory = Laboratory::answering(Answer::json(200, body));
    let order = laboratory.file("order.json", "{}");
    let mut command = laboratory.command();
    let mut run = command
        .args(["attendance", "--json"])
        .arg(order)
        .spawn()
        .unwrap();
    let mut stdout = run.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let mut kill = Command::new("kill");
    let status = kill.args(["-s", "INT", &run.id().to_string()]).status();
    assert!(status.unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
}
