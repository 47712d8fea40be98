//! Where the story takes place: what it writes on stdout, its progress bars, and the one file that goes through it.

use std::env;
use std::fmt::Display;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use common_http::CallOptions;
use examples::failure::Failure;
use examples::output;
use examples::progress::Progress;
use tempfile::TempDir;

use crate::table::Table;

/// The operations' ids stand in a column of this width.
const OPERATIONS: usize = 32;

pub(crate) struct Stage {
    /// Nothing is told where stdout is to be JSON.
    tells: bool,
    colours: bool,
    progress: Progress,
    folder: TempDir,
}

impl Stage {
    pub(crate) fn new(json: bool) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::file("a folder for the report cannot be made", &error))?;
        Ok(Self {
            tells: !json,
            colours: io::stdout().is_terminal() && wants_colours(),
            progress: Progress::new(),
            folder,
        })
    }

    /// Where the report is saved.
    pub(crate) fn report(&self) -> PathBuf {
        self.folder.path().join("report.pdf")
    }

    /// Begins a chapter.
    pub(crate) fn chapter(&self, title: &str) -> Result<(), Failure> {
        self.tell(format_args!("\n{}", self.style("1", title)))
    }

    /// Shows that something is being done, until the next line is told.
    pub(crate) fn doing(&self, what: &'static str) {
        self.progress.begin_call(what);
    }

    /// As [`doing`](Self::doing), with a bar that the call moves as the report is sent.
    pub(crate) fn sending_report(&self, what: &'static str) -> CallOptions {
        // The call says the length too, a moment later.
        let bytes = fs::metadata(self.report()).map_or(0, |file| file.len());
        self.progress.begin_file(what, bytes);
        CallOptions::default().on_progress(self.progress.sending())
    }

    /// Tells what an operation has come to.
    pub(crate) fn done(&self, operation: &str, outcome: impl Display) -> Result<(), Failure> {
        let operation = self.style("36", format_args!("{operation:<OPERATIONS$}"));
        self.tell(format_args!("  {operation} {outcome}"))
    }

    /// Shows a table below what was told last.
    pub(crate) fn table<const N: usize>(&self, table: &Table<N>) -> Result<(), Failure> {
        let mut lines = table.lines().into_iter();
        if let Some(head) = lines.next() {
            self.tell(format_args!("\n    {}", self.style("2", head)))?;
        }
        for line in lines {
            self.tell(format_args!("    {line}"))?;
        }
        self.tell("")
    }

    /// One line of text.
    pub(crate) fn tell(&self, line: impl Display) -> Result<(), Failure> {
        // The bar is on the screen's last line, where this is to stand.
        self.progress.end();
        match self.tells {
            true => output::text(line),
            false => Ok(()),
        }
    }

    /// With a code of "Select Graphic Rendition" (ECMA-48), where colours are wanted.
    fn style(&self, code: &str, text: impl Display) -> String {
        match self.colours {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_string(),
        }
    }
}

/// As <https://no-color.org> has it; and a dumb terminal would show the codes as text.
fn wants_colours() -> bool {
    let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    !no_colour && !dumb
}

/// A sandbox that runs, or why it does not.
pub(crate) fn started<S>(sandbox: io::Result<S>) -> Result<S, Failure> {
    sandbox.map_err(|error| Failure::file("a sandbox cannot be started", &error))
}

/// A length in bytes, for people.
pub(crate) fn size(bytes: u64) -> impl Display {
    indicatif::BinaryBytes(bytes)
}
