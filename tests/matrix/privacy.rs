//! What a program could print of a call: nothing marked.
//!
//! A panic message is covered too: that of `unwrap` is the error's `Debug`, and no cell panics.

use std::error::Error as _;

use testing::privacy::assert_no_marker;

use crate::cases::Outcome;
use crate::cell::{Cell, Meets};

/// The crates whose spans and events are searched.
pub(crate) const OURS: &str = "common_http=trace,biologix_client=trace,medreader_client=trace,\
     gensoft_client=trace,erp_files_client=trace";

/// Checks the printed forms of the call, its value or error, and what was logged meanwhile.
pub(crate) fn assert_nothing_shown(cell: &Cell, outcome: &Outcome, logged: &str) {
    let id = cell.case.operation.id();
    // Harmless text shows that there was something to search.
    let starts = cell.meets != Meets::Login;
    assert!(!starts || logged.contains(id), "{cell}: nothing was logged");
    let has_store = cell.meets == Meets::Login;
    assert!(
        !has_store || logged.contains("could not be read"),
        "{cell}: {logged}"
    );
    assert!(logged.contains("close"), "{cell}: no span was recorded");
    assert!(
        !outcome.printed.text.is_empty(),
        "{cell}: nothing was printed"
    );
    if let Err(error) = &outcome.result {
        assert!(error.source().is_none(), "{cell}: a foreign error is kept");
        let kind = format!("kind: {:?}", error.kind());
        assert!(
            outcome.printed.text.contains(&kind),
            "{cell}: no error was printed"
        );
    }
    assert_no_marker(&outcome.printed.text);
    assert_no_marker(logged);
    let is_data = outcome.written.contains("MARKER");
    assert!(
        is_data || outcome.written.is_empty(),
        "{cell}: no data was written"
    );
    assert!(
        !outcome.written.contains("SECRET"),
        "{cell}: {}",
        outcome.written
    );
}
