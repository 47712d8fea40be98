//! Ctrl-C: the program says what the vendor has, and how to get the result.

use serde_json::json;

use crate::interrupt::interrupted;
use crate::run::{Prescription, Run, configured};
use crate::server::Answer;
use crate::vendor::{FOLDER, UPLOAD, Vendor, processing};

/// Interrupts the command while an answer is held.
fn stopped(vendor: &Vendor, args: &[&str]) -> Run {
    let run = configured(&vendor.server.url, args).spawn().unwrap();
    vendor.server.wait_until_held();
    let run = Run::from(interrupted(run, "INT")).is(130);
    assert!(!run.stderr.contains("MARKER"), "{run:?}");
    run
}

#[test]
fn while_it_waits_the_upload_is_named() {
    let vendor = processing(|| json!([]), |_| Answer::json(200, "{}").held());
    let file = Prescription::pdf();
    let run = stopped(
        &vendor,
        &["process", "--json", "--folder", FOLDER, file.as_str()],
    );
    let expected = format!(
        "stopped: the file was uploaded, as {UPLOAD}: do not upload it again; find its result later \
         with `results --folder ID`\n"
    );
    assert_eq!(run.stderr, expected);
    assert_eq!(run.json()["error"]["kind"], "interrupted");
}

#[test]
fn while_it_uploads_the_file_may_have_arrived() {
    let vendor = Vendor::start(|_| Answer::json(202, "{}").held());
    let file = Prescription::pdf();
    let run = stopped(&vendor, &["upload", "--folder", FOLDER, file.as_str()]);
    assert_eq!(
        run.stderr,
        "stopped: the file may have arrived: check `results --folder ID` before you upload it again\n"
    );
    assert_eq!(run.stdout, "");
}

#[test]
fn while_it_reads_nothing_was_changed() {
    let vendor = Vendor::start(|_| Answer::json(200, "{}").held());
    let run = stopped(&vendor, &["config-get"]);
    assert_eq!(run.stderr, "stopped: nothing was changed\n");
}
