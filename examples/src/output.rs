//! What programs write: one JSON document or text to stdout, notes to stderr.

use std::fmt;
use std::io::{self, Write};

use common_http::RawJson;
use console::Term;
use indicatif::HumanBytes;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::failure::Failure;
use crate::width;

/// Writes a result to stdout: as a JSON document if `json`, else as text.
///
/// # Errors
/// stdout cannot be written.
pub fn result(
    json: bool,
    document: &impl Serialize,
    text: impl fmt::Display,
) -> Result<(), Failure> {
    if json {
        self::document(document)
    } else {
        self::text(text)
    }
}

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

/// Writes text and a newline to stdout; a terminal gets it in lines that fit.
///
/// # Errors
/// stdout cannot be written.
pub fn text(text: impl fmt::Display) -> Result<(), Failure> {
    match width::of(&Term::stdout()) {
        Some(columns) => line(width::fold(&text.to_string(), columns)),
        None => line(text),
    }
}

/// Writes text as it is and a newline to stdout in one write, so that a reader sees all of it or
/// nothing.
///
/// # Errors
/// stdout cannot be written.
pub fn line(text: impl fmt::Display) -> Result<(), Failure> {
    let text = format!("{text}\n");
    let write = || {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    };
    write().map_err(|error| closed(&error))
}

/// A vendor's JSON as one line, byte for byte if it is valid.
///
/// What the tolerant reader takes, such as `NaN` or a raw control character, is not JSON for
/// everybody: it is written as it was read.
#[must_use]
pub fn one_line_json(raw: &RawJson) -> String {
    let line = raw.compact();
    if serde_json::from_str::<IgnoredAny>(&line).is_ok() {
        return line;
    }
    let valid = serde_json::to_string(raw).ok();
    let valid = valid.and_then(|json| RawJson::from_text(json).ok());
    valid.map_or(line, |json| json.compact())
}

/// Writes a line to stderr; a terminal gets it in lines that fit. Does nothing if stderr is closed.
pub fn note(line: impl fmt::Display) {
    let _ = match width::of(&Term::stderr()) {
        Some(columns) => {
            let folded = width::fold(&line.to_string(), columns);
            writeln!(io::stderr().lock(), "{folded}")
        }
        None => writeln!(io::stderr().lock(), "{line}"),
    };
}

/// A number of bytes, in the units of the progress bars.
#[must_use]
pub fn size(bytes: u64) -> impl fmt::Display {
    HumanBytes(bytes)
}

/// Foreign text made safe for a terminal: control characters are replaced.
#[must_use]
pub fn one_line(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

fn closed(error: &io::Error) -> Failure {
    Failure::file("stdout cannot be written", error)
}
