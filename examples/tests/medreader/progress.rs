//! The progress bar, if stderr is a terminal.

use std::sync::Mutex;
use std::sync::mpsc;

use serde_json::json;

use crate::run::{Prescription, configured};
use crate::server::Answer;
use crate::terminal::Terminal;
use crate::vendor::{FOLDER, UPLOAD, Vendor};

#[test]
fn a_bar_that_starts_anew_with_each_attempt() {
    let (go_on, wait) = mpsc::channel();
    let wait = Mutex::new((wait, 0));
    let vendor = Vendor::start(move |_| {
        let mut state = wait.lock().unwrap();
        state.0.recv().unwrap();
        state.1 += 1;
        match state.1 {
            1 => Answer::json(503, "{}").header("retry-after", 0),
            _ => Answer::json(202, json!({"id": UPLOAD}).to_string()),
        }
    });
    let file = Prescription::pdf();
    let args = ["upload", "--folder", FOLDER, file.as_str()];
    let mut terminal = Terminal::start(&configured(&vendor.server.url, &args));
    terminal.wait_for("uploading");
    go_on.send(()).unwrap();
    terminal.wait_for("(attempt 2)");
    go_on.send(()).unwrap();
    let (rest, code) = terminal.end();
    assert_eq!(code, Some(0), "{rest:?}");
    assert!(rest.contains(UPLOAD), "{rest:?}");
    assert!(!rest.contains("MARKER"), "{rest:?}");
}
