//! Lost answers, settled with the help of the list.

use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{Body, Delivery, ErrorKind};
use erp_files_client::files::{OnConflict, UploadOutcome};
use erp_files_client::{ErrorCode, FileId};

use crate::support::{Ended, NAME, Op, PDF, files, network, on, seen, steps};
use Op::{Delete, Finalize, Initialize, List, Transfer};

const EMPTY: &str = "[]";
const THERE: &str = r#"[{"Id":5,"FileName":"result.pdf"}]"#;

fn lost() -> FakeAnswer {
    FakeAnswer::error(TransportError::Interrupted)
}

/// The answers to each operation by number of the request. `None`: all goes well.
type Script = fn(Op, usize) -> Option<FakeAnswer>;

async fn upload(
    script: Script,
    on_conflict: OnConflict,
) -> (common_http::Result<UploadOutcome>, Arc<FakeTransport>) {
    let erp = network(script);
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    (upload.on_conflict(on_conflict).send().await, erp)
}

fn uploaded() -> Ended {
    Ended::uploaded(Some(FileId::from(5)))
}

/// `initialize-not-repeated-in-doubt`.
#[tokio::test(start_paused = true)]
async fn initialize_is_sent_again_after_a_look_at_the_list_alone() {
    let (result, erp) = upload(
        |op, nth| match (op, nth) {
            (Initialize, 1) => Some(lost()),
            (List, 1) => Some(FakeAnswer::json(EMPTY)),
            (List, _) => Some(FakeAnswer::json(THERE)),
            _ => None,
        },
        OnConflict::Error,
    )
    .await;
    assert_eq!(result.unwrap(), uploaded());
    assert_eq!(
        steps(&erp),
        [Initialize, List, Initialize, Transfer, Finalize, List]
    );
}

/// The first one may have reserved the name, so the error is in doubt.
#[tokio::test(start_paused = true)]
async fn a_name_that_our_own_lost_initialize_reserved_is_in_doubt() {
    for second in [409, 400, 500, 403] {
        let erp = network(move |op, nth| match (op, nth) {
            (Initialize, 1) => Some(lost()),
            (Initialize, _) => Some(FakeAnswer::status(second)),
            (List, _) => Some(FakeAnswer::json(EMPTY)),
            _ => None,
        });
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.send().await.unwrap_err();
        let code = (second == 409).then_some(ErrorCode::UnfinishedUpload);
        assert_eq!(
            (ErrorCode::of(&error), error.delivery()),
            (code, Delivery::Unknown),
            "{second}"
        );
        assert_eq!(error.operation(), Some(Initialize.id()));
        assert_eq!(
            (seen(&erp, Initialize).len(), seen(&erp, Transfer).len()),
            (2, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_listed_after_a_lost_initialize_was_there_before() {
    let script: Script = |op, nth| match (op, nth) {
        (Initialize, 1) => Some(lost()),
        (List, _) => Some(FakeAnswer::json(THERE)),
        _ => None,
    };
    let (result, erp) = upload(script, OnConflict::Error).await;
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), ErrorCode::of(&error)),
        (ErrorKind::Conflict, Some(ErrorCode::FileExists))
    );
    assert_eq!(steps(&erp), [Initialize, List]);
    let (result, _) = upload(script, OnConflict::Skip).await;
    assert_eq!(result.unwrap(), Ended::skipped(Some(FileId::from(5))));
    let (result, erp) = upload(script, OnConflict::Replace).await;
    assert_eq!(result.unwrap(), Ended::replaced(Some(FileId::from(5))));
    assert_eq!(
        steps(&erp),
        [
            Initialize, List, Initialize, Delete, Transfer, Finalize, List
        ]
    );
}

/// Nothing is deleted for an ERP that does not say that the name is taken.
#[tokio::test(start_paused = true)]
async fn a_file_is_replaced_only_if_the_erp_refuses_its_name() {
    let erp = network(|op, nth| match (op, nth) {
        (Initialize, 1) => Some(lost()),
        (Initialize, 2) => Some(FakeAnswer::status(409)),
        (List, _) => Some(FakeAnswer::json(THERE)),
        _ => None,
    });
    let replace = |erp: &Arc<FakeTransport>| {
        let upload = files(&on(erp)).upload(NAME, Body::from(PDF));
        upload.on_conflict(OnConflict::Replace)
    };
    let outcome = replace(&erp).await.unwrap();
    assert_eq!(outcome, Ended::replaced(Some(FileId::from(5))));
    let refused = [Initialize, List, Initialize, Delete, Initialize];
    assert_eq!(steps(&erp)[..5], refused);

    for down in [500, 503, 403] {
        let erp = network(move |op, nth| match (op, nth) {
            (Initialize, 1) => Some(lost()),
            (Initialize, _) => Some(FakeAnswer::status(down)),
            (List, _) => Some(FakeAnswer::json(THERE)),
            _ => None,
        });
        let error = replace(&erp).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{down}");
        assert_eq!(steps(&erp), [Initialize, List, Initialize], "{down}");
    }
}

/// If the list cannot be read either, the original failure is reported.
#[tokio::test(start_paused = true)]
async fn without_a_list_the_lost_step_is_the_error() {
    for step in [Initialize, Finalize] {
        let erp = network(move |op, _| match op {
            List => Some(FakeAnswer::status(500)),
            op if op == step => Some(lost()),
            _ => None,
        });
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.send().await.unwrap_err();
        let is = (error.operation(), error.kind(), error.delivery());
        assert_eq!(
            is,
            (Some(step.id()), ErrorKind::Interrupted, Delivery::Unknown)
        );
        assert_eq!(seen(&erp, step).len(), 1);
    }
}

/// `finalize-in-doubt-is-looked-up`.
#[tokio::test(start_paused = true)]
async fn a_lost_finalize_is_looked_up_and_sent_once_more() {
    // It was finished: the list has it.
    let (result, erp) = upload(
        |op, _| match op {
            Finalize => Some(lost()),
            List => Some(FakeAnswer::json(THERE)),
            _ => None,
        },
        OnConflict::Error,
    )
    .await;
    assert_eq!(result.unwrap(), uploaded());
    assert_eq!(steps(&erp), [Initialize, Transfer, Finalize, List]);

    // It was not finished.
    let (result, erp) = upload(
        |op, nth| match (op, nth) {
            (Finalize, 1) => Some(lost()),
            (List, 1) => Some(FakeAnswer::json(EMPTY)),
            (List, _) => Some(FakeAnswer::json(THERE)),
            _ => None,
        },
        OnConflict::Error,
    )
    .await;
    assert_eq!(result.unwrap(), uploaded());
    assert_eq!(
        steps(&erp),
        [Initialize, Transfer, Finalize, List, Finalize, List]
    );

    // It was finished meanwhile, so the second finalize is refused.
    for refused in [404, 409] {
        let erp = network(move |op, nth| match (op, nth) {
            (Finalize, 1) => Some(lost()),
            (Finalize, _) => Some(FakeAnswer::status(refused)),
            (List, 1) => Some(FakeAnswer::json(EMPTY)),
            (List, _) => Some(FakeAnswer::json(THERE)),
            _ => None,
        });
        let result = files(&on(&erp)).upload(NAME, Body::from(PDF)).send().await;
        assert_eq!(result.unwrap(), uploaded());
        assert_eq!(seen(&erp, Finalize).len(), 2);
    }
}

/// Whatever the answer to the second, the first may still have its effect.
#[tokio::test(start_paused = true)]
async fn a_lost_finalize_stays_in_doubt() {
    let refused: [(fn() -> FakeAnswer, ErrorKind); 6] = [
        (lost, ErrorKind::Interrupted),
        (|| FakeAnswer::status(500), ErrorKind::Server),
        (|| FakeAnswer::status(403), ErrorKind::PermissionDenied),
        (|| FakeAnswer::status(404), ErrorKind::NotFound),
        (|| FakeAnswer::status(409), ErrorKind::Conflict),
        (
            || FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused)),
            ErrorKind::Connect,
        ),
    ];
    for (second, kind) in refused {
        let erp = network(move |op, nth| match (op, nth) {
            (Finalize, 1) => Some(lost()),
            (Finalize, _) => Some(second()),
            (List, _) => Some(FakeAnswer::json(EMPTY)),
            _ => None,
        });
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.send().await.unwrap_err();
        let is = (error.operation(), error.kind(), error.delivery());
        assert_eq!(is, (Some(Finalize.id()), kind, Delivery::Unknown));
    }
}

