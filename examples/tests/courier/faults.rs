//! Each fault at each operation, and two workers that go on after it.

use common_http::sandbox::Fault;
use futures_util::stream::{self, StreamExt};

use crate::points::faults;
use crate::run::Desk;
use crate::town::{Town, finish, jobs, open};

/// All operations that deliver the jobs.
const OPERATIONS: [&str; 8] = [
    "gensoft.attendances.send",
    "gensoft.reports.upload",
    "erp.files.initialize",
    "erp.files.transfer",
    "erp.files.finalize",
    "erp.files.list",
    "medreader.sessions.open",
    "medreader.prescriptions.upload",
];

/// The fault is played on the first requests of an operation, so that the client meets it again.
async fn each_arrives_once(operation: &str, fault: &Fault, times: usize) {
    let (desk, town) = (Desk::new(), Town::start().await);
    let url = desk.url();
    match operation.split('.').next().unwrap() {
        "gensoft" => town.gensoft.fail_times(operation, times, fault.clone()),
        "erp" => town.erp.fail_times(operation, times, fault.clone()),
        _ => town.medreader.fail_times(operation, times, fault.clone()),
    }
    .unwrap();
    let courier = open(&url).await;
    for job in jobs(&town.folder) {
        courier.enqueue(&job).await.unwrap();
    }
    let jobs = finish(&url, &town.vendors()).await;
    town.has_each_once(&jobs, &format!("{fault:?} at {operation}, {times} times"));
}

#[tokio::test]
async fn each_job_arrives_once_or_is_in_doubt() {
    let faults = faults();
    let cases = faults.iter().flat_map(|fault| {
        let operations = OPERATIONS.into_iter();
        operations.flat_map(move |operation| [1, 3].map(|times| (operation, fault, times)))
    });
    // A client remembers that its login was refused, for longer than a test takes.
    let is_remembered = |fault: &Fault, times| {
        times > 1 || matches!(fault, Fault::Throttled { .. } | Fault::Unavailable { .. })
    };
    let cases = cases.filter(|(operation, fault, times)| {
        !operation.contains("sessions") || !is_remembered(fault, *times)
    });
    stream::iter(cases)
        .for_each_concurrent(8, |(operation, fault, times)| {
            each_arrives_once(operation, fault, times)
        })
        .await;
}
