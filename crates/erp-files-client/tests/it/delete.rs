//! Deleting a file.

use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};
use erp_files_client::sandbox::{FileIds, Settings};

use crate::support::{NAME, Op, PDF, files, listed, network, on, only, seen, started};

#[tokio::test]
async fn a_file_is_deleted_by_its_id() {
    for (ids, id) in [
        (FileIds::Numbers, "1"),
        (FileIds::Texts, "00000000-0000-4000-8000-000000000001"),
    ] {
        let sandbox = started(Settings {
            file_ids: ids,
            ..Settings::default()
        })
        .await;
        sandbox.add_file("7", "12", NAME, PDF);
        let files = files(&sandbox.client());
        let listed = listed(&files).await;
        files
            .delete(listed[0].id.as_ref().unwrap())
            .send()
            .await
            .unwrap();
        assert!(sandbox.files("7", "12").is_empty());
        let sent = only(&sandbox, "erp.files.delete");
        assert_eq!(
            sent.target,
            format!("/api/erp/v1/patients/7/analysis/12/files/{id}")
        );
        assert_eq!(sent.method.as_str(), "DELETE");
    }
}

/// `deleted-on-a-repetition-is-done`.
#[tokio::test(start_paused = true)]
async fn a_file_that_is_gone_after_a_lost_answer_was_deleted_by_it() {
    // At the first attempt, we cannot have deleted it.
    let erp = network(|op, _| (op == Op::Delete).then(|| FakeAnswer::status(404)));
    let error = files(&on(&erp)).delete(&1.into()).send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::NotFound, Delivery::Answered)
    );

    for first in [500, 503, 408] {
        let erp = network(move |op, nth| match (op, nth) {
            (Op::Delete, 1) => Some(FakeAnswer::status(first)),
            (Op::Delete, _) => Some(FakeAnswer::status(404)),
            _ => None,
        });
        files(&on(&erp)).delete(&1.into()).send().await.unwrap();
        assert_eq!(seen(&erp, Op::Delete).len(), 2);
    }

    // A refused attempt has deleted nothing.
    let erp = network(|op, nth| match (op, nth) {
        (Op::Delete, 1) => Some(FakeAnswer::status(429)),
        (Op::Delete, _) => Some(FakeAnswer::status(404)),
        _ => None,
    });
    let error = files(&on(&erp)).delete(&1.into()).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 2));
}
