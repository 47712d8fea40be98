//! Collects what a program could print, and checks it for marked values.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};

use common_http::{Error, Result};

/// Text that tests put into every value that must not be printed.
pub const TEXT: &str = "MARKER";
/// The same as a number.
pub const NUMBER: u64 = 7_351_735;

/// [`TEXT`] in Base64, at each of its three possible alignments.
const ENCODED: [&str; 3] = ["TUFSS0VS", "1BUktFU", "NQVJLRV"];

/// Everything that a program could print of the values that calls returned.
#[derive(Default)]
pub struct Printed {
    /// Every printed form of every value, one after another.
    pub text: String,
    /// The errors among them.
    pub errors: Vec<Error>,
}

impl Printed {
    /// Prints a value on one line and on several.
    pub fn value(&mut self, value: &dyn Debug) {
        writeln!(self.text, "{value:?}\n{value:#?}").expect("writing to a String");
    }

    /// Prints an error in all its forms, with its sources.
    pub fn error(&mut self, error: &Error) {
        self.value(error);
        writeln!(self.text, "{error}\n{error:#}").expect("writing to a String");
        let mut source = error.source();
        while let Some(cause) = source {
            writeln!(self.text, "{cause}\n{cause:?}").expect("writing to a String");
            source = cause.source();
        }
        self.errors.push(error.clone());
    }

    /// Prints the result of a call, value or error.
    pub fn result<T: Debug>(&mut self, result: &Result<T>) {
        match result {
            Ok(value) => self.value(value),
            Err(error) => self.error(error),
        }
    }
}

/// Checks that the text has no marked value, neither in plain form nor encoded.
///
/// # Panics
/// It has one.
#[track_caller]
pub fn assert_no_marker(text: &str) {
    let number = NUMBER.to_string();
    for line in text.lines() {
        let hidden = !line.to_ascii_uppercase().contains(TEXT)
            && !line.contains(&number)
            && !ENCODED.iter().any(|code| line.contains(code));
        assert!(hidden, "{line}");
    }
}
