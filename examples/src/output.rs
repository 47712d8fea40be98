//! What programs write: one JSON document or text on stdout, lines on stderr.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Writes the program's one JSON document to stdout.
///
/// # Errors
/// stdout cannot be written.
pub fn document(document: &impl Serialize) -> Result<(), Failure> {
    let write = || {
        let mut stdout = io::stdout().lock();
        serde_json::to_writer(&mut stdout, document)?;
        stdout.write_all(b"\n")?;
        stdout.flush()
    };
    write().map_err(|error| closed(&error))
}

/// Writes text to stdout, and a line's end after it: at once, so that whoever waits for it finds all of it or nothing.
///
/// # Errors
/// stdout cannot be written.
pub fn text(text: impl fmt::Display) -> Result<(), Failure> {
    let text = format!("{text}\n");
    let write = || {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    };
    write().map_err(|error| closed(&error))
}

/// Writes a line to stderr, for people; where stderr is closed there is nobody to tell.
pub fn note(line: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// What a vendor or a file's name says, for a terminal: nothing in it can steer that, or break the line.
#[must_use]
pub fn one_line(text: &str) -> String {
    let shown = |c: char| match c.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    };
    text.chars().map(shown).collect()
}

fn closed(error: &io::Error) -> Failure {
    Failure::file("stdout cannot be written", error)
}
