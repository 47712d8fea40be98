//! What a program could print, and what may not stand in it.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};

use common_http::{Error, Result};

/// Stands in every place that may not be printed.
pub(super) const TEXT: &str = "MARKER";
/// The patient and the analysis.
pub(super) const NUMBER: u64 = 7_351_735;

/// All that a program could print of what the calls gave it.
#[derive(Default)]
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) errors: Vec<Error>,
}

impl Printed {
    pub(super) fn value(&mut self, value: &dyn Debug) {
        writeln!(self.text, "{value:?}\n{value:#?}").unwrap();
    }

    pub(super) fn error(&mut self, error: &Error) {
        self.value(error);
        writeln!(self.text, "{error}\n{error:#}").unwrap();
        let mut source = error.source();
        while let Some(cause) = source {
            writeln!(self.text, "{cause}\n{cause:?}").unwrap();
            source = cause.source();
        }
        self.errors.push(error.clone());
    }

    pub(super) fn result<T: Debug>(&mut self, result: &Result<T>) {
        match result {
            Ok(value) => self.value(value),
            Err(error) => self.error(error),
        }
    }
}

/// Nothing of what was marked may stand in this text, as it is or encoded.
pub(super) fn assert_no_marker(text: &str) {
    let number = NUMBER.to_string();
    for line in text.lines() {
        let hidden = !line.to_ascii_uppercase().contains(TEXT) && !line.contains(&number);
        assert!(hidden, "{line}");
    }
}
