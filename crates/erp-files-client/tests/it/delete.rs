//! Deleting a file.

use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};

use crate::support::{Op, files, network, on, seen};

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
