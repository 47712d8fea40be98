//! Waiting for the result of an upload: by its id, or by what is new in its folder.

mod anothers;
mod combinations;
mod failures;

use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use medreader_client::prescriptions::{
    FolderResults, FolderSnapshot, FoundResult, ListedResult, Prompt, WaitOptions,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::wait::{events_at, status, unknown};
use crate::support::{UPLOAD, answers, calls, client, folder, refusal, told, vendor};

/// A MedReader in which a result that is found by its id is given by `one`, and the folder's list
/// by `list`.
fn tenant(
    one: impl Fn(&str, Duration) -> FakeAnswer + Send + Sync + 'static,
    list: impl Fn(Duration) -> Value + Send + Sync + 'static,
) -> Arc<FakeTransport> {
    let began = Instant::now();
    vendor(move |request, _| {
        let id = request
            .target
            .strip_prefix("/api/v1/prescriptions/")
            .and_then(|rest| rest.strip_suffix("/result"));
        match id {
            Some(id) => one(id, began.elapsed()),
            None => FakeAnswer::json(json!({"results": list(began.elapsed())}).to_string()),
        }
    })
}

fn result(id: &str, status: &str) -> FakeAnswer {
    FakeAnswer::json(json!({"id": id, "status": status}).to_string())
}

fn before(list: &Value) -> FolderSnapshot {
    let list: FolderResults = serde_json::from_value(json!({"results": list})).unwrap();
    list.snapshot(&folder())
}

fn ids(candidates: &[ListedResult]) -> Vec<&str> {
    candidates
        .iter()
        .map(|candidate| candidate.id.as_str())
        .collect()
}

/// Waits for the upload's result, given what the folder had before.
async fn found(network: &Arc<FakeTransport>, had: &Value) -> common_http::Result<FoundResult> {
    let waiting = client(network).prescriptions().result_of(&UPLOAD.into());
    waiting
        .since(before(had))
        .wait(WaitOptions::default())
        .await
}

fn lists(network: &FakeTransport) -> usize {
    calls(network)
        .iter()
        .filter(|call| call.target.contains("/results?"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn under_its_own_id_the_folder_is_of_no_interest() {
    for late in [0, 1, 60] {
        let network = tenant(
            move |_, at| match at.as_secs() {
                0 if late > 0 => unknown(),
                second if second < late => status("processing"),
                _ => status("completed"),
            },
            |_| json!([{"id": "other"}]),
        );
        let found = found(&network, &json!([])).await.unwrap();
        assert!(matches!(&found, FoundResult::SameId(result) if result.id.as_str() == UPLOAD));
        assert!(found.result().unwrap().is_final());
        assert_eq!(lists(&network), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_only_new_one_in_the_folder_is_taken_and_named_as_such() {
    for end in ["completed", "error"] {
        let network = tenant(
            move |id, at| match id {
                "new" if at.as_secs() >= 8 => result("new", end),
                "new" => result("new", "processing"),
                _ => unknown(),
            },
            |at| match at.as_secs() {
                0..5 => json!([{"id": "old", "status": "completed"}]),
                _ => json!([{"id": "new"}, {"id": "old", "status": "completed"}, {"id": "new"}]),
            },
        );
        let found = found(&network, &json!([{"id": "old"}, {"id": "gone"}]))
            .await
            .unwrap();
        let FoundResult::OnlyNewInFolder(result) = &found else {
            panic!("{found:?}");
        };
        assert_eq!(
            (result.id.as_str(), result.status.as_ref().unwrap().as_str()),
            ("new", end)
        );
        assert!(
            calls(&network)
                .iter()
                .all(|call| !call.target.contains("/old/"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn its_own_id_has_some_time_to_become_known() {
    let network = tenant(
        |_, at| {
            if at.as_millis() < 2900 {
                unknown()
            } else {
                status("completed")
            }
        },
        |_| json!([{"id": "somebody-else's"}]),
    );
    let found = found(&network, &json!([])).await.unwrap();
    assert!(matches!(found, FoundResult::SameId(_)));

    let network = tenant(|_, _| unknown(), |_| json!([]));
    let waiting = client(&network)
        .prescriptions()
        .result_of(&UPLOAD.into())
        .since(before(&json!([])));
    let options = WaitOptions::default().folder_after(Duration::from_secs(30));
    waiting.wait(options).await.unwrap_err();
    let calls = calls(&network);
    let first = calls
        .iter()
        .find(|call| call.target.contains("/results?"))
        .unwrap();
    assert!(first.at - calls[0].at >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_lists_the_folder_too() {
    let network = tenant(
        |id, _| {
            if id == "new" {
                result("new", "completed")
            } else {
                unknown()
            }
        },
        |_| json!([{"id": "new"}]),
    );
    let waiting = client(&network)
        .prescriptions()
        .result_of(&UPLOAD.into())
        .since(before(&json!([])));
    let options = WaitOptions::default().deadline(Duration::from_secs(2));
    let found = waiting.wait(options).await.unwrap();
    assert!(matches!(found, FoundResult::OnlyNewInFolder(_)));
}

#[tokio::test(start_paused = true)]
async fn several_new_ones_are_given_back_not_guessed() {
    let network = tenant(
        |id, _| {
            if id == UPLOAD {
                unknown()
            } else {
                result(id, "completed")
            }
        },
        |_| json!([{"id": "b", "status": "completed"}, {"id": "old"}, {"id": "a", "status": "processing"}]),
    );
    let found = found(&network, &json!([{"id": "old"}])).await.unwrap();
    let FoundResult::Ambiguous(candidates) = &found else {
        panic!("{found:?}");
    };
    assert_eq!(ids(candidates), ["b", "a"]);
    assert_eq!(found.result(), None);
    assert!(
        calls(&network)
            .iter()
            .all(|call| call.target.contains(UPLOAD) || call.target.contains("/results?"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_makes_it_ambiguous() {
    for (had, has) in [
        // The item that had no id then may be the one that seems new now.
        (json!([{"id": null}]), json!([{"id": "new"}])),
        (json!([]), json!([{"id": "new"}, {"id": null}])),
    ] {
        let network = tenant(
            |id, _| {
                if id == "new" {
                    result("new", "completed")
                } else {
                    unknown()
                }
            },
            move |_| has.clone(),
        );
        let found = found(&network, &had).await.unwrap();
        assert!(matches!(&found, FoundResult::Ambiguous(candidates) if ids(candidates) == ["new"]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_with_its_own_id_is_a_promise() {
    let network = tenant(
        |_, at| {
            if at.as_secs() < 20 {
                unknown()
            } else {
                status("completed")
            }
        },
        |_| json!([{"id": "other"}, {"id": UPLOAD}]),
    );
    let found = found(&network, &json!([])).await.unwrap();
    assert!(matches!(found, FoundResult::SameId(_)));
    assert!(lists(&network) > 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_new_ends_with_the_deadline() {
    let network = tenant(|_, _| unknown(), |_| json!([{"id": "old"}]));
    let error = found(&network, &json!([{"id": "old"}])).await.unwrap_err();
    assert_eq!(
        told(&error),
        (
            "timeout",
            Some(404),
            Some("prescription_file_not_found"),
            1,
            "answered"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_snapshot_only_its_own_id_counts() {
    let network = tenant(|_, _| unknown(), |_| json!([{"id": "new"}]));
    let waiting = client(&network).prescriptions().result_of(&UPLOAD.into());
    let error = waiting.wait(WaitOptions::default()).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "timeout");
    assert_eq!(lists(&network), 0);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_makes_it_poll() {
    let network = tenant(
        |id, at| match id {
            "new" if at.as_secs() >= 40 => result("new", "completed"),
            "new" => result("new", "processing"),
            _ => unknown(),
        },
        |_| json!([{"id": "new"}]),
    );
    let began = Instant::now();
    let waiting = client(&network)
        .prescriptions()
        .result_of(&UPLOAD.into())
        .since(before(&json!([])));
    let events = events_at(vec![(40.0, "analysis")]);
    let arrival = waiting
        .wait_or_event(WaitOptions::default(), events)
        .await
        .unwrap();
    assert!(matches!(arrival.found, FoundResult::OnlyNewInFolder(_)));
    assert_eq!(arrival.prompt, Prompt::Event("analysis".into()));
    assert!(
        began.elapsed() < Duration::from_millis(42_100),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_had_nothing_to_list_has_a_snapshot_too() {
    let network = answers(vec![|| refusal(404, "folder_not_found")]);
    let had_nothing = client(&network).prescriptions().snapshot(&folder()).await;
    assert_eq!(had_nothing.unwrap(), before(&json!([])));

    let network = answers(vec![|| FakeAnswer::json(r#"{"results":[{"id":"a"}]}"#)]);
    let had_one = client(&network).prescriptions().snapshot(&folder()).await;
    assert_eq!(had_one.unwrap(), before(&json!([{"id": "a"}])));
}

/// Every old result would seem new.
#[tokio::test(start_paused = true)]
async fn a_404_that_may_be_a_gateways_is_no_empty_folder() {
    for (status, code, kind) in [
        (404, "not_here", "not_found"),
        (400, "bad_request", "rejected"),
    ] {
        let network = vendor(move |_, _| refusal(status, code));
        let error = client(&network).prescriptions().snapshot(&folder()).await;
        assert_eq!(error.unwrap_err().kind().as_str(), kind);
    }
}

#[test]
fn a_snapshot_can_be_saved() {
    let snapshot = before(&json!([{"id": "a"}, {"id": null}]));
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(
        serde_json::from_str::<FolderSnapshot>(&text).unwrap(),
        snapshot
    );
    assert_ne!(snapshot, before(&json!([{"id": "a"}])));
}
