//! The output on a terminal.

use std::process::Command;

use crate::terminal::Terminal;
use crate::tour;

const BOLD: &str = "\u{1b}[1mSummary\u{1b}[0m";

/// Runs the command, which must succeed, and returns what the terminal shows.
fn shown(command: &Command) -> String {
    let (shown, code) = Terminal::start(command).end();
    assert_eq!(code, Some(0), "{shown}");
    shown
}

#[test]
fn colours_and_a_bar() {
    let mut terminal = Terminal::start(&tour(&[]));
    terminal.wait_for("\u{1b}[36mbiologix.sessions.open");
    terminal.wait_for("uploading the report");
    terminal.wait_for("░");
    terminal.wait_for(BOLD);
    let (rest, code) = terminal.end();
    assert_eq!(code, Some(0), "{rest}");
}

#[test]
fn no_colours_if_switched_off() {
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let shown = shown(tour(&[]).env(name, value));
        assert!(shown.contains("\nSummary"), "{shown}");
        for colour in ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[36m"] {
            assert!(!shown.contains(colour), "{name}: {shown:?}");
        }
    }
    // If it is empty, it has no effect.
    assert!(shown(tour(&[]).env("NO_COLOR", "")).contains(BOLD));
}
