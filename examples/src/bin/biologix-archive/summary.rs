//! The result of a run, as text or JSON.

use std::fmt;
use std::process::ExitCode;

use examples::failure::Failure;
use examples::output;
use serde::Serialize;

use crate::args::Args;
use crate::reports::Tally;

/// How many reasons for failed reports are printed; the others are counted.
const REASONS: usize = 10;

#[derive(Default, Serialize)]
pub(crate) struct Summary {
    /// Exams that were read in this run.
    pub(crate) exams: u64,
    pub(crate) rejected: u64,
    pub(crate) reports: Tally,
    /// Pages that were read, with `--changes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pages: Option<u64>,
    /// Whether reports were not wanted (`--no-reports`).
    #[serde(skip)]
    pub(crate) without_reports: bool,
    #[serde(skip)]
    pub(crate) unreadable_lines: u64,
    /// Why the list was not read completely.
    #[serde(skip)]
    pub(crate) broke_off: Option<Failure>,
}

impl Summary {
    /// Prints the summary; returns the exit status.
    pub(crate) fn report(&self, args: &Args) -> ExitCode {
        self.notes();
        let nothing_read = self.exams == 0 && self.rejected == 0;
        let printed = match (&self.broke_off, args.json) {
            (Some(_), true) => Ok(()),
            (Some(_), false) if nothing_read => Ok(()),
            (None, true) => output::document(self),
            (_, false) => output::text(self),
        };
        let status = match (&self.broke_off, printed) {
            (Some(failure), _) => failure.report(args.json),
            (None, Err(failure)) => failure.report(false),
            (None, Ok(())) if self.reports.failed > 0 => ExitCode::FAILURE,
            (None, Ok(())) => ExitCode::SUCCESS,
        };
        if self.rejected > 0 {
            output::note(format_args!(
                "items that are not readable as exams are in rejected.jsonl ({})",
                self.rejected
            ));
        }
        status
    }

    fn notes(&self) {
        if self.unreadable_lines > 0 {
            output::note(format_args!(
                "exams.jsonl has lines that are not exams ({}); they are kept as they were",
                self.unreadable_lines
            ));
        }
        let reasons = &self.reports.reasons;
        for (why, count) in reasons.iter().take(REASONS) {
            output::note(format_args!("error: {why} [reports: {count}]"));
        }
        let others: u64 = reasons.values().skip(REASONS).sum();
        if others > 0 {
            output::note(format_args!("error: other reasons [reports: {others}]"));
        }
        if self.reports.failed > 0 {
            output::note(
                "advice: failed.jsonl lists the exams; run the same command again to retry",
            );
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            exams,
            rejected,
            reports,
            pages,
            ..
        } = self;
        write!(f, "exams:   {exams} read")?;
        if let Some(pages) = pages {
            write!(f, " from {pages} pages")?;
        }
        write!(f, ", {rejected} rejected")?;
        if *rejected > 0 {
            write!(f, " (kept in rejected.jsonl)")?;
        }
        if self.broke_off.is_some() {
            write!(f, "; the list broke off")?;
        }
        if self.without_reports {
            return write!(f, "\nreports: left out");
        }
        let Tally {
            saved,
            present,
            missing,
            failed,
            ..
        } = reports;
        write!(
            f,
            "\nreports: {saved} saved, {present} already there, {missing} missing, {failed} failed"
        )
    }
}
