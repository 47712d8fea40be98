//! The upload's own id is that of another prescription, as where each kind of id is numbered by
//! itself.

use common_http::transport::FakeAnswer;
use medreader_client::prescriptions::{FolderResults, FoundResult, WaitOptions};
use serde_json::{Value, json};

use super::{found, ids, lists, result, tenant};
use crate::prescriptions::wait::unknown;
use crate::support::{FOLDER, UPLOAD, calls, client, folder, refusal, told};

const ELSEWHERE: &str = "00000000-0000-4000-8000-0000000000ff";

fn answer(result: &Value) -> FakeAnswer {
    FakeAnswer::json(result.to_string())
}

/// Each of them is somebody else's result.
fn anothers() -> [Value; 4] {
    [
        json!({"id": UPLOAD, "status": "completed", "folder_id": ELSEWHERE}),
        json!({"id": UPLOAD, "status": "processing", "folder_id": ELSEWHERE}),
        json!({"id": "other", "status": "completed"}),
        json!({"id": 7, "status": "completed", "folder_id": FOLDER}),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_result_that_was_there_before_the_upload_is_not_read() {
    let old = json!([{"id": UPLOAD, "status": "completed"}]);
    let network = tenant(
        |id, _| result(id, "completed"),
        |at| match at.as_secs() {
            0..20 => json!([{"id": UPLOAD}]),
            _ => json!([{"id": UPLOAD}, {"id": "new"}]),
        },
    );
    let new = found(&network, &old).await.unwrap();
    assert!(matches!(&new, FoundResult::OnlyNewInFolder(result) if result.id.as_str() == "new"));
    let is_old = |target: &str| target.ends_with(&format!("/{UPLOAD}/result"));
    assert!(calls(&network).iter().all(|call| !is_old(&call.target)));

    let network = tenant(|id, _| result(id, "completed"), |_| json!([{"id": UPLOAD}]));
    let error = found(&network, &old).await.unwrap_err();
    assert_eq!(told(&error).0, "timeout");
    assert_eq!(error.operation(), Some("medreader.prescriptions.result"));
    let text = error.to_string();
    assert!(
        text.contains("had the upload's id before the upload"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_result_that_names_another_id_or_folder_is_not_taken() {
    for other in anothers() {
        let old = other.clone();
        let network = tenant(
            move |id, _| match id {
                UPLOAD => answer(&old),
                id => result(id, "completed"),
            },
            |_| json!([{"id": "new"}]),
        );
        let new = found(&network, &json!([])).await.unwrap();
        let FoundResult::OnlyNewInFolder(new) = &new else {
            panic!("{other}: {new:?}");
        };
        assert_eq!(new.id.as_str(), "new");

        let network = tenant(move |_, _| answer(&other), |_| json!([]));
        let error = found(&network, &json!([])).await.unwrap_err();
        assert_eq!(told(&error), ("timeout", Some(200), None, 1, "answered"));
        let text = error.to_string();
        assert!(text.contains("names another id or folder"), "{text}");
    }
}

/// While it is read it may name less.
#[tokio::test(start_paused = true)]
async fn each_answer_is_judged_by_itself() {
    for folder in [json!(null), json!(FOLDER)] {
        let early = json!({"id": UPLOAD, "status": "processing", "folder_id": folder});
        let network = tenant(
            move |id, at| match id {
                UPLOAD if at.as_secs() < 4 => answer(&early),
                UPLOAD => answer(&anothers()[0]),
                id => result(id, "completed"),
            },
            |_| json!([{"id": "new"}]),
        );
        let new = found(&network, &json!([])).await.unwrap();
        assert!(matches!(&new, FoundResult::OnlyNewInFolder(new) if new.id.as_str() == "new"));
    }
}

/// Between two answers of the upload's own result.
#[tokio::test(start_paused = true)]
async fn a_result_that_is_not_found_for_a_while_stays_the_uploads() {
    let network = tenant(
        move |_, at| match at.as_secs() {
            0..4 => result(UPLOAD, "processing"),
            4..20 => unknown(),
            _ => result(UPLOAD, "completed"),
        },
        |_| json!([{"id": "other"}]),
    );
    let own = found(&network, &json!([])).await.unwrap();
    assert!(matches!(own, FoundResult::SameId(_)));
}

/// The vendor may name a folder otherwise than the caller, and a result otherwise than its upload.
#[tokio::test(start_paused = true)]
async fn the_folders_list_proves_that_it_is_the_uploads() {
    for own in anothers() {
        let completed =
            json!({"id": own["id"], "status": "completed", "folder_id": own["folder_id"]});
        let network = tenant(
            move |_, at| match at.as_secs() {
                0..20 => answer(&own),
                _ => answer(&completed),
            },
            |_| json!([{"id": "other"}, {"id": UPLOAD}]),
        );
        let own = found(&network, &json!([])).await.unwrap();
        assert!(matches!(own, FoundResult::SameId(_)));
    }
}

/// Also where no result is readable under that id, or where others are new too.
#[tokio::test(start_paused = true)]
async fn a_result_whose_other_id_is_new_in_the_folder_is_the_uploads() {
    let own = json!({"id": "analysis", "status": "completed", "folder_id": FOLDER});
    for list in [
        json!([{"id": "analysis"}]),
        json!([{"id": "other"}, {"id": "analysis"}]),
    ] {
        let own = own.clone();
        let network = tenant(
            move |id, _| match id {
                UPLOAD => answer(&own),
                _ => unknown(),
            },
            move |_| list.clone(),
        );
        let found = found(&network, &json!([])).await.unwrap();
        assert!(matches!(&found, FoundResult::SameId(own) if own.id.as_str() == "analysis"));
    }
    // What was there before is another's.
    let network = tenant(move |_, _| answer(&own), |_| json!([{"id": "analysis"}]));
    let old = found(&network, &json!([{"id": "analysis"}])).await;
    assert_eq!(told(&old.unwrap_err()).0, "timeout");
}

#[tokio::test(start_paused = true)]
async fn an_id_in_another_form_is_the_same() {
    let upper = |id: &str| id.to_uppercase();
    for own in [
        json!({"id": upper(UPLOAD), "status": "completed", "folder_id": upper(FOLDER)}),
        json!({"id": UPLOAD, "status": "completed", "folder_id": null}),
        json!({"id": UPLOAD, "status": "completed", "folder_id": {}}),
    ] {
        let network = tenant(move |_, _| answer(&own), |_| json!([]));
        let own = found(&network, &json!([])).await.unwrap();
        assert!(matches!(own, FoundResult::SameId(_)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_in_the_form_of_the_list_is_read_too() {
    let listed = UPLOAD.to_uppercase();
    let list = json!([{"id": listed}, {"id": "other"}]);
    for refused in [404, 400] {
        let known = listed.clone();
        let list = list.clone();
        let network = tenant(
            move |id, _| {
                if id == known {
                    result(id, "completed")
                } else {
                    refusal(refused, "erro")
                }
            },
            move |_| list.clone(),
        );
        let own = found(&network, &json!([])).await.unwrap();
        assert!(matches!(&own, FoundResult::SameId(own) if own.id.as_str() == listed));
    }
}

#[tokio::test(start_paused = true)]
async fn a_foreign_result_does_not_hide_that_several_are_new() {
    let network = tenant(
        |id, _| match id {
            UPLOAD => answer(&anothers()[0]),
            _ => unknown(),
        },
        |_| json!([{"id": "a"}, {"id": "b"}]),
    );
    let several = found(&network, &json!([])).await.unwrap();
    assert!(matches!(&several, FoundResult::Ambiguous(new) if ids(new) == ["a", "b"]));
}

/// The caller may name the folder otherwise than the vendor.
#[tokio::test(start_paused = true)]
async fn the_folder_in_the_uploads_answer_counts() {
    for (named, before) in [
        (FOLDER, Some("pacientes")),
        ("pacientes", Some("pacientes")),
        (FOLDER, None),
    ] {
        let own = json!({"id": UPLOAD, "status": "completed", "folder_id": named});
        let network = tenant(move |_, _| answer(&own), |_| json!([]));
        let prescriptions = client(&network).prescriptions();
        let waiting = prescriptions.result_of(&UPLOAD.into()).folder(folder());
        let waiting = match before {
            Some(folder) => {
                let empty: FolderResults = serde_json::from_str("{}").unwrap();
                waiting.since(empty.snapshot(&folder.into()))
            }
            None => waiting,
        };
        let own = waiting.wait(WaitOptions::default()).await.unwrap();
        assert!(matches!(own, FoundResult::SameId(_)));
        assert_eq!(lists(&network), 0);
    }
    let other = anothers()[0].clone();
    let network = tenant(move |_, _| answer(&other), |_| json!([]));
    let waiting = client(&network).prescriptions().result_of(&UPLOAD.into());
    let other = waiting.folder(folder()).wait(WaitOptions::default()).await;
    assert_eq!(told(&other.unwrap_err()).0, "timeout");
}