/// A refusal leaves nothing in doubt.
#[tokio::test(start_paused = true)]
async fn a_refused_step_is_not_looked_up() {
    for step in [Initialize, Transfer, Finalize] {
        for status in [400, 403, 404] {
            let erp = network(move |op, _| (op == step).then(|| FakeAnswer::status(status)));
            let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
            let error = upload.send().await.unwrap_err();
            assert_eq!(
                (error.operation(), error.delivery()),
                (Some(step.id()), Delivery::Answered)
            );
            assert!(seen(&erp, List).is_empty() && seen(&erp, step).len() == 1);
        }
    }
}

/// The file is there, but its id is not known.
#[tokio::test(start_paused = true)]
async fn a_list_that_fails_at_the_end_costs_the_id_alone() {
    for answer in [
        || FakeAnswer::status(500),
        || FakeAnswer::json("{}"),
        || FakeAnswer::status(200).chunk(Duration::ZERO, "<html>"),
    ] {
        let erp = network(move |op, _| (op == List).then(answer));
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        assert_eq!(upload.send().await.unwrap(), Ended::uploaded(None));
    }
}

/// `what-is-not-listed-is-unconfirmed`: the ERP said yes, and its list says no.
#[tokio::test(start_paused = true)]
async fn an_upload_that_is_not_listed_afterwards_is_unconfirmed() {
    for answer in [
        || FakeAnswer::json(EMPTY),
        || FakeAnswer::status(204),
        || FakeAnswer::json("null"),
        || FakeAnswer::json(r#"[{"Id":5,"FileName":"other.pdf"}]"#),
        || FakeAnswer::json(r#"[{"Id":5,"FileName":"Result.PDF"}]"#),
        || FakeAnswer::json(r#"{"Files":[{"Id":5}]}"#),
    ] {
        let erp = network(move |op, _| (op == List).then(answer));
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let outcome = upload.await.unwrap();
        assert_eq!((outcome.as_str(), outcome.file_id()), ("unconfirmed", None));
        assert_eq!(
            steps(&erp),
            [Initialize, Transfer, Finalize, List, List, List]
        );
    }
}

/// A list may lag behind the finalize.
#[tokio::test(start_paused = true)]
async fn a_file_that_is_listed_within_three_seconds_is_there() {
    for late in 1..=2 {
        let erp =
            network(move |op, nth| (op == List && nth <= late).then(|| FakeAnswer::json(EMPTY)));
        let began = tokio::time::Instant::now();
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        assert_eq!(upload.await.unwrap(), Ended::uploaded(Some(1.into())));
        assert_eq!(seen(&erp, List).len(), late + 1);
        assert!(began.elapsed() < Duration::from_secs(3));
    }
}
