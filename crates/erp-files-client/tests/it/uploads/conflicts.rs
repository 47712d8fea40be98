//! A file of the name exists, or an upload of it was started.

use common_http::transport::FakeAnswer;
use common_http::{Body, Delivery, Error, ErrorKind};
use erp_files_client::files::{OnConflict, UploadOutcome};
use erp_files_client::sandbox::{RepeatedInitialize, Sandbox, Settings};
use erp_files_client::{ErrorCode, FileId};

use crate::support::{
    Ended, NAME, Op, PDF, client, eager, files, network, on, seen, started, steps,
};

const OTHER: &str = "%PDF-1.4 EXAMPLE of before";

async fn upload(sandbox: &Sandbox, on_conflict: OnConflict) -> common_http::Result<UploadOutcome> {
    let files = files(&client(sandbox, eager()));
    files
        .upload(NAME, Body::from(PDF))
        .on_conflict(on_conflict)
        .send()
        .await
}

fn contents(sandbox: &Sandbox) -> Vec<String> {
    let files = sandbox.files("7", "12").into_iter();
    files
        .map(|file| String::from_utf8(sandbox.stored_bytes(&file.id).unwrap().to_vec()).unwrap())
        .collect()
}

#[track_caller]
fn assert_code(error: &Error, code: ErrorCode) {
    assert_eq!(
        (error.kind(), ErrorCode::of(error)),
        (ErrorKind::Conflict, Some(code)),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_of_the_name_is_an_error_or_skipped_or_replaced() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = sandbox.add_file("7", "12", NAME, OTHER);
    let error = upload(&sandbox, OnConflict::Error).await.unwrap_err();
    assert_code(&error, ErrorCode::FileExists);
    assert_eq!(
        (error.delivery(), error.operation()),
        (Delivery::Answered, Some(Op::Initialize.id()))
    );
    let skipped = upload(&sandbox, OnConflict::Skip).await.unwrap();
    assert_eq!(skipped, Ended::skipped(Some(FileId::from(old.as_str()))));
    assert_eq!(contents(&sandbox), [OTHER]);
    assert_eq!(
        (
            sandbox.count("erp.files.transfer"),
            sandbox.count("erp.files.delete")
        ),
        (0, 0)
    );
    let replaced = upload(&sandbox, OnConflict::Replace).await.unwrap();
    assert_eq!(replaced, Ended::replaced(Some(FileId::from(2))));
    assert_eq!(contents(&sandbox), [PDF]);
}

/// The files of others do not matter: there is no list request before, and no deletion.
#[tokio::test]
async fn without_a_conflict_nothing_is_looked_for_beforehand() {
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.add_file("7", "12", "other.pdf", OTHER);
        let outcome = upload(&sandbox, on_conflict).await.unwrap();
        assert_eq!(outcome, Ended::uploaded(Some(FileId::from(2))));
        assert_eq!(contents(&sandbox), [OTHER, PDF]);
        // The one list request finds the new file's id.
        assert_eq!(
            (
                sandbox.count("erp.files.list"),
                sandbox.count("erp.files.delete")
            ),
            (1, 0)
        );
    }
}

/// `initialize-may-reserve-the-name`: taken, and not listed. No setting deletes or skips it.
#[tokio::test]
async fn a_name_that_is_reserved_is_an_unfinished_upload() {
    let sandbox = started(Settings {
        repeated_initialize: RepeatedInitialize::Conflict,
        ..Settings::default()
    })
    .await;
    files(&sandbox.client())
        .initialize(NAME)
        .send()
        .await
        .unwrap();
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        let error = upload(&sandbox, on_conflict).await.unwrap_err();
        assert_code(&error, ErrorCode::UnfinishedUpload);
        assert_eq!(error.delivery(), Delivery::Answered);
    }
    assert_eq!(
        (
            sandbox.count("erp.files.transfer"),
            sandbox.count("erp.files.delete")
        ),
        (0, 0)
    );
}

/// The old file is not deleted before the new one is known to be readable.
#[tokio::test]
async fn nothing_is_deleted_for_a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    std::fs::write(&path, PDF).unwrap();
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_file("7", "12", NAME, OTHER);
    let body = Body::from_path(&path).await.unwrap();
    // It vanishes during the list request.
    let vanishing = path.clone();
    sandbox
        .on_request("erp.files.list", 1, move |_| {
            std::fs::remove_file(&vanishing).unwrap()
        })
        .unwrap();
    let upload = files(&sandbox.client())
        .upload(NAME, body)
        .on_conflict(OnConflict::Replace);
    let error = upload.send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::LocalIo, Some(Op::Initialize.id()))
    );
    assert_eq!(
        (contents(&sandbox), sandbox.count("erp.files.delete")),
        (vec![OTHER.to_owned()], 0)
    );
}

