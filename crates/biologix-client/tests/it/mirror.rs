//! Reports saved once, in a folder.

use std::fs;
use std::path::Path;

use biologix_client::exams::Exam;
use biologix_client::sandbox::{Fault, Sandbox};
use biologix_client::{Item, PartnerId};
use common_http::ErrorKind;
use http::StatusCode;

const GET: &str = "biologix.reports.get";

/// The newest exam in each state: done or not.
async fn exam(vendor: &Sandbox, done: bool) -> Exam {
    let centre = PartnerId::from(&vendor.settings.partner_id);
    let page = vendor.client().exams(&centre).list().await.unwrap();
    let mut exams = page.items.into_iter().filter_map(Item::into_value);
    exams.find(|exam| exam.is_done() == done).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[tokio::test]
async fn a_report_is_saved_once_and_what_is_there_is_not_replaced() {
    let (vendor, parent) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let (exam, reports) = (exam(&vendor, true).await, vendor.client().reports());
    let folder = parent.path().join("new/folder");
    let file = reports.save_new(&exam, &folder).await.unwrap().unwrap();
    assert_eq!(file, folder.join(format!("{}.pdf", exam.exam_id)));
    assert!(fs::read(&file).unwrap().starts_with(b"%PDF-"));

    fs::write(&file, "mine").unwrap();
    let again = reports.save_new(&exam, &folder).await.unwrap().unwrap();
    assert_eq!(again, file);
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    assert_eq!(vendor.count(GET), 1);
}

#[tokio::test]
async fn an_exam_without_a_report_has_none() {
    let (vendor, parent) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let reports = vendor.client().reports();
    let open = exam(&vendor, false).await;
    assert_eq!(reports.save_new(&open, parent.path()).await.unwrap(), None);
    assert_eq!(vendor.count(GET), 0);

    let mut keyless = exam(&vendor, true).await;
    keyless.exam_key = None;
    assert_eq!(
        reports.save_new(&keyless, parent.path()).await.unwrap(),
        None
    );
    assert_eq!(vendor.count(GET), 0);

    let missing = exam(&vendor, true).await;
    vendor
        .fail_next(GET, Fault::status(StatusCode::NOT_FOUND))
        .unwrap();
    assert_eq!(
        reports.save_new(&missing, parent.path()).await.unwrap(),
        None
    );
    assert_eq!(vendor.count(GET), 1);
    assert_eq!(names(parent.path()), [""; 0]);
}

#[tokio::test]
async fn a_report_that_does_not_come_whole_or_cannot_be_saved_is_an_error() {
    let (vendor, parent) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let (exam, reports) = (exam(&vendor, true).await, vendor.client().reports());
    vendor
        .fail_always(GET, Fault::CutBody { after: 100 })
        .unwrap();
    let error = reports.save_new(&exam, parent.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(names(parent.path()), [""; 0]);

    vendor.clear_faults();
    fs::write(parent.path().join("file"), "").unwrap();
    let error = reports
        .save_new(&exam, parent.path().join("file"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
}
