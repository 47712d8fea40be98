//! The progress bar, if stderr is a terminal.

use std::sync::Mutex;
use std::sync::mpsc;

use crate::laboratory::{Laboratory, PDF};
use crate::server::Answer;
use crate::terminal::Terminal;

#[test]
fn a_bar_that_starts_anew_with_each_attempt() {
    let (go_on, wait) = mpsc::channel();
    let wait = Mutex::new((wait, 0));
    let laboratory = Laboratory::with(move |_| {
        let mut state = wait.lock().unwrap();
        state.0.recv().unwrap();
        state.1 += 1;
        match state.1 {
            1 => Answer::json(503, "{}").header("retry-after", 0),
            _ => Answer::json(200, "{}"),
        }
    });
    let file = laboratory.file("MARKER.pdf", PDF);
    let mut command = laboratory.command();
    command.args(["report", "--execution", "10"]).arg(file);
    let mut terminal = Terminal::start(&command);
    let all = format!("{0} B/{0} B", PDF.len());
    terminal.wait_for("report");
    terminal.wait_for(&all);
    go_on.send(()).unwrap();
    terminal.wait_for("(attempt 2)");
    go_on.send(()).unwrap();
    let (rest, code) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(rest.contains("accepted (status 200)"), "{rest:?}");
    assert!(!rest.contains("MARKER"), "{rest:?}");
}
