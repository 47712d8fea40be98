//! Names that the list writes differently from the file's.

use common_http::transport::FakeAnswer;
use common_http::{Body, Delivery, ErrorKind};
use erp_files_client::ErrorCode;
use erp_files_client::files::OnConflict;
use serde_json::json;

use crate::support::store::OneUpload;
use crate::support::{Ended, Op, PDF, files, network, on, steps};
use Op::{Delete, Finalize, Initialize, List, Transfer};

/// As a Mac writes it, and as most others do.
const DECOMPOSED: &str = "зни\u{306}мок.pdf";
const COMPOSED: &str = "зн\u{439}мок.pdf";

fn listed(name: &str) -> FakeAnswer {
    FakeAnswer::json(json!([{ "Id": 5, "FileName": name }]).to_string())
}

/// `names-are-the-same-in-either-form-of-unicode`.
#[tokio::test(start_paused = true)]
async fn a_name_in_the_other_form_of_unicode_is_the_same() {
    for (ours, theirs) in [(DECOMPOSED, COMPOSED), (COMPOSED, DECOMPOSED)] {
        let erp = network(move |op, _| (op == List).then(|| listed(theirs)));
        let upload = files(&on(&erp)).upload(ours, Body::from(PDF));
        assert_eq!(
            upload.send().await.unwrap(),
            Ended::uploaded(Some(5.into()))
        );

        for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
            let erp = network(move |op, nth| match (op, nth) {
                (Initialize, 1) => Some(FakeAnswer::status(409)),
                (List, _) => Some(listed(theirs)),
                _ => None,
            });
            let upload = files(&on(&erp)).upload(ours, Body::from(PDF));
            let ended = upload.on_conflict(on_conflict).send().await;
            match on_conflict {
                OnConflict::Skip => assert_eq!(ended.unwrap(), Ended::skipped(Some(5.into()))),
                OnConflict::Replace => {
                    assert_eq!(ended.unwrap(), Ended::replaced(Some(5.into())));
                    assert_eq!(steps(&erp)[..3], [Initialize, List, Delete]);
                }
                _ => assert_eq!(
                    ErrorCode::of(&ended.unwrap_err()),
                    Some(ErrorCode::FileExists)
                ),
            }
        }

        // A lost finalize that had its effect.
        let erp = network(move |op, _| match op {
            Finalize => Some(FakeAnswer::status(500)),
            List => Some(listed(theirs)),
            _ => None,
        });
        let upload = files(&on(&erp)).upload(ours, Body::from(PDF));
        assert_eq!(
            upload.send().await.unwrap(),
            Ended::uploaded(Some(5.into()))
        );
        assert_eq!(steps(&erp), [Initialize, Transfer, Finalize, List]);
    }
}

/// `a-name-in-another-casing-is-in-the-way`: it is never deleted, never taken for ours, and is not
/// an unfinished upload.
#[tokio::test(start_paused = true)]
async fn a_name_in_another_casing_is_in_the_way_and_no_more() {
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        let erp = network(|op, _| match op {
            Initialize => Some(FakeAnswer::status(409)),
            List => Some(listed("Result.PDF")),
            _ => None,
        });
        let upload = files(&on(&erp)).upload("result.pdf", Body::from(PDF));
        let error = upload.on_conflict(on_conflict).send().await.unwrap_err();
        assert_eq!(
            (error.kind(), ErrorCode::of(&error)),
            (ErrorKind::Conflict, Some(ErrorCode::FileExists))
        );
        assert!(error.to_string().contains("another case"), "{error}");
        assert_eq!(steps(&erp), [Initialize, List]);
    }
    // If it causes no refusal, it is another file.
    let erp = network(|op, _| (op == List).then(|| listed("Result.PDF")));
    let upload = files(&on(&erp)).upload("result.pdf", Body::from(PDF));
    let replaced = upload.on_conflict(OnConflict::Replace).send().await;
    assert_eq!(replaced.unwrap().as_str(), "unconfirmed");
    assert_eq!(steps(&erp)[..4], [Initialize, Transfer, Finalize, List]);
}

