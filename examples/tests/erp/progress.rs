//! The progress bar, if stderr is a terminal.

use std::sync::Mutex;
use std::sync::mpsc;

use crate::clinic::{Clinic, is};
use crate::run::{Desk, command};
use crate::server::Answer;
use crate::terminal::Terminal;

#[test]
fn a_bar_a_file_that_starts_anew_with_each_attempt() {
    let (clinic, desk) = (Clinic::new(), Desk::new());
    let (go_on, wait) = mpsc::channel();
    let wait = Mutex::new((wait, 0));
    clinic.set_rule(move |request| {
        if !is(request, "transfer") {
            return None;
        }
        let mut state = wait.lock().unwrap();
        state.0.recv().unwrap();
        state.1 += 1;
        let refused = || Answer::new(503, "text/plain", "").header("retry-after", 0);
        (state.1 == 1).then(refused)
    });
    let mut command = command(&clinic, "upload", &[]);
    command.arg(desk.file("MARKER1.pdf", "%PDF-1.7 EXAMPLE"));
    command.arg(desk.file("MARKER2.pdf", "%PDF-1.7"));
    let mut terminal = Terminal::start(&command);
    terminal.wait_for("file 1 of 2");
    terminal.wait_for("16 B/16 B");
    go_on.send(()).unwrap();
    terminal.wait_for("(attempt 2)");
    go_on.send(()).unwrap();
    terminal.wait_for("file 2 of 2");
    terminal.wait_for("8 B/8 B");
    go_on.send(()).unwrap();
    let (rest, code) = terminal.end();
    assert_eq!(code, Some(0), "{rest:?}");
    // The text printed at the end, on stdout, is the list of names.
    let (bars, lines) = rest.split_once("uploaded").unwrap();
    assert!(!bars.contains("MARKER"), "{rest:?}");
    assert!(
        lines.contains("MARKER1.pdf") && lines.contains("MARKER2.pdf"),
        "{rest:?}"
    );
}
