//! What the chapters share: the text on stdout, the progress bar, and the report's file.

use std::env;
use std::fmt::Display;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use common_http::CallOptions;
use console::Term;
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{output, width};
use tempfile::TempDir;

use crate::table::Table;

/// Width of the column of operation ids.
const OPERATIONS: usize = 32;

pub(crate) struct Stage {
    /// Whether to print text; with `--json`, only the summary is printed.
    prints: bool,
    colours: bool,
    /// The width of the text, which is for people wherever it goes.
    columns: usize,
    progress: Progress,
    folder: TempDir,
}

impl Stage {
    pub(crate) fn new(json: bool) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::file("a folder for the report cannot be created", &error))?;
        Ok(Self {
            prints: !json,
            colours: io::stdout().is_terminal() && wants_colours(),
            columns: width::of(&Term::stdout()).unwrap_or(width::USUAL),
            progress: Progress::new(),
            folder,
        })
    }

    /// The file of the report.
    pub(crate) fn report(&self) -> PathBuf {
        self.folder.path().join("report.pdf")
    }

    /// Begins a chapter.
    pub(crate) fn chapter(&self, title: &str) -> Result<(), Failure> {
        self.line(format_args!("\n{}", self.style("1", title)))
    }

    /// Shows what is being done, until the next line is printed.
    pub(crate) fn doing(&self, what: &'static str) {
        self.progress.begin_call(what);
    }

    /// Like [`doing`](Self::doing), with a bar that shows how much of the report is sent.
    pub(crate) fn sending_report(&self, what: &'static str) -> CallOptions {
        // A failure here does no harm: the call sets the length, too.
        let bytes = fs::metadata(self.report()).map_or(0, |file| file.len());
        self.progress.begin_file(what, bytes);
        CallOptions::default().on_progress(self.progress.sending())
    }

    /// Prints the result of an operation.
    pub(crate) fn done(&self, operation: &str, outcome: impl Display) -> Result<(), Failure> {
        let operation = self.style("36", format_args!("{operation:<OPERATIONS$}"));
        self.line(format_args!("  {operation} {outcome}"))
    }

    /// Prints a table.
    pub(crate) fn table<const N: usize>(&self, table: &Table<N>) -> Result<(), Failure> {
        let mut lines = table.lines(self.columns.saturating_sub(4)).into_iter();
        if let Some(head) = lines.next() {
            self.line(format_args!("\n    {}", self.style("2", head)))?;
        }
        for line in lines {
            self.line(format_args!("    {line}"))?;
        }
        self.line("")
    }

    /// Prints one line of text.
    pub(crate) fn line(&self, line: impl Display) -> Result<(), Failure> {
        // The bar occupies the line where this text goes.
        self.progress.end();
        if self.prints {
            output::line(width::fold(&line.to_string(), self.columns))
        } else {
            Ok(())
        }
    }

    /// The text with an ECMA-48 "Select Graphic Rendition" code, if colours are wanted.
    fn style(&self, code: &str, text: impl Display) -> String {
        if self.colours {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_string()
        }
    }
}

/// Follows <https://no-color.org>. A dumb terminal would show the codes as text.
fn wants_colours() -> bool {
    let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    !no_colour && !dumb
}
