//! What a program could print, and what may not stand in it.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};

use common_http::{Error, Result};

/// Stands in every place that may not be printed.
pub const TEXT: &str = "MARKER";
/// Stands there as a number.
pub const NUMBER: u64 = 7_351_735;

/// [`TEXT`] in Base64, at each of the three places that it can begin at.
const ENCODED: [&str; 3] = ["TUFSS0VS", "1BUktFU", "NQVJLRV"];

/// All that a program could print of what the calls gave it.
#[derive(Default)]
pub struct Printed {
    /// Every printed form of every value, one after the other.
    pub text: String,
    /// The errors among them.
    pub errors: Vec<Error>,
}

impl Printed {
    /// Prints a value, in a line and in many.
    pub fn value(&mut self, value: &dyn Debug) {
        writeln!(self.text, "{value:?}\n{value:#?}").expect("a String takes all");
    }

    /// Prints an error in all its forms, with what it comes from.
    pub fn error(&mut self, error: &Error) {
        self.value(error);
        writeln!(self.text, "{error}\n{error:#}").expect("a String takes all");
        let mut source = error.source();
        while let Some(cause) = source {
            writeln!(self.text, "{cause}\n{cause:?}").expect("a String takes all");
            source = cause.source();
        }
        self.errors.push(error.clone());
    }

    /// Prints whatever a call gave.
    pub fn result<T: Debug>(&mut self, result: &Result<T>) {
        match result {
            Ok(value) => self.value(value),
            Err(error) => self.error(error),
        }
    }
}

/// Nothing of what was marked may stand in this text, as it is or encoded.
///
/// # Panics
/// Something does.
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