/// It may be the file of the name, so nothing says that an upload was not finished.
#[tokio::test(start_paused = true)]
async fn a_list_with_an_item_without_a_name_does_not_say_that_the_name_is_not_there() {
    for (list, is_clear) in [
        ("[]", true),
        (r#"[{"Id":5,"FileName":"other.pdf"}]"#, true),
        (r#"[{"Id":5,"FileName":"result.pdf","x":[1}]"#, false),
        (r#"[{"Id":5,"Titulo":"result.pdf"}]"#, false),
    ] {
        let erp = network(move |op, _| match op {
            Initialize => Some(FakeAnswer::status(409)),
            List => Some(FakeAnswer::json(list)),
            _ => None,
        });
        let upload = files(&on(&erp)).upload("result.pdf", Body::from(PDF));
        let error = upload.send().await.unwrap_err();
        assert_eq!(ErrorCode::of(&error), Some(ErrorCode::UnfinishedUpload));
        let text = error.to_string();
        assert_eq!(text.contains("was not finished"), is_clear, "{text}");
        assert_eq!(
            text.contains("without a readable name"),
            !is_clear,
            "{text}"
        );
        // Nor does it say that a lost step had no effect, so none is repeated.
        for (lost, begin) in [
            (Initialize, vec![Initialize, List]),
            (Finalize, vec![Initialize, Transfer, Finalize, List]),
        ] {
            let erp = network(move |op, nth| match op {
                List => Some(FakeAnswer::json(list)),
                op if op == lost && nth == 1 => Some(FakeAnswer::status(500)),
                Initialize if lost == Finalize && nth == 2 => Some(FakeAnswer::status(409)),
                _ => None,
            });
            let store = OneUpload::empty();
            let upload = || {
                let upload = files(&on(&erp)).upload("result.pdf", Body::from(PDF));
                upload.resumable(&store)
            };
            let ended = upload().send().await.map(|ended| ended.as_str());
            assert_eq!(steps(&erp)[..begin.len()], begin);
            assert_eq!(steps(&erp).len() == begin.len(), !is_clear, "{list}");
            if is_clear {
                assert_eq!(ended.unwrap(), "unconfirmed");
                continue;
            }
            assert_eq!(ended.unwrap_err().delivery(), Delivery::Unknown);
            // A finalize is not repeated by another process either.
            if lost == Finalize {
                assert_eq!(upload().await.unwrap().as_str(), "unconfirmed");
                assert_eq!(steps(&erp)[begin.len()..], [List]);
                // The saved URL may lead to the earlier content, which may be finished.
                let changed = files(&on(&erp)).upload("result.pdf", Body::from("%PDF-1.7"));
                changed.resumable(&store).await.unwrap_err();
                assert_eq!(steps(&erp)[begin.len() + 1..], [List, Initialize, List]);
            }
        }
    }
}

/// What was refused is settled, so it can be done again.
#[tokio::test(start_paused = true)]
async fn a_refused_finalize_is_sent_again_whatever_the_list_has() {
    let list = json!([{ "Id": 5, "Titulo": "result.pdf" }]).to_string();
    let erp = network(move |op, nth| match op {
        List => Some(FakeAnswer::json(list.clone())),
        Finalize if nth <= 2 => Some(FakeAnswer::status(403)),
        _ => None,
    });
    let store = OneUpload::empty();
    let upload = || files(&on(&erp)).upload("result.pdf", Body::from(PDF));
    for _ in 0..2 {
        let error = upload().resumable(&store).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    }
    let first = [Initialize, Transfer, Finalize, List, Finalize];
    assert_eq!(steps(&erp), first);
    let ended = upload().resumable(&store).await.unwrap();
    assert_eq!(ended.as_str(), "unconfirmed");
    assert_eq!(steps(&erp)[first.len()..][..3], [List, Finalize, List]);
}

/// `the-list-holds-finished-files-only`: the list is believed. A finalize has an effect, and a
/// second one might make a second file.
#[tokio::test(start_paused = true)]
async fn a_file_that_is_listed_is_finished() {
    for lost in [500, 502] {
        let erp = network(move |op, nth| match (op, nth) {
            (Finalize, 1) => Some(FakeAnswer::status(lost)),
            (List, _) => Some(listed("result.pdf")),
            _ => None,
        });
        let upload = files(&on(&erp)).upload("result.pdf", Body::from(PDF));
        assert_eq!(
            upload.send().await.unwrap(),
            Ended::uploaded(Some(5.into()))
        );
        assert_eq!(steps(&erp), [Initialize, Transfer, Finalize, List]);
    }
}
