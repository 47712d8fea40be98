//! How a program reports its failure: text on stderr, JSON on stdout, and the exit status.

use std::fmt::Display;
use std::io;
use std::process::{ExitCode, Termination};

use common_http::{Cause, Delivery, Error, ErrorKind};
use serde::Serialize;

use crate::advice;
use crate::{output, settings};

/// Why a program could not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
    error: Error,
    line: String,
    advice: Option<String>,
    /// The exit status of a program that a signal stopped.
    stopped: Option<u8>,
}

impl Failure {
    /// The settings are wrong, for this reason.
    pub fn settings(why: impl Display) -> Self {
        Self::local(ErrorKind::Config, format!("wrong settings: {why}"))
    }

    /// The arguments are wrong, for this reason.
    pub fn arguments(why: impl Display) -> Self {
        Self::local(ErrorKind::InvalidInput, format!("wrong arguments: {why}"))
    }

    /// A local file operation failed; `what` names the file and the operation.
    pub fn file(what: impl Display, error: &io::Error) -> Self {
        // Only the kind is shown: the error's own text can contain a path.
        let mut failure = Self::local(ErrorKind::LocalIo, format!("{what}: {}", error.kind()));
        failure.advice = advice::of_file(error.kind());
        failure
    }

    /// A signal stopped the program, which ends with this status; the advice says how to go on.
    #[must_use]
    pub fn stopped(status: u8, advice: &str) -> Self {
        // What was under way may have arrived.
        let error = Error::new(ErrorKind::Interrupted).with_delivery(Delivery::Unknown);
        Self {
            error,
            line: format!("stopped: {advice}"),
            advice: None,
            stopped: Some(status),
        }
    }

    fn local(kind: ErrorKind, line: String) -> Self {
        Self {
            error: Error::new(kind),
            line,
            advice: None,
            stopped: None,
        }
    }

    /// Sets the advice, replacing any earlier one, unless that knows why there is no connection.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        let cause = self.error.cause();
        if cause.is_none_or(advice::may_be_the_address) {
            let advice = advice.into();
            self.advice = Some(match settings::proxy().filter(|_| cause.is_some()) {
                Some(names) => format!("{advice} If a proxy is meant to be used, check {names}"),
                None => advice,
            });
        }
        self
    }

    /// One line that says what failed and why, without secrets or personal data.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// What to do about it, if that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// Prints the failure on stderr.
    ///
    /// `of` names the item that failed, if there are several: for example `file 2 of 3: `.
    pub fn note(&self, of: &str) {
        match self.stopped {
            Some(_) => output::note(&self.line),
            None => output::note(format_args!("error: {of}{}", self.line)),
        }
        if let Some(advice) = &self.advice {
            output::note(format_args!("advice: {advice}"));
        }
    }

    /// The fields of the `error` object in JSON output.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields::of(&self.error)
    }

    /// Prints the failure on stderr and, if `json`, on stdout as JSON; returns the exit status.
    #[must_use]
    pub fn report(&self, json: bool) -> ExitCode {
        self.note("");
        if json {
            // If stdout is closed as well, there is nobody left to tell.
            let _ = output::document(&Document {
                error: self.fields(),
            });
        }
        if let Some(status) = self.stopped {
            return ExitCode::from(status);
        }
        match self.error.kind() {
            // A call that was sent has failed because of the vendor's answer, which may ask for
            // something that the settings do not allow. The arguments and settings are not wrong.
            ErrorKind::Config if self.error.delivery() != Delivery::NotSent => ExitCode::FAILURE,
            ErrorKind::Config | ErrorKind::InvalidInput => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            line: line(&error),
            advice: advice::of(&error),
            stopped: None,
            error,
        }
    }
}

/// One line that says what failed and why.
#[must_use]
pub fn line(error: &Error) -> String {
    match error.cause() {
        Some(cause) => format!("{error} [{cause}]"),
        None => error.to_string(),
    }
}

/// The exit status of a program; reports its failure, if it failed.
pub fn exit_status<T: Termination>(ended: Result<T, Failure>, json: bool) -> ExitCode {
    match ended {
        Ok(done) => done.report(),
        Err(failure) => failure.report(json),
    }
}

/// `{"error":{...}}`, the same in all programs.
#[derive(Serialize)]
struct Document<'a> {
    error: Fields<'a>,
}

/// A failure in JSON output.
#[derive(Debug, Serialize)]
pub struct Fields<'a> {
    operation: Option<&'a str>,
    kind: &'a str,
    status: Option<u16>,
    code: Option<&'a str>,
    attempts: u32,
    delivery: &'a str,
    cause: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(error: &'a Error) -> Self {
        Self {
            operation: error.operation(),
            kind: error.kind().as_str(),
            status: error.status().map(|status| status.as_u16()),
            code: error.printable_code(),
            attempts: error.attempts(),
            delivery: error.delivery().as_str(),
            cause: error.cause().map(Cause::as_str),
        }
    }
}
