//! Every operation of the four clients under every fault, over real sockets and against a server of
//! our own that knows nothing of the sandboxes.
//!
//! | file | what it has |
//! | --- | --- |
//! | `cases/*` | each operation: how it is called with marked inputs, and its good answer |
//! | `faults.rs` | each fault: what the server puts on the wire |
//! | `expected.rs` | how a call must end, as a table of fault and class of operation |
//! | `cell.rs` | one operation under one fault: all that is checked |
//! | `server.rs`, `http1.rs`, `http2.rs` | the server, which records what it saw |
//! | `goldens.rs` | each operation's request byte by byte, as files |
//! | `privacy.rs` | what a program could print, searched for markers |
//!
//! A new operation needs a case, or [`each_operation_has_a_case`] fails.

// A port that is held while nobody listens on it needs `SO_REUSEPORT`.
#![cfg(all(test, unix))]

mod cases;
mod cell;
#[path = "../e2e/support/certificates.rs"]
#[allow(dead_code, reason = "the other tests of TLS need all of it")]
mod certificates;
mod expected;
mod faults;
mod figures;
mod goldens;
mod http1;
mod http2;
mod privacy;
mod server;

use std::collections::BTreeSet;
use std::io::Write;

use common_http::Operation;

use self::cases::cases;
use self::cell::cells;
use self::expected::Class;

fn operations() -> impl Iterator<Item = &'static &'static Operation> {
    let vendors = [
        biologix_client::OPERATIONS,
        medreader_client::OPERATIONS,
        gensoft_client::OPERATIONS,
        erp_files_client::OPERATIONS,
    ];
    vendors.into_iter().flatten()
}

#[test]
fn each_operation_has_a_case() {
    let ids: Vec<_> = cases().iter().map(|case| case.operation.id()).collect();
    let operations: BTreeSet<_> = operations().map(|operation| operation.id()).collect();
    assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), operations);
    assert_eq!(ids.len(), operations.len(), "one case each");
}

/// The table asks an operation for its effect. Here is what the effect must be.
#[test]
fn what_has_an_effect_is_known() {
    let operations = operations().copied();
    let orders = operations.filter(|operation| Class::of(operation) == Class::Order);
    let orders: BTreeSet<_> = orders.map(Operation::id).collect();
    let expected = [
        "erp.files.finalize",
        "erp.files.initialize",
        "erp.files.set_send",
        "gensoft.attendances.send",
        "medreader.folders.create",
        "medreader.prescriptions.upload",
    ];
    assert_eq!(orders, BTreeSet::from(expected));
}

/// README says how many cells there are.
#[test]
fn readme_has_the_number_of_cells() {
    let cells = cells().len();
    let number = format!("{},{:03} cells", cells / 1000, cells % 1000);
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&number), "README does not say: {number}");
}

#[test]
fn every_operation_under_every_fault() {
    let all = cells();
    let figures = figures::run(&all, cell::check);
    // Past the capture of a test that passes: the figures are for a reader.
    writeln!(std::io::stderr(), "\n{figures}").expect("a terminal or a file");
    figures.assert_complete(&all);
}