/// Somebody else was faster.
#[tokio::test]
async fn a_file_to_be_replaced_that_is_gone_is_no_obstacle() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = sandbox.add_file("7", "12", NAME, OTHER);
    sandbox
        .on_request("erp.files.delete", 1, move |clinic| {
            clinic.remove_file(&old).unwrap()
        })
        .unwrap();
    upload(&sandbox, OnConflict::Replace).await.unwrap();
    assert_eq!(contents(&sandbox), [PDF]);
}

#[tokio::test]
async fn a_file_that_takes_the_place_of_the_deleted_one_is_a_conflict() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_file("7", "12", NAME, OTHER);
    sandbox
        .on_request(Op::Initialize.id(), 2, |clinic| {
            clinic.add_file("7", "12", NAME, "%PDF-1.4 EXAMPLE of another");
        })
        .unwrap();
    let error = upload(&sandbox, OnConflict::Replace).await.unwrap_err();
    assert_code(&error, ErrorCode::FileExists);
    assert_eq!(contents(&sandbox), ["%PDF-1.4 EXAMPLE of another"]);
}

/// If the ERP has two files of one name, nobody knows which one is meant.
#[tokio::test(start_paused = true)]
async fn two_files_of_one_name_are_not_told_apart() {
    let twice = || {
        FakeAnswer::json(r#"[{"Id":1,"FileName":"result.pdf"},{"Id":2,"FileName":"result.pdf"}]"#)
    };
    let taken = move |op, _| match op {
        Op::Initialize => Some(FakeAnswer::status(409)),
        Op::List => Some(twice()),
        _ => None,
    };
    let run = async |on_conflict| {
        let erp = network(taken);
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        (upload.on_conflict(on_conflict).send().await, erp)
    };
    let (result, erp) = run(OnConflict::Replace).await;
    assert_code(&result.unwrap_err(), ErrorCode::FileExists);
    assert!(seen(&erp, Op::Delete).is_empty());
    let (result, _) = run(OnConflict::Error).await;
    assert_code(&result.unwrap_err(), ErrorCode::FileExists);
    let (result, _) = run(OnConflict::Skip).await;
    assert_eq!(result.unwrap(), Ended::skipped(None));

    // The new one is there, but the list does not show which one it is.
    let erp = network(move |op, _| (op == Op::List).then(twice));
    let outcome = files(&on(&erp))
        .upload(NAME, Body::from(PDF))
        .send()
        .await
        .unwrap();
    assert_eq!(outcome, Ended::uploaded(None));
}

/// `names-are-the-same-in-either-form-of-unicode`: a trimmed or cut name is another file.
#[tokio::test(start_paused = true)]
async fn another_name_is_not_in_the_way() {
    for listed in ["result.pdf ", "result.pd"] {
        let erp = network(move |op, _| match op {
            Op::Initialize => Some(FakeAnswer::status(409)),
            Op::List => Some(FakeAnswer::json(format!(
                r#"[{{"Id":1,"FileName":"{listed}"}}]"#
            ))),
            _ => None,
        });
        let upload = files(&on(&erp))
            .upload(NAME, Body::from(PDF))
            .on_conflict(OnConflict::Replace);
        assert_code(
            &upload.send().await.unwrap_err(),
            ErrorCode::UnfinishedUpload,
        );
        assert_eq!(steps(&erp), [Op::Initialize, Op::List]);
    }
}

/// A list without ids is enough for everything but a replacement.
#[tokio::test(start_paused = true)]
async fn a_file_without_an_id_cannot_be_replaced() {
    let erp = network(|op, _| match op {
        Op::Initialize => Some(FakeAnswer::status(409)),
        Op::List => Some(FakeAnswer::json(r#"[{"Id":null,"FileName":"result.pdf"}]"#)),
        _ => None,
    });
    let upload = files(&on(&erp))
        .upload(NAME, Body::from(PDF))
        .on_conflict(OnConflict::Replace);
    assert_code(&upload.send().await.unwrap_err(), ErrorCode::FileExists);
    assert_eq!(steps(&erp), [Op::Initialize, Op::List]);
}
