//! What ended a program: a line for people, a document for programs, an exit status.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use common_http::{Delivery, Error, ErrorKind};
use serde::Serialize;

use crate::{advice, output};

/// Why a program could not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
    error: Error,
    line: String,
    advice: Option<String>,
}

impl Failure {
    /// The settings are wrong, for this reason.
    pub fn settings(why: impl Display) -> Self {
        Self {
            error: Error::new(ErrorKind::Config),
            line: format!("wrong settings: {why}"),
            advice: None,
        }
    }

    /// The arguments are wrong, for this reason.
    pub fn arguments(why: impl Display) -> Self {
        Self {
            error: Error::new(ErrorKind::InvalidInput),
            line: format!("wrong arguments: {why}"),
            advice: None,
        }
    }

    /// A local file failed; `what` says which, and what was tried.
    pub fn file(what: impl Display, error: &io::Error) -> Self {
        // The error's own text can have a path in it.
        Self {
            error: Error::new(ErrorKind::LocalIo),
            line: format!("{what}: {}", error.kind()),
            advice: advice::of_file(error.kind()),
        }
    }

    /// Says what to do about it, in place of what was said before.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// One line that says what failed and why; nothing secret or personal is in it.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Prints it on stderr, for people: of one thing among several where `of` names that, as in `file 2 of 3: `.
    pub fn note(&self, of: &str) {
        output::note(format_args!("error: {of}{}", self.line));
        if let Some(advice) = &self.advice {
            output::note(format_args!("advice: {advice}"));
        }
    }

    /// What a program is told of it: the `error` of a JSON document.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields::of(&self.error)
    }

    /// Prints the failure: on stderr for people and, where stdout is to be JSON, there as a document. Gives the exit
    /// status.
    #[must_use]
    pub fn report(&self, json: bool) -> ExitCode {
        self.note("");
        if json {
            // Nothing is left to be said where stdout is closed as well.
            let _ = output::document(&Document {
                error: self.fields(),
            });
        }
        match self.error.kind() {
            // What the vendor answered may be what the settings do not allow: that is its doing, and has had its effect.
            ErrorKind::Config if self.error.delivery() != Delivery::NotSent => ExitCode::FAILURE,
            ErrorKind::Config | ErrorKind::InvalidInput => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            line: error.to_string(),
            advice: advice::of(&error),
            error,
        }
    }
}

/// `{"error":{...}}`: the same for all programs.
#[derive(Serialize)]
struct Document<'a> {
    error: Fields<'a>,
}

/// What a program is told of a failure.
#[derive(Debug, Serialize)]
pub struct Fields<'a> {
    operation: Option<&'a str>,
    kind: &'a str,
    status: Option<u16>,
    code: Option<&'a str>,
    attempts: u32,
    delivery: &'a str,
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
        }
    }
}
